import { S3Client } from '@aws-sdk/client-s3'

/** For the local S3, which has no host name of its own for each bucket. */
export const s3Client = ({ maxAttempts = 3 }: { maxAttempts?: number } = {}): S3Client =>
  new S3Client({ maxAttempts, forcePathStyle: true })
