import { KinesisClient } from '@aws-sdk/client-kinesis'
import { httpHandler } from '#adapters/aws/http-handler'

/** Talks to the Kinesis that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_KINESIS`). */
export const kinesisClient = ({ maxAttempts = 3, requestTimeoutMs = 10_000 }: Patience = {}): KinesisClient =>
  new KinesisClient({
    maxAttempts,
    // The SDK's own choice for Kinesis is HTTP/2, which the local stream does not speak. One PutRecords may carry
    // 5 MiB and one GetRecords 10 MiB, hence by default more patience than a small call deserves.
    requestHandler: httpHandler({ maxSockets: 64, requestTimeoutMs }),
  })

type Patience = { readonly maxAttempts?: number; readonly requestTimeoutMs?: number }
