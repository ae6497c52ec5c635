import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FirehoseClient, PutRecordCommand } from '@aws-sdk/client-firehose'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#infra/local/retry'
import { s3Client } from '#adapters/aws/s3'
import { startTestServices, type TestServices } from '#infra/local/test-services'
import { anEntryRow, objectsBelow, readParquet, recordOf } from './archived-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-s3-'))
let services: TestServices

beforeAll(async () => {
  services = await startTestServices({ folder })
})
afterAll(async () => {
  await services.stop()
  rmSync(folder, { recursive: true })
})

// Enough to outlast a restart.
const s3 = s3Client({ maxAttempts: 15 })
const firehose = new FirehoseClient({ maxAttempts: 1 })

test('S3 keeps its objects when it is killed', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'kept' }))
  await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'a/b=c/d', Body: 'before' }))
  process.kill(Number(services.pidOf('s3')), 'SIGKILL')
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'kept', Key: 'a/b=c/d' }))
  expect(await Body?.transformToString()).toBe('before')
})

test('records that Firehose acknowledged are in S3 once after both were killed', async () => {
  const Record = { Data: recordOf(anEntryRow({ entry_id: 'before-the-kill' })) }
  await firehose.send(new PutRecordCommand({ DeliveryStreamName: 'daybook-entries', Record }))
  for (const service of ['firehose', 's3'] as const) process.kill(Number(services.pidOf(service)), 'SIGKILL')

  const delivered = await eventually(
    async () => {
      const files = await objectsBelow(s3, 'daybook-archive', 'entries/business_day=2026-11-20/')
      return files.size > 0 ? files : undefined
    },
    { timeoutMs: 20_000, everyMs: 100 },
  )
  const rows = (await Promise.all(delivered.values().map(readParquet))).flat()
  expect(rows.map((row) => row['entry_id'])).toEqual(['before-the-kill'])
})

test.each(['s3', 'firehose'] as const)('%s listens only on the loopback address', async (service) => {
  const { port } = new URL(services[`${service}Endpoint`])
  // A server that listens on all addresses would take this, too.
  const [error] = (await once(connect(Number(port), '127.0.0.2'), 'error')) as [NodeJS.ErrnoException]
  expect(error.code).toBe('ECONNREFUSED')
})
