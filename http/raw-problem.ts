/** Answers bytes that never became a request: Node's parser gave up, or they took too long to arrive. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problemBody, PROBLEMS, type Problem } from '#wire/http/problem'
import { SECURITY_HEADERS } from './security-headers.ts'

/** Answers on the bare connection, then ends it. */
export const endWithProblem = (socket: Socket, problem: Problem): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const requestId = randomUUID()
  const body = JSON.stringify(problemBody(problem, requestId))
  const { status } = PROBLEMS[problem.code]
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/problem+json',
    'cache-control: no-store',
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** The problem for an error of Node's HTTP parser. */
export const problemOfParser = ({ code }: NodeJS.ErrnoException): Problem => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers-too-large', detail: 'The URL and the headers may take 16 KiB together.' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return TOO_SLOW
    default:
      return { code: 'malformed-request', detail: 'The request cannot be read as HTTP/1.1.' }
  }
}

export const TOO_SLOW: Problem = { code: 'too-slow', detail: 'The request did not arrive in time. Send it again.' }
