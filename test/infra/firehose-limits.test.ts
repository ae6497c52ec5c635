/** The local Firehose refuses what AWS refuses: asked with the SDK. */
import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  PutRecordBatchCommand,
  PutRecordCommand,
} from '@aws-sdk/client-firehose'
import { describe, expect, test } from 'vitest'
import { anEntryRow, recordOf } from './archived-rows.ts'

const firehose = new FirehoseClient({ maxAttempts: 1 })
const DeliveryStreamName = 'daybook-entries'
const KIB = 1_024

const blank = (bytes: number) => ({ Data: Buffer.alloc(bytes, ' ') })
const lines = (count: number) => ({ Data: Buffer.from('{}\n'.repeat(count)) })
const put = (Records: { Data: Uint8Array }[], stream = DeliveryStreamName) =>
  firehose.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records }))

// At a limit, in blanks: they are no rows, so nothing of it reaches the archive.
describe('Firehose accepts', () => {
  test.each([
    { what: 'a record', records: [{ Data: recordOf(anEntryRow({ entry_id: 'limits-1' })) }] },
    { what: '500 records', records: Array.from({ length: 500 }, () => blank(1)) },
    { what: 'a record of 1,000 KiB', records: [blank(1_000 * KIB)] },
    { what: '4 MiB in a call', records: [...Array.from({ length: 4 }, () => blank(1_000 * KIB)), blank(96 * KIB)] },
  ])('$what', async ({ records }) => {
    const { FailedPutCount, RequestResponses = [], Encrypted } = await put(records)
    expect({ FailedPutCount, Encrypted }).toEqual({ FailedPutCount: 0, Encrypted: false })
    expect(new Set(RequestResponses.map(({ RecordId }) => RecordId)).size).toBe(records.length)
  })

  test('500 documents in a record', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => anEntryRow({ entry_id: `limits-500-${index}` }))
    expect(await put([{ Data: recordOf(...rows) }])).toMatchObject({ FailedPutCount: 0 })
  })

  test('a record by itself', async () => {
    const Record = { Data: recordOf(anEntryRow({ entry_id: 'limits-alone' })) }
    const { RecordId } = await firehose.send(new PutRecordCommand({ DeliveryStreamName, Record }))
    expect(RecordId).toMatch(/./)
  })

  test('a request to describe a delivery stream', async () => {
    const { DeliveryStreamDescription } = await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
    expect(DeliveryStreamDescription).toMatchObject({ DeliveryStreamName, DeliveryStreamStatus: 'ACTIVE' })
  })
})

describe('Firehose refuses', () => {
  test.each([
    {
      what: 'a call without records',
      records: [],
      name: 'ValidationException',
      says: "at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1",
    },
    {
      what: '501 records',
      records: Array.from({ length: 501 }, () => blank(1)),
      name: 'ValidationException',
      says: "at 'records' failed to satisfy constraint: Member must have length less than or equal to 500",
    },
    {
      what: 'records over 1,000 KiB',
      records: [blank(1), blank(1_000 * KIB + 1), blank(1_000 * KIB + 2)],
      name: 'ValidationException',
      says:
        "2 validation errors detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]' at " +
        "'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000; ",
    },
    {
      what: 'a call over 4 MiB',
      records: [...Array.from({ length: 4 }, () => blank(1_000 * KIB)), blank(96 * KIB + 1)],
      name: 'InvalidArgumentException',
      says: 'Records size exceeds 4 MB limit',
    },
    {
      what: 'a call far over 4 MiB',
      records: Array.from({ length: 9 }, () => blank(1_000 * KIB)),
      name: 'InvalidArgumentException',
      says: 'Records size exceeds 4 MB limit',
    },
    {
      what: '501 documents in a record',
      records: [lines(3), lines(501)],
      name: 'InvalidArgumentException',
      says: 'A record holds 501 documents, and deaggregation is capped at 500 per record',
    },
    {
      what: 'a delivery stream that does not exist',
      stream: 'nobodys',
      records: [blank(1)],
      name: 'ResourceNotFoundException',
      says: 'Firehose nobodys not found under account 000000000000.',
    },
  ])('$what', async ({ records, stream, name, says }) => {
    const error = await put(records, stream).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name, message: expect.stringContaining(says), $metadata: { httpStatusCode: 400 } })
  })

  test('a record by itself that is too large', async () => {
    const putRecord = firehose.send(new PutRecordCommand({ DeliveryStreamName, Record: blank(1_000 * KIB + 1) }))
    await expect(putRecord).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("at 'record.data'"),
    })
  })

  test('a request to describe an unknown delivery stream', async () => {
    const describing = firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: 'nobodys' }))
    await expect(describing).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

// The SDK sends none of these, so they are sent by hand.
test.each([
  {
    what: 'data that is not base64',
    body: { DeliveryStreamName, Records: [{ Data: 'a!b=' }] },
    type: 'SerializationException',
  },
  { what: 'a record without data', body: { DeliveryStreamName, Records: [{}] }, type: 'ValidationException' },
  { what: 'no name', body: { Records: [{ Data: 'IA==' }] }, type: 'ValidationException' },
  { what: 'a body that is not an object', body: 'text', type: 'SerializationException' },
  { what: 'another operation', operation: 'Dance', body: {}, type: 'UnknownOperationException' },
])('Firehose refuses a request with $what', async ({ body, type, operation = 'PutRecordBatch' }) => {
  const response = await fetch(String(process.env['AWS_ENDPOINT_URL_FIREHOSE']), {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Firehose_20150804.${operation}` },
    body: JSON.stringify(body),
  })
  expect({ status: response.status, body: await response.json() }).toMatchObject({
    status: 400,
    body: { __type: type },
  })
})
