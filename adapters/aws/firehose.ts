import { FirehoseClient } from '@aws-sdk/client-firehose'
import { httpHandler } from './http-handler.ts'

/** Talks to the Firehose that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_FIREHOSE`). */
export const firehoseClient = ({ maxAttempts = 3 }: { maxAttempts?: number } = {}): FirehoseClient =>
  new FirehoseClient({
    maxAttempts,
    // One PutRecordBatch may carry 4 MiB.
    requestHandler: httpHandler('Firehose', { maxSockets: 16, requestTimeoutMs: 10_000 }),
  })
