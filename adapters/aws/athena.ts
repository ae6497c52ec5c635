import { AthenaClient } from '@aws-sdk/client-athena'
import { httpHandler } from './http-handler.ts'

/** Talks to the Athena that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_ATHENA`). */
export const athenaClient = ({ maxAttempts = 3 }: { maxAttempts?: number } = {}): AthenaClient =>
  new AthenaClient({ maxAttempts, requestHandler: httpHandler('Athena', { maxSockets: 8, requestTimeoutMs: 30_000 }) })
