/** Daybook's own issuer of tokens, over HTTP on loopback. Its clients, people and keys lie in one folder. */
import { once, type EventEmitter } from 'node:events'
import { createServer } from 'node:http'
import { fileClients } from '#adapters/clients/file-clients'
import type { Clock } from '#ledger/ports'
import { clientsFolder } from './folders.ts'
import { ownKeys } from './own-keys.ts'
import type { Middleware } from './pages.ts'
import { filePeople } from './people.ts'
import { daybookProvider } from './provider.ts'
import { signIns } from './sign-in.ts'
import { signInRoutes } from './sign-in-routes.ts'

type IssuerOptions = {
  readonly port: number
  /** The URL of the issuer, as its tokens name it. */
  readonly issuer: string
  readonly audience: string
  readonly folder: string
  readonly onFault: (error: Error) => void
  /** The time that codes of authenticator apps are compared with. */
  readonly clock?: Clock
}

type RunningIssuer = {
  stop(): Promise<void>
}

export const startIssuer = async ({
  port,
  issuer,
  audience,
  folder,
  onFault,
  clock = Date.now,
}: IssuerOptions): Promise<RunningIssuer> => {
  const people = filePeople(folder)
  const clients = fileClients(clientsFolder(folder))
  const provider = daybookProvider({
    issuer,
    audience,
    keys: ownKeys(folder),
    clients,
    findPerson: (subject) => people.findBySubject(subject),
  })
  provider.on('server_error', (_ctx, error) => onFault(error))
  // Koa's own event, of which oidc-provider's types do not know. What the sender did wrong is not a fault.
  const koa: EventEmitter = provider
  koa.on('error', (error: Error & { readonly expose?: boolean }) => {
    if (error.expose !== true) onFault(error)
  })
  provider.use(onlyOwnHost(new URL(issuer).port))
  provider.use(probes)
  provider.use(signInRoutes(provider, signIns(people, clock)))

  const handle = provider.callback()
  const server = createServer(LIMITS, (request, response) => void handle(request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const insist = setTimeout(() => server.closeAllConnections(), 2_000)
      await closed
      clearTimeout(insist)
    },
  }
}

const LIMITS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 }

/** A page of another site whose name leads to this machine (DNS rebinding) gets no answer. */
const onlyOwnHost = (port: string): Middleware => {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  return async (ctx, next) => {
    if (hosts.has(ctx.get('host'))) return await next()
    ctx.status = 421
    ctx.body = { error: 'misdirected_request', error_description: `This is ${[...hosts].join(' or ')}.` }
  }
}

const probes: Middleware = async (ctx, next) => {
  if (ctx.path !== '/healthz' && ctx.path !== '/readyz') return await next()
  ctx.body = { status: ctx.path === '/readyz' ? 'ready' : 'ok' }
}
