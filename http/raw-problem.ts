/** Answers what never reaches the app: Node's parser gave up, the request took too long, or its head says that it cannot be served. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { jsonText } from '#wire/json/json'
import { problemBody, problemHeaders, PROBLEMS, type Problem } from '#wire/http/problem'
import { requestIdOf } from './request-id.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** Answers a request that the app does not get, then ends the connection. */
export const answerWithProblem = (incoming: IncomingMessage, outgoing: ServerResponse, problem: Problem): void => {
  const { status, headers, body } = rawAnswer(problem, requestIdOf(incoming.headers['x-request-id']))
  outgoing.writeHead(status, headers).end(body)
}

/**
 * Answers on the bare connection, then ends it. Only for bytes of which Node makes no request, and for a request whose
 * answer has not begun; every earlier answer has to be sent (`turns.ts`).
 */
export const endWithProblem = (socket: Duplex, problem: Problem, incoming?: IncomingMessage): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, headers, body } = rawAnswer(problem, requestIdOf(incoming?.headers['x-request-id']))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${incoming?.method === 'HEAD' ? '' : body}`)
  // A connection that is closed while the client still sends is reset, and the client may then lose the answer. So the
  // rest is read, and a client that never closes its side does not hold the connection.
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

const LINGER_MS = 2_000

const rawAnswer = (problem: Problem, requestId: string) => {
  const body = jsonText(problemBody(problem, requestId))
  const headers = {
    connection: 'close',
    ...problemHeaders(problem, requestId),
    ...SECURITY_HEADERS,
    'content-length': String(Buffer.byteLength(body)),
  }
  return { status: PROBLEMS[problem.code].status, headers, body }
}

/** The problem for an error of Node's HTTP parser. */
export const problemOfParser = ({ code }: NodeJS.ErrnoException): Problem => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers-too-large', detail: 'The URL and the headers may take 16 KiB together.' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return TOO_SLOW
    case 'HPE_INVALID_EOF_STATE':
      return { code: 'malformed-request', detail: 'The connection ended before the request did.' }
    default:
      return { code: 'malformed-request', detail: 'The request cannot be read as HTTP/1.1.' }
  }
}

export const TOO_SLOW: Problem = { code: 'too-slow', detail: 'The request did not arrive in time. Send it again.' }
