import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand } from '@aws-sdk/client-kinesis'
import database, { type Stream } from 'kinesalite/db/index.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kinesisClient } from '#adapters/aws/kinesis'
import { finishInterruptedChanges } from '#infra/local/kinesis-recovery'
import { startTestServices, type TestServices } from '#infra/local/test-services'
import { createStream } from './local-stream.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-kinesis-'))
let services: TestServices

beforeAll(async () => {
  services = await startTestServices({ folder })
})
afterAll(async () => {
  await services.stop()
  rmSync(folder, { recursive: true })
})

test('the local Kinesis survives clients that disconnect in the middle of a request', async () => {
  const pid = services.pidOf('kinesis')
  for (let client = 0; client < 5; client += 1) {
    const socket = connect(Number(new URL(services.kinesisEndpoint).port), '127.0.0.1')
    await once(socket, 'connect')
    // The interim answer shows that the server is at work on the request.
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\nhalf a body')
    await once(socket, 'data')
    socket.resetAndDestroy()
    await once(socket, 'close')
  }
  await kinesisClient().send(new ListStreamsCommand({}))
  expect(services.pidOf('kinesis')).toBe(pid)
})

test('the local Kinesis keeps its records when it is killed', async () => {
  const { kinesis, streamName, put } = await createStream()
  await put(['1', '2'])
  process.kill(Number(services.pidOf('kinesis')), 'SIGKILL')
  await put(['3'])

  const start = { StreamName: streamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(start))
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  expect(Records.map(({ Data = [] }) => Buffer.from(Data).toString())).toEqual(['1', '2', '3'])
})

test('the local Kinesis finishes or undoes interrupted changes before it serves again', async () => {
  const path = join(folder, 'interrupted')
  const statuses: Stream['StreamStatus'][] = ['CREATING', 'ACTIVE', 'UPDATING']
  const before = database.create({ path })
  for (const status of statuses) await before.metaDb.put(status, { StreamStatus: status })
  await before.db.close()

  await finishInterruptedChanges(path)

  const after = database.create({ path })
  const found: [string, string][] = []
  for await (const { key, value } of after.metaDb.createReadStream()) found.push([key, value.StreamStatus])
  await after.db.close()
  expect(found).toEqual([
    ['ACTIVE', 'ACTIVE'],
    ['UPDATING', 'ACTIVE'],
  ])
})

test('the local Kinesis says that its database is damaged, when LevelDB itself neither ends nor fails', async () => {
  const path = join(folder, 'damaged')
  for (const name of ['first', 'second']) {
    const { db, metaDb } = database.create({ path })
    await metaDb.put(name, { StreamStatus: 'ACTIVE' })
    await db.close()
  }
  // LevelDB moves what was written before into a table when it opens the database again.
  const [table = ''] = readdirSync(path).filter((file) => file.endsWith('.ldb'))
  const bytes = readFileSync(join(path, table))
  writeFileSync(join(path, table), bytes.fill(0xff, 0, 40))

  await expect(finishInterruptedChanges(path, { patienceMs: 500 })).rejects.toThrow(
    `The database of the stream in ${path} is damaged`,
  )
})
