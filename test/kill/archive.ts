import type { S3Client } from '@aws-sdk/client-s3'
import { objectsBelow, readParquet } from '#test/infra/archived-rows'

/** Every row of the archive, as often as it stands there, with its business day. */
export const readArchive = async (s3: S3Client, bucket: string): Promise<Record<string, unknown>[]> => {
  const all: Record<string, unknown>[] = []
  for (const [key, body] of await objectsBelow(s3, bucket, 'entries/')) {
    const business_day = /business_day=([^/]+)\//.exec(key)?.[1]
    for (const row of await readParquet(body)) all.push({ ...row, business_day })
  }
  return all
}
