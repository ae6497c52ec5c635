import { SFNClient } from '@aws-sdk/client-sfn'
import { httpHandler } from './http-handler.ts'

/** Talks to the Step Functions that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_SFN`). */
export const sfnClient = ({ maxAttempts = 3 }: { maxAttempts?: number } = {}): SFNClient =>
  new SFNClient({
    maxAttempts,
    requestHandler: httpHandler('Step Functions', { maxSockets: 16, requestTimeoutMs: 5_000 }),
  })
