/**
 * The answers of each connection that are not sent yet, in the order of their requests. A client may send several requests
 * without waiting, and takes what comes back in that order (RFC 9112, section 9.3.2). Node keeps the order of its own
 * answers. What is written on the bare connection has to wait for its turn.
 */
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

const unsent = new WeakMap<Duplex, ServerResponse[]>()

/** To be called for each request, in the order in which they come. */
export const noteAnswer = (socket: Duplex, outgoing: ServerResponse): void => {
  const queue = unsent.get(socket) ?? []
  unsent.set(socket, queue)
  queue.push(outgoing)
  outgoing.once('close', () => queue.splice(queue.indexOf(outgoing), 1))
}

/** The answer to the request whose body is still arriving. */
export const answerToUnfinished = (socket: Duplex): ServerResponse | undefined => {
  const newest = unsent.get(socket)?.at(-1)
  return newest?.req.complete === false ? newest : undefined
}

/**
 * Calls `say` when every answer before `outgoing` is sent; without `outgoing`, when every answer is. That is never, when
 * the connection ends before.
 */
export const inTurn = (socket: Duplex, outgoing: ServerResponse | undefined, say: () => void): void => {
  const queue = unsent.get(socket) ?? []
  const before = outgoing === undefined ? queue.at(-1) : queue[queue.indexOf(outgoing) - 1]
  if (before === undefined) say()
  else before.once('close', say)
}
