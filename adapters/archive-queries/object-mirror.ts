/**
 * A folder that holds what a part of a bucket holds. An object's local name carries its ETag, so that the names alone
 * say what is there: an object that was replaced has another name, and what the bucket no longer has is deleted.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { randomUUID } from 'node:crypto'
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  type ListObjectsV2Output,
  type S3Client,
} from '@aws-sdk/client-s3'

export type MirroredBucket = {
  readonly client: Pick<S3Client, 'send'>
  readonly bucket: string
  /** Which keys are wanted: those that start with `prefix` and match `pattern`. */
  readonly prefix: string
  readonly pattern: RegExp
}

type Wanted = { readonly key: string; readonly bytes: number; readonly path: string }

/** Makes the folder hold what the bucket holds now, and answers how many objects that is. */
export const mirrorObjects = async (from: MirroredBucket, folder: string): Promise<number> => {
  const wanted = await listObjects(from, folder)
  const paths = new Set(wanted.map(({ path }) => path))
  for (const path of await filesIn(folder)) if (!paths.has(path)) await rm(path, { force: true })

  const queue = wanted.values()
  let gone = 0
  const lane = async (): Promise<void> => {
    for (const object of queue) {
      if (!(await isThere(object)) && (await download(from, object)) === 'gone') gone += 1
    }
  }
  await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, lane))
  return wanted.length - gone
}

const DOWNLOADS_AT_ONCE = 8

const listObjects = async ({ client, bucket, prefix, pattern }: MirroredBucket, folder: string): Promise<Wanted[]> => {
  const wanted: Wanted[] = []
  let after: string | undefined
  do {
    const page: ListObjectsV2Output = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: after }),
    )
    for (const { Key: key = '', ETag = '', Size: bytes = 0 } of page.Contents ?? []) {
      // The pattern also keeps a key from naming a place outside of the folder.
      if (!pattern.test(key)) continue
      const etag = ETag.replaceAll(/[^A-Za-z0-9-]/g, '')
      wanted.push({ key, bytes, path: join(folder, dirname(key), `${etag}.${basename(key)}`) })
    }
    after = page.NextContinuationToken
  } while (after !== undefined)
  return wanted
}

const filesIn = async (folder: string): Promise<string[]> => {
  await mkdir(folder, { recursive: true })
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  // What another process is downloading at this moment is not ours to delete.
  return found
    .filter((entry) => entry.isFile() && !entry.name.endsWith(PART))
    .map(({ parentPath, name }) => join(parentPath, name))
}

const isThere = async ({ path, bytes }: Wanted): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined)
  return found?.size === bytes
}

/** Under another name until it is whole, so that nobody reads half of it. */
const download = async ({ client, bucket }: MirroredBucket, { key, path }: Wanted): Promise<'stored' | 'gone'> => {
  await mkdir(dirname(path), { recursive: true })
  const part = `${path}.${randomUUID()}${PART}`
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    await pipeline(Body as Readable, createWriteStream(part))
    await rename(part, path)
    return 'stored'
  } catch (error) {
    await rm(part, { force: true })
    // Deleted since it was listed: then it is not in the bucket, and not wanted here.
    if (error instanceof NoSuchKey) return 'gone'
    throw error
  }
}

const PART = '.part'
