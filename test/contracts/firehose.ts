/** A Firehose in memory behind the SDK's own client, and a look at what any Firehose was given. */
import type { FirehoseClient, PutRecordBatchInput, PutRecordBatchOutput } from '@aws-sdk/client-firehose'
import { firehoseClient } from '#adapters/aws/firehose'

/** What goes wrong with a call, the first being 0: everything, the records at these places, or all answers but the first. */
export type Mood = (call: number) => 'everything' | 'short answer' | readonly number[]

/** Takes what AWS takes and refuses what it refuses, and fails as it is in the mood to. */
export const fakeFirehose = (streams: readonly string[], mood: Mood = () => []): FirehoseClient => {
  const client = firehoseClient({ maxAttempts: 1 })
  let calls = 0
  const answer = (input: PutRecordBatchInput): PutRecordBatchOutput => {
    refuseWhatAwsRefuses(streams, input)
    const failing = mood(calls)
    calls += 1
    if (failing === 'everything') throw new Error('ServiceUnavailableException')
    const RequestResponses = (input.Records ?? []).map((_, index) =>
      failing !== 'short answer' && failing.includes(index)
        ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
        : { RecordId: `record-${calls}-${index}` },
    )
    if (failing === 'short answer') return { FailedPutCount: 0, RequestResponses: RequestResponses.slice(0, 1) }
    const FailedPutCount = RequestResponses.filter((response) => !('RecordId' in response)).length
    return { FailedPutCount, RequestResponses }
  }
  client.middlewareStack.add(
    () => async (args) => ({
      response: {},
      output: { ...answer(args.input as PutRecordBatchInput), $metadata: {} },
    }),
    { step: 'initialize', priority: 'low' },
  )
  return client
}

// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html; and of a record with more documents
// than 500, dynamic partitioning would file none.
const refuseWhatAwsRefuses = (
  streams: readonly string[],
  { DeliveryStreamName = '', Records = [] }: PutRecordBatchInput,
) => {
  if (!streams.includes(DeliveryStreamName)) throw new Error('ResourceNotFoundException')
  const sizes = Records.map(({ Data }) => Data?.length ?? 0)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (sizes.length === 0 || sizes.length > 500) throw new Error('ValidationException: 1 to 500 records')
  if (sizes.some((size) => size === 0 || size > 1_000 * 1024)) throw new Error('ValidationException: up to 1,000 KiB')
  if (total > 4 * 1024 * 1024) throw new Error('InvalidArgumentException: 4 MiB a call')
  if (Records.some(({ Data }) => rowsOf(Data).length > 500)) throw new Error('500 documents a record')
}

type Taken = { readonly streamName: string; readonly bytes: number; readonly rows: readonly unknown[] }

/** Every record that this client's Firehose says it has taken, as long as the client is used; and every call. */
export const watch = (client: FirehoseClient) => {
  const taken: Taken[] = []
  const calls: { readonly records: number; readonly bytes: number }[] = []
  client.middlewareStack.add(
    (next) => async (args) => {
      const { DeliveryStreamName = '', Records = [] } = args.input as PutRecordBatchInput
      calls.push({ records: Records.length, bytes: Records.reduce((sum, { Data }) => sum + (Data?.length ?? 0), 0) })
      const result = await next(args)
      const { RequestResponses = [] } = result.output as PutRecordBatchOutput
      for (const [index, { Data }] of Records.entries()) {
        if (RequestResponses[index]?.RecordId === undefined) continue
        taken.push({ streamName: DeliveryStreamName, bytes: Data?.length ?? 0, rows: rowsOf(Data) })
      }
      return result
    },
    { step: 'initialize', priority: 'high' },
  )
  return { taken, calls }
}

/** The documents of a record, each ended by a line break. */
const rowsOf = (data: Uint8Array | undefined): unknown[] => {
  const lines = Buffer.from(data ?? [])
    .toString()
    .split('\n')
  if (lines.pop() !== '') throw new Error('the last row of a record is not ended')
  return lines.map((line): unknown => JSON.parse(line))
}
