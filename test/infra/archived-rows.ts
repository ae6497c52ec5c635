/** Rows as the archive hands them to Firehose, and as they stand in the files it writes. */
import { gunzipSync } from 'node:zlib'
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { parquetReadObjects } from 'hyparquet'

export const anEntryRow = (fields: Readonly<Record<string, unknown>> = {}) => ({
  entry_id: 'sale-1',
  merchant_id: 'm1',
  business_day: '2026-11-20',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurred_at: '2026-11-20 12:30:00.000',
  received_at: '2026-11-20 12:30:00.120',
  shard_id: 'shardId-000000000000',
  sequence_number: '49590338271490256608559692538361571095921575989136588898',
  record_index: 0,
  arrived_at: '2026-11-20 12:30:00.125',
  schema_version: 1,
  ...fields,
})

/** A Firehose record: documents on a line each. */
export const recordOf = (...documents: readonly unknown[]): Uint8Array =>
  Buffer.from(documents.map((document) => `${JSON.stringify(document)}\n`).join(''))

export const readParquet = async (bytes: Uint8Array): Promise<Record<string, unknown>[]> =>
  await parquetReadObjects({
    file: new Uint8Array(bytes).buffer,
    compressors: { GZIP: (input) => gunzipSync(input) },
  })

/** The objects below a prefix, by key. */
export const objectsBelow = async (
  s3: S3Client,
  Bucket: string,
  Prefix: string,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const objects = new Map<string, Uint8Array>()
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      objects.set(Key, (await Body?.transformToByteArray()) ?? new Uint8Array())
    }
  }
  return objects
}
