import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { httpHandler } from '#adapters/http-handler'
import type { ObjectStore } from './object-store.ts'

export const s3ObjectStore = (client: S3Client, bucket: string): ObjectStore => ({
  async *list(prefix) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key, Size = 0, LastModified } of Contents) {
        if (Key !== undefined) yield { key: Key, bytes: Size, storedAtMs: LastModified?.getTime() ?? Infinity }
      }
    }
  },

  async get(key) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Body as AsyncIterable<Uint8Array>
  },
})

/** Talks to the S3 that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`). */
export const s3Client = (): S3Client =>
  new S3Client({
    maxAttempts: 5,
    // The local S3 has one name, and so has LocalStack; AWS takes the bucket in the path as well.
    forcePathStyle: true,
    requestHandler: httpHandler({ maxSockets: 64, requestTimeoutMs: 30_000 }),
  })
