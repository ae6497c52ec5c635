/**
 * A service has told the disk before it tells the client: watched from outside, by the system calls of the real process.
 * Where strace is missing or not allowed, `npm run test:power` is left to show it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose'
import { CreateStreamCommand, PutRecordCommand as PutOnStream, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { provisionTables } from '#infra/local/provision'
import { s3Client } from '#adapters/aws/s3'
import { startTestServices, type TestServices } from '#infra/local/test-services'
import { readSettings } from '#infra/settings'
import { anEntryRow, recordOf } from './archived-rows.ts'
import { createStream } from './local-stream.ts'

const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

describe.skipIf(!canTrace)('a write that is acknowledged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-on-disk-'))
  let services: TestServices
  beforeAll(async () => {
    services = await startTestServices({ folder })
    await provisionTables(documentClient(), readSettings().tables)
  }, 60_000)
  afterAll(async () => {
    await services.stop()
    rmSync(folder, { recursive: true, maxRetries: 5 })
  })

  /** What the process does to the data below the folder, and its answers, while the call lasts. */
  const during = async (pid: number, call: () => Promise<unknown>): Promise<string[]> => {
    const output = join(folder, 'trace')
    const trace = spawn('strace', ['-f', '-y', '-e', `trace=${CALLS}`, '-o', output, '-p', String(pid)])
    const ended = once(trace, 'exit')
    // It says so when it is attached.
    await once(trace.stderr, 'data')
    await call()
    trace.kill('SIGINT')
    await ended
    return readFileSync(output, 'utf8')
      .split('\n')
      .flatMap((line) => stepOf(line, folder) ?? [])
  }
  const dynoxide = () => Number(readFileSync(join(folder, 'dynamodb', 'dynoxide.pid'), 'utf8'))

  test('by PutRecords of the stream was synced, once for all its records', { timeout: 60_000 }, async () => {
    const { kinesis, streamName, put } = await createStream()
    await put(['before'])
    const Records = Array.from({ length: 20 }, (_, index) => ({ PartitionKey: `${index}`, Data: Buffer.alloc(3_000) }))
    const steps = await during(Number(services.pidOf('kinesis')), () =>
      kinesis.send(new PutRecordsCommand({ StreamName: streamName, Records })),
    )
    // LevelDB writes a record of its log in blocks.
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual(['write', 'sync', 'answer'])
  })

  test.each([
    {
      what: 'by PutRecord of the stream',
      pid: () => services.pidOf('kinesis'),
      prepare: createStream,
      call: async ({ kinesis, streamName }: Awaited<ReturnType<typeof createStream>>) =>
        await kinesis.send(new PutOnStream({ StreamName: streamName, PartitionKey: 'a', Data: Buffer.from('x') })),
    },
    {
      what: 'by CreateStream',
      pid: () => services.pidOf('kinesis'),
      call: async () => await kinesisClient().send(new CreateStreamCommand({ StreamName: 'another', ShardCount: 1 })),
    },
    {
      what: 'by the store',
      pid: dynoxide,
      call: async () =>
        await documentClient().send(
          new PutCommand({ TableName: readSettings().tables.merchants, Item: { merchantId: 'm1' } }),
        ),
    },
    {
      what: 'by S3',
      pid: () => services.pidOf('s3'),
      call: async () =>
        await s3Client().send(new PutObjectCommand({ Bucket: 'daybook-archive', Key: 'a/b', Body: 'kept' })),
    },
    {
      what: 'by Firehose',
      pid: () => services.pidOf('firehose'),
      call: async () =>
        await new FirehoseClient().send(
          new PutRecordCommand({ DeliveryStreamName: 'daybook-entries', Record: { Data: recordOf(anEntryRow({})) } }),
        ),
    },
  ])('$what was synced before the answer', { timeout: 60_000 }, async ({ pid, prepare, call }) => {
    const prepared = await prepare?.()
    const steps = await during(Number(pid()), () => call(prepared as never))
    const untilAnswer = steps.slice(0, steps.indexOf('answer'))
    expect(untilAnswer).toContain('write')
    expect(untilAnswer.lastIndexOf('sync')).toBeGreaterThan(untilAnswer.lastIndexOf('write'))
  })
})

const CALLS = 'write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync'

/** A line such as `17013 fdatasync(24</data/kinesis/000005.log>) = 0`. */
const stepOf = (line: string, folder: string): 'write' | 'sync' | 'answer' | undefined => {
  const [, call = '', target = ''] = /^\d+ +(\w+)\(\d+<([^>]*)>/.exec(line) ?? []
  if (target.startsWith(folder)) return /sync/.test(call) ? 'sync' : 'write'
  return target.startsWith('socket:') && line.includes('HTTP/1.1 200') ? 'answer' : undefined
}
