import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { startFauxqs, type FauxqsServer } from 'fauxqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3ObjectStore } from '#adapters/archive-objects/s3-object-store'
import { s3Client } from '#adapters/aws/s3'
import { concurrently } from '#ledger/concurrently'
import { useLocalS3 } from '../local-s3.ts'

let server: FauxqsServer
beforeAll(async () => {
  server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  useLocalS3(server.port)
})
afterAll(() => server.stop())

test('objects below a prefix are listed page by page and read whole, and a missing object throws', async () => {
  const client = s3Client()
  await client.send(new CreateBucketCommand({ Bucket: 'some-archive' }))
  // Pages of ten, so that a few objects are several pages.
  let pages = 0
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'ListObjectsV2Command') return next(args)
        pages += 1
        return next({ ...args, input: { ...args.input, MaxKeys: 10 } })
      },
    { step: 'initialize' },
  )
  const names = Array.from({ length: 25 }, (_, index) => `entries/${String(index).padStart(4, '0')}`)
  await concurrently([...names, 'errors/x'], 8, async (Key) => {
    await client.send(new PutObjectCommand({ Bucket: 'some-archive', Key, Body: Key }))
  })
  const store = s3ObjectStore(client, 'some-archive')
  const before = Date.now()
  const listed = await all(store.list('entries/'))
  expect(listed.map(({ key }) => key)).toEqual(names)
  expect(pages).toBe(3)
  expect(listed[0]).toMatchObject({ bytes: 'entries/0000'.length })
  expect(listed.every(({ storedAtMs }) => storedAtMs <= before && storedAtMs > before - 60_000)).toBe(true)

  const bytes = await all(await store.get('entries/0007'))
  expect(Buffer.concat(bytes).toString()).toBe('entries/0007')
  await expect(store.get('entries/gone')).rejects.toThrow('does not exist')
})

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
