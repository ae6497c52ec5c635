/** How long a request may take to arrive, so that whoever sends a byte now and then does not hold a connection for ever. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { endWithProblem, TOO_SLOW } from './raw-problem.ts'

const REQUEST_TIMEOUT_MS = 30_000
// On an endless path: how long nothing may arrive while the other side takes nothing either.
const IDLE_TIMEOUT_MS = 60_000

/**
 * A request must have arrived within 30 s; one on an endless path may take as long as anything moves. This stands in for
 * Node's own `requestTimeout`, which knows no exceptions.
 */
export const limitTime = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  endlessPaths: readonly string[] = [],
): void => {
  const { socket, url = '' } = incoming
  if (endlessPaths.includes(url.split('?', 1)[0] ?? '')) {
    const giveUp = () => socket.destroy()
    socket.setTimeout(IDLE_TIMEOUT_MS, giveUp)
    // Node sets a time of its own until the next request, but would leave our listener where it is.
    outgoing.once('close', () => socket.off('timeout', giveUp))
    return
  }
  const timer = setTimeout(() => {
    // Only what is still arriving; an answer may take its time.
    if (incoming.complete) return
    if (outgoing.headersSent) socket.destroySoon()
    else endWithProblem(socket, TOO_SLOW)
  }, REQUEST_TIMEOUT_MS)
  incoming.once('end', () => clearTimeout(timer))
  incoming.once('close', () => clearTimeout(timer))
}
