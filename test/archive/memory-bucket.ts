/** A bucket in memory behind the S3 client's `send`, for as much of it as an archive takes. */
import { hash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { ArchivedEntry } from '#ledger/archive'
import { entriesParquet } from '../parquet-object.ts'

export type MemoryBucket = {
  readonly client: Pick<S3Client, 'send'>
  readonly objects: Map<string, Buffer>
  /** The keys that were downloaded, in order. */
  readonly downloads: readonly string[]
}

export const memoryBucket = ({ keysPerPage = 1_000 } = {}): MemoryBucket => {
  const objects = new Map<string, Buffer>()
  const downloads: string[] = []
  const list = ({ Prefix = '', ContinuationToken: after = '' }: ListObjectsV2Command['input']) => {
    const following = [...objects.keys()].filter((key) => key.startsWith(Prefix) && key > after).toSorted()
    const page = following.slice(0, keysPerPage)
    return {
      Contents: page.map((key) => ({ Key: key, ETag: etagOf(objects.get(key)), Size: objects.get(key)?.length })),
      ...(following.length > page.length && { NextContinuationToken: page.at(-1) }),
    }
  }
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof ListObjectsV2Command) return list(command.input)
    if (command instanceof PutObjectCommand) {
      objects.set(command.input.Key ?? '', Buffer.from(command.input.Body as Uint8Array))
      return {}
    }
    if (!(command instanceof GetObjectCommand)) throw new Error('this bucket cannot do that')
    const { Key = '' } = command.input
    const bytes = objects.get(Key)
    if (bytes === undefined) throw new NoSuchKey({ message: `${Key} is not there`, $metadata: {} })
    downloads.push(Key)
    return { Body: Readable.from([bytes]) }
  }
  return { client: { send }, objects, downloads }
}

/** Puts entries into the bucket as one Parquet object, as Firehose does; answers its key. */
export const putEntries = async ({ objects }: MemoryBucket, entries: readonly ArchivedEntry[]): Promise<string> => {
  const key = `entries/business_day=${entries[0]?.entry.businessDay}/daybook-entries-${randomUUID()}.parquet`
  objects.set(key, await entriesParquet(entries))
  return key
}

const etagOf = (bytes?: Uint8Array): string => `"${hash('md5', bytes ?? '')}"`
