/**
 * A folder that holds the objects of a table of the archive, each in a file of a name of our own. The name says the day
 * and, by a hash, the key and the ETag: so the names alone say what is there, nothing in a key can name another place, and
 * an object that was replaced has another name. What the bucket no longer has is deleted.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hash, randomUUID } from 'node:crypto'
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  type ListObjectsV2Output,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { BusinessDay } from '#ledger/identifiers'
import type { UnreadableObject } from '#ledger/archive'
import type { ArchiveTable } from '#wire/archive/columns'
import { readArchiveKey } from '#wire/archive/key'

export type MirroredBucket = { readonly client: Pick<S3Client, 'send'>; readonly bucket: string }
export type MirroredTable = MirroredBucket & { readonly table: ArchiveTable }

/** Why a file cannot be read; undefined when all of it can. */
export type CheckFile = (path: string) => Promise<string | undefined>

export type Mirror = {
  /** The files of the objects that can be read. Each name begins with the business day. */
  readonly files: readonly string[]
  readonly unreadable: ReadonlyMap<BusinessDay, readonly UnreadableObject[]>
}

type Listed = { readonly key: string; readonly businessDay: BusinessDay; readonly bytes: number; readonly path: string }

/** Makes the folder hold what the bucket holds now. A file is checked once, before it gets its name. */
export const mirrorObjects = async (from: MirroredTable, folder: string, check: CheckFile): Promise<Mirror> => {
  await mkdir(folder, { recursive: true })
  const { objects, unreadable } = await listObjects(from, folder)
  const wanted = new Set(objects.flatMap(({ path }) => [path, path + UNCHECKED]))
  for (const path of await filesIn(folder)) if (!wanted.has(path)) await rm(path, { force: true })

  const files: string[] = []
  const queue = objects.values()
  const lane = async (): Promise<void> => {
    for (const object of queue) {
      const { key, businessDay, path } = object
      const isNew = !(await isThere(path, object.bytes))
      if (isNew && (await copy(from, object)) === 'gone') continue
      const reason = isNew ? await check(path + UNCHECKED) : undefined
      // Another process may have checked it meanwhile, and given it its name. Then it is gone under this one.
      if (reason !== undefined && !(await isThere(path, object.bytes)))
        listIn(unreadable, businessDay).push({ key, reason })
      else files.push(path)
      if (isNew && reason === undefined) await rename(path + UNCHECKED, path).catch(() => {})
    }
  }
  await Promise.all(Array.from({ length: OBJECTS_AT_ONCE }, lane))
  return { files: files.toSorted(), unreadable }
}

const OBJECTS_AT_ONCE = 8

const listObjects = async ({ client, bucket, table }: MirroredTable, folder: string) => {
  const objects: Listed[] = []
  const unreadable = new Map<BusinessDay, UnreadableObject[]>()
  let after: string | undefined
  do {
    const page: ListObjectsV2Output = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${table.folder}/`, ContinuationToken: after }),
    )
    for (const { Key: key = '', ETag = '', Size: bytes = 0 } of page.Contents ?? []) {
      const { businessDay, unreadable: reason } = readArchiveKey({ key, bytes }, table) ?? {}
      // As Athena does: what is in no partition is no part of the table.
      if (businessDay === undefined) continue
      if (reason !== undefined) listIn(unreadable, businessDay).push({ key, reason })
      else {
        const name = hash('sha256', `${key}\n${ETag}`)
        objects.push({ key, businessDay, bytes, path: join(folder, `${businessDay}.${name}.parquet`) })
      }
    }
    after = page.NextContinuationToken
  } while (after !== undefined)
  return { objects, unreadable }
}

const filesIn = async (folder: string): Promise<string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile() && !entry.name.endsWith(PART) && !entry.name.endsWith(OUR_OWN))
    .map(({ parentPath, name }) => join(parentPath, name))
}

const isThere = async (path: string, bytes: number): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.size === bytes

/** Copies an object, unless that was done before it was found to be unreadable. */
const copy = async ({ client, bucket }: MirroredBucket, { key, bytes, path }: Listed): Promise<'there' | 'gone'> => {
  if (await isThere(path + UNCHECKED, bytes)) return 'there'
  // Under another name until it is whole, so that half of it is never read.
  const part = `${path}.${randomUUID()}${PART}`
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    await pipeline(Body as Readable, createWriteStream(part))
    await rename(part, path + UNCHECKED)
    return 'there'
  } catch (error) {
    await rm(part, { force: true })
    // Deleted since it was listed: then it is not in the bucket, and not wanted here.
    if (error instanceof NoSuchKey) return 'gone'
    throw error
  }
}

const UNCHECKED = '.unchecked'
/** Of a process that is copying at this moment; not ours to delete. */
const PART = '.part'

/** Files that stand for no object of the bucket. */
export const OUR_OWN = '.own'

const listIn = <K, T>(lists: Map<K, T[]>, key: K): T[] => {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
