import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
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
