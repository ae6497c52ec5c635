/**
 * Limits how long a request may take to arrive. Without a limit, a client that sends a byte now and then would hold a
 * connection for ever.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { endWithProblem, TOO_SLOW } from './raw-problem.ts'
import { inTurn } from './turns.ts'

const REQUEST_TIMEOUT_MS = 30_000
// The time after which a connection on an endless path is closed when neither side sends anything.
const IDLE_TIMEOUT_MS = 60_000

/**
 * Requires a request to arrive within 30 s. On an endless path, it may take longer as long as either side sends. This
 * replaces Node's own `requestTimeout`, which allows no exceptions.
 */
export const limitTime = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  endlessPaths: readonly string[] = [],
): void => {
  const { socket, url = '' } = incoming
  if (endlessPaths.includes(pathOf(url))) {
    const giveUp = () => socket.destroy()
    socket.setTimeout(IDLE_TIMEOUT_MS, giveUp)
    // Node sets its own timeout until the next request, but would keep our listener.
    outgoing.once('close', () => socket.off('timeout', giveUp))
    return
  }
  const timer = setTimeout(() => {
    // The limit is for requests that are still arriving. An answer may take longer.
    if (incoming.complete) return
    if (outgoing.headersSent) socket.destroySoon()
    else inTurn(socket, outgoing, () => endWithProblem(socket, TOO_SLOW, incoming))
  }, REQUEST_TIMEOUT_MS)
  incoming.once('end', () => clearTimeout(timer))
  incoming.once('close', () => clearTimeout(timer))
}

/** The path of a request's target, which may also be a whole URL (RFC 9112, section 3.2.2). */
const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] ?? ''
