/** From an app to a process that listens: sensible limits, and an end that loses nothing that was acknowledged. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from 'pino'
import { problemResponse } from '#wire/http/problem'
import { onStopSignal, outliveReaders } from './process-life.ts'
import { endWithProblem, problemOfParser } from './raw-problem.ts'
import { limitTime } from './time-limit.ts'

type App = { readonly fetch: (request: Request) => Response | Promise<Response> }

export type Serving = {
  readonly port: number
  /**
   * Takes no more connections, lets the requests in flight finish, their answers included, and closes what is left
   * when `STOP_WITHIN_MS` have passed. Returns when no connection is open.
   */
  stop(): Promise<void>
}

// Longer than any entry waits for the stream (5 s), and within what the local supervisor waits for a child (6 s).
const STOP_WITHIN_MS = 5_500

const LIMITS = {
  headersTimeout: 10_000,
  // `limitTime` takes its place.
  requestTimeout: 0,
  connectionsCheckingInterval: 5_000,
  // Longer than a load balancer's 60 s, so that it is never us who close a connection that it is about to use.
  keepAliveTimeout: 65_000,
}

export type Address = {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Called at the beginning of `stop`: the moment to end answers that would never end by themselves. */
  readonly onStop?: () => void
  /** Paths whose requests may take as long as they go on. */
  readonly endlessPaths?: readonly string[]
}

/** Listens. Throws an error that a person can act on when the port cannot be had. */
export const serve = async (app: App, { host, port, onStop, endlessPaths }: Address): Promise<Serving> => {
  const answer = async (request: Request): Promise<Response> => {
    const response = await app.fetch(request)
    // Stopping: a client that keeps the connection would send its next request into the void.
    if (!server.listening) response.headers.set('connection', 'close')
    return response
  }
  /** The newest answer of each connection. */
  const answers = new WeakMap<Socket, ServerResponse>()
  const listener = getRequestListener(answer, { errorHandler: unreadableRequest })
  const server = createServer(LIMITS, (incoming, outgoing) => {
    answers.set(incoming.socket, outgoing)
    limitTime(incoming, outgoing, endlessPaths)
    void listener(incoming, outgoing)
  })
  server.on('clientError', (error, socket: Socket) => {
    const last = answers.get(socket)
    // In the middle of an answer to the request before, a second one would only be read as a part of it.
    if (last?.headersSent === true && !last.writableFinished) socket.destroy()
    else endWithProblem(socket, problemOfParser(error))
  })
  await listen(server, host, port)
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server, onStop) }
}

/** The whole life of a process that serves: exit code 1 when it cannot listen, 0 after SIGTERM, SIGINT or SIGHUP. */
export const serveUntilStopped = async (
  app: App,
  address: Address,
  log: Pick<Logger, 'info' | 'fatal'>,
): Promise<void> => {
  try {
    const serving = await serve(app, address)
    // First, so that a process that says it listens can be stopped.
    exitOnSignals(serving)
    log.info({ host: address.host, port: serving.port }, 'listening')
  } catch (error) {
    log.fatal(error instanceof Error ? error.message : String(error))
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

// The app answers its own errors; what arrives here is a target or a host that is no URL.
const unreadableRequest = () =>
  problemResponse(
    { code: 'malformed-request', detail: 'The URL or the Host header is not valid.' },
    crypto.randomUUID(),
  )

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
  // A connection kept alive turns idle when its request has been answered, after close() has looked for idle ones.
  while (performance.now() < deadline && !(await settlesWithin(closed, 20))) server.closeIdleConnections()
  server.closeAllConnections()
  await closed
}

const settlesWithin = async (promise: Promise<unknown>, ms: number): Promise<boolean> =>
  await Promise.race([promise.then(() => true), sleep(ms, false)])
