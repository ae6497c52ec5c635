/** Serves an app over HTTP, within limits, and stops without losing what was acknowledged. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from 'pino'
import { problemResponse, type Problem } from '#wire/http/problem'
import { onStopSignal, outliveReaders } from './process-life.ts'
import { endWithProblem, problemOfParser } from './raw-problem.ts'
import { secure } from './security-headers.ts'
import { limitTime } from './time-limit.ts'

type App = {
  readonly fetch: (
    request: Request,
    env: { readonly remoteAddress: string | undefined },
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
    { incoming }: { incoming: { socket: Pick<Socket, 'remoteAddress'> } },
  ): Promise<Response> => {
    const response = await app.fetch(request, { remoteAddress: incoming.socket.remoteAddress })
    // The server is stopping: the next request on this connection would get no answer.
    if (!server.listening) response.headers.set('connection', 'close')
    return response
  }
  /** The newest answer of each connection. */
  const answers = new WeakMap<Socket, ServerResponse>()
  const listener = getRequestListener(answer, { errorHandler: unreadableRequest })
  const server = createServer(LIMITS, (incoming, outgoing) => {
    answers.set(incoming.socket, outgoing)
    if (hasSeveralHosts(incoming)) return endWithProblem(incoming.socket, SEVERAL_HOSTS)
    limitTime(incoming, outgoing, endlessPaths)
    void listener(incoming, outgoing)
  })
  server.on('clientError', (error, socket: Socket) => {
    const last = answers.get(socket)
    // While the previous answer is being sent, the client would read a second one as part of it.
    if (last?.headersSent === true && !last.writableFinished) socket.destroy()
    else endWithProblem(socket, problemOfParser(error))
  })
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

// RFC 9112, section 3.2. Node takes the first one, and a proxy before us may take another one.
const hasSeveralHosts = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length > 1

const SEVERAL_HOSTS: Problem = { code: 'malformed-request', detail: 'A request has one Host header.' }

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
