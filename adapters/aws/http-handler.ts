import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { NodeHttpHandler } from '@smithy/node-http-handler'

/** HTTP/1.1 with connections that stay open, and a time limit for every call. */
export const httpHandler = ({ maxSockets, requestTimeoutMs }: { maxSockets: number; requestTimeoutMs: number }) =>
  new NodeHttpHandler({
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets }),
    connectionTimeout: 2_000,
    requestTimeout: requestTimeoutMs,
    // Without this, the handler only warns about a request that takes too long.
    throwOnRequestTimeout: true,
  })
