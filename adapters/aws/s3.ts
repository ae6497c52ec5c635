import { S3Client } from '@aws-sdk/client-s3'
import { httpHandler } from './http-handler.ts'

/** Talks to the S3 that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`). */
export const s3Client = ({ maxAttempts = 5 }: { maxAttempts?: number } = {}): S3Client =>
  new S3Client({
    maxAttempts,
    // The local S3 and LocalStack have one host name for all buckets. AWS takes the bucket in the path as well.
    forcePathStyle: true,
    requestHandler: httpHandler('S3', { maxSockets: 64, requestTimeoutMs: 30_000 }),
  })
