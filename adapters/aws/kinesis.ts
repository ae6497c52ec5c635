import { KinesisClient } from '@aws-sdk/client-kinesis'
import { httpHandler } from './http-handler.ts'

/** Talks to the Kinesis that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_KINESIS`). */
export const kinesisClient = ({ maxAttempts = 3, requestTimeoutMs = 10_000 }: Patience = {}): KinesisClient =>
  new KinesisClient({
    maxAttempts,
    // The SDK's default for Kinesis is HTTP/2, which the local stream does not speak. One PutRecords may carry 5 MiB and
    // one GetRecords 10 MiB, so the default time limit is longer than a small call needs.
    requestHandler: httpHandler('Kinesis', { maxSockets: 64, requestTimeoutMs }),
  })

type Patience = { readonly maxAttempts?: number; readonly requestTimeoutMs?: number }
