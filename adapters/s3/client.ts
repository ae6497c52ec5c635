import { S3Client } from '@aws-sdk/client-s3'
import { httpHandler } from '#adapters/http-handler'

/** Talks to the S3 that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`). */
export const s3Client = ({ maxAttempts = 3 }: { maxAttempts?: number } = {}): S3Client =>
  new S3Client({
    maxAttempts,
    // A bucket as part of the host's name would need a name server of its own for a service on this machine.
    forcePathStyle: true,
    requestHandler: httpHandler({ maxSockets: 32, requestTimeoutMs: 30_000 }),
  })
