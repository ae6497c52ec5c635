/** Serves an app over HTTP, within limits, and stops without losing what was acknowledged. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from 'pino'
import { problemResponse, type Problem } from '#wire/http/problem'
import { lingerUntilRead } from './linger.ts'
import { ALL_METHODS } from './methods.ts'
import { onStopSignal, outliveReaders } from './process-life.ts'
import { answerWithProblem, endWithProblem, problemOfParser } from './raw-problem.ts'
import { requestIdOf } from './request-id.ts'
import { secure } from './security-headers.ts'
import { limitTime } from './time-limit.ts'
import { answerToUnfinished, inTurn, noteAnswer } from './turns.ts'

type App = {
  readonly fetch: (
    request: Request,
    env: { readonly remoteAddress: string | undefined; readonly hasHungUp: () => boolean },
  ) => Response | Promise<Response>
}

export type Serving = {
  readonly port: number
  /**
   * Takes no more connections, lets the requests in flight finish, their answers included, and closes the connections
   * that are left after `STOP_WITHIN_MS`. Returns when no connection is open.
   */
  stop(): Promise<void>
}

// An entry waits at most 5 s for the stream, and the local supervisor waits 6 s for a child. The limit lies between.
const STOP_WITHIN_MS = 5_500

const LIMITS = {
  headersTimeout: 10_000,
  // Replaced by `limitTime`.
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  // Replaced by `hostProblem`, because Node's own refusal has no body.
  requireHostHeader: false,
  // A load balancer keeps connections for 60 s. This is longer, so that we never close one that it is about to use.
  keepAliveTimeout: 65_000,
}

export type Address = {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Called at the beginning of `stop`, so that answers that never end by themselves can be ended. */
  readonly onStop?: () => void
  /** Paths whose requests may last as long as the client sends. */
  readonly endlessPaths?: readonly string[]
}

/** Listens. When the port cannot be used, throws an error that says what to do. */
export const serve = async (app: App, { host, port, onStop, endlessPaths }: Address): Promise<Serving> => {
  const answer = async (
    request: Request,
    { incoming: { socket } }: { incoming: { socket: Pick<Socket, 'remoteAddress' | 'readableEnded'> } },
  ): Promise<Response> => {
    const { remoteAddress } = socket
    const response = await app.fetch(request, { remoteAddress, hasHungUp: () => socket.readableEnded })
    // The server is stopping: the next request on this connection would get no answer.
    if (!server.listening) response.headers.set('connection', 'close')
    return response
  }
  const listener = getRequestListener(answer, { errorHandler: unreadableRequest, hostname: HOST_OF_HTTP_1_0 })
  const server = createServer(LIMITS, (incoming, outgoing) => {
    noteAnswer(incoming.socket, outgoing)
    lingerUntilRead(incoming)
    const problem = hostProblem(incoming)
    if (problem !== undefined) return answerWithProblem(incoming, outgoing, problem)
    if (incoming.method === 'OPTIONS' && incoming.url === '*') return answerAboutServer(incoming, outgoing)
    limitTime(incoming, outgoing, endlessPaths)
    void listener(incoming, outgoing)
  })
  answerHalfClosed(server)
  answerWhatNodeRefuses(server)
  await listen(server, host, port)
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server, onStop) }
}

/** Serves until the process ends: exit code 1 when it cannot listen, 0 after SIGTERM, SIGINT or SIGHUP. */
export const serveUntilStopped = async (
  app: App,
  address: Address,
  log: Pick<Logger, 'info' | 'fatal'>,
): Promise<void> => {
  try {
    const serving = await serve(app, address)
    // Before the log line, so that a process that says that it listens can be stopped.
    exitOnSignals(serving)
    log.info({ host: address.host, port: serving.port }, 'listening')
  } catch (error) {
    log.fatal({ err: error }, 'the service cannot listen, and the process ends')
    process.exit(1)
  }
}

/** Stops on SIGTERM, SIGINT and SIGHUP, and ends the process with exit code 0. */
const exitOnSignals = (serving: Serving): void => {
  const exit = async () => {
    await serving.stop()
    process.exit(0)
  }
  outliveReaders()
  onStopSignal(() => void exit())
}

