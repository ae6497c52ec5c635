import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { NodeHttpHandler } from '@smithy/node-http-handler'

type Patience = { readonly maxSockets: number; readonly requestTimeoutMs: number }

/** HTTP/1.1 with connections that stay open, and a time limit for every call to the service of this name. */
export const httpHandler = (service: string, { maxSockets, requestTimeoutMs }: Patience): NodeHttpHandler =>
  new NamingHandler(service, {
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets }),
    connectionTimeout: 2_000,
    requestTimeout: requestTimeoutMs,
    // Without this, the handler only warns about a request that takes too long.
    throwOnRequestTimeout: true,
  })

/** The handler's own words for a time limit name a setting of the library, and not the service that did not answer. */
class NamingHandler extends NodeHttpHandler {
  readonly #service: string

  constructor(service: string, options: ConstructorParameters<typeof NodeHttpHandler>[0]) {
    super(options)
    this.#service = service
  }

  override async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const startedAtMs = performance.now()
    try {
      return await super.handle(request, options)
    } catch (error) {
      // The SDK tries again after an error of this name, so the error stays the same one.
      if (error instanceof Error && error.name === 'TimeoutError') {
        const { protocol, hostname, port } = request
        const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`
        error.message = `${this.#service} at ${url} did not answer within ${Math.round(performance.now() - startedAtMs)} ms`
      }
      throw error
    }
  }
}