// The app answers its own errors. Only a request whose target and host make no URL arrives here.
const unreadableRequest = () => {
  const problem = { code: 'malformed-request', detail: 'The URL or the Host header is not valid.' } as const
  const response = problemResponse(problem, crypto.randomUUID())
  secure(response.headers, false)
  return response
}

/**
 * A client that closes its side after its request waits for the answer (RFC 9112, section 9.6): `nc -N` does, and so do
 * proxies. By default Node closes the connection instead. This member is old and not documented, so a test holds it.
 */
const answerHalfClosed = (server: Server): void => {
  Object.assign(server, { httpAllowHalfOpen: true })
}

/** Problems in place of what Node would answer by itself: an empty body, or nothing. */
const answerWhatNodeRefuses = (server: Server): void => {
  server.on('checkExpectation', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    noteAnswer(incoming.socket, outgoing)
    lingerUntilRead(incoming)
    answerWithProblem(incoming, outgoing, UNKNOWN_EXPECTATION)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Duplex) => {
    // From here on, Node does not look after the connection.
    socket.on('error', () => {})
    inTurn(socket, undefined, () => endWithProblem(socket, NO_PROXY, incoming))
  })
  /** Node reports the same error again with everything more that arrives. */
  const refused = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (refused.has(socket)) return
    refused.add(socket)
    const unfinished = answerToUnfinished(socket)
    inTurn(socket, unfinished, () => {
      // The client would read a second answer as part of the first one.
      if (unfinished?.headersSent === true) (socket as Socket).destroySoon()
      else endWithProblem(socket, problemOfParser(error), unfinished?.req)
    })
  })
}

const UNKNOWN_EXPECTATION: Problem = {
  code: 'expectation-failed',
  detail: 'Expect may be 100-continue and nothing else. Leave it out.',
}

const NO_PROXY: Problem = {
  code: 'method-not-allowed',
  detail: `CONNECT asks for a proxy, and this is none. The paths here take ${ALL_METHODS}.`,
  allow: ALL_METHODS,
}

/** `OPTIONS *` asks about the server and not about a path (RFC 9110, section 9.3.7). */
const answerAboutServer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
  incoming.resume()
  const headers = new Headers({ allow: ALL_METHODS, 'x-request-id': requestIdOf(incoming.headers['x-request-id']) })
  secure(headers, false)
  outgoing.setHeaders(headers).writeHead(204).end()
}

/**
 * RFC 9112, section 3.2: HTTP/1.1 requires one Host. Of several, Node takes the first one, and a proxy before us may take
 * another one. HTTP/1.0, in which load balancers ask for /readyz, knows no Host.
 */
const hostProblem = ({ rawHeaders, headers: { host = '' }, httpVersion }: IncomingMessage): Problem | undefined => {
  const count = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length
  if (count > 1) return { code: 'malformed-request', detail: 'A request has one Host header.' }
  if (host === '' && httpVersion !== '1.0') return { code: 'malformed-request', detail: 'The Host header is missing.' }
  return undefined
}

/** Stands in the URL of a request without a Host. No answer shows it. */
const HOST_OF_HTTP_1_0 = 'localhost'

const listen = async (server: Server, host: string, port: number): Promise<void> => {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new Error(`Port ${port} on ${host} is taken. Choose another.`, { cause: error })
    if (code === 'EACCES') throw new Error(`Port ${port} on ${host} needs more rights than we have.`, { cause: error })
    throw error
  }
}

const stop = async (server: Server, onStop?: () => void): Promise<void> => {
  const closed = once(server, 'close')
  server.close()
  onStop?.()
  const deadline = performance.now() + STOP_WITHIN_MS
  // close() closes idle connections once. A connection whose request is answered later becomes idle after that.
  while (performance.now() < deadline && !(await settlesWithin(closed, 20))) server.closeIdleConnections()
  server.closeAllConnections()
  await closed
}

const settlesWithin = async (promise: Promise<unknown>, ms: number): Promise<boolean> =>
  await Promise.race([promise.then(() => true), sleep(ms, false)])
