import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { deliver } from '#infra/local/deliver'
import {
  startEventSourceMapping,
  type EventSourceMapping,
  type MappingOptions,
} from '#infra/local/event-source-mapping'
import { batches, eventRecord, lambdaLimits } from '#infra/local/kinesis-event'
import { pulses } from '#infra/local/pulse'
import { eventually } from '#infra/local/retry'
import { startTestServices, type TestServices } from '#infra/local/test-services'
import { deliveryRecorder, failing, textsOf } from './delivery-recorder.ts'
import { createStream, texts } from './local-stream.ts'

const log = pino({ level: 'silent' })
const retry = { minMs: 1, maxMs: 5 }
const shard = { shardId: 'shardId-000000000000', streamArn: 'arn:aws:kinesis:x:y:stream/z', region: 'us-east-1' }

const record = (text: string, sequenceNumber = text) =>
  eventRecord(
    {
      Data: Buffer.from(text),
      PartitionKey: 'key',
      SequenceNumber: sequenceNumber,
      ApproximateArrivalTimestamp: new Date(1_500),
    },
    shard,
  )

describe('a batch', () => {
  const deliverTo = (recorder: ReturnType<typeof deliveryRecorder>, stopped = new AbortController().signal) =>
    deliver(
      texts('', 5).map((text) => record(text)),
      { handler: recorder.handler, retry, log, stopped },
    )

  test('is done when no failure is reported', async () => {
    const recorder = deliveryRecorder(() => ({ batchItemFailures: [] }))
    await deliverTo(recorder)
    expect(recorder.deliveries).toEqual([['1', '2', '3', '4', '5']])
  })

  test('resumes exactly at the lowest reported record', async () => {
    const recorder = deliveryRecorder((event, delivery) => (delivery === 1 ? failing(event, '4', '3') : undefined))
    await deliverTo(recorder)
    expect(recorder.deliveries).toEqual([
      ['1', '2', '3', '4', '5'],
      ['3', '4', '5'],
    ])
  })

  test('is halved when the handler throws, until the culprit is alone, and nothing overtakes it', async () => {
    let patience = 3
    const recorder = deliveryRecorder((event) => {
      if (textsOf(event).includes('2') && patience-- > 0) throw new Error('planted')
      return undefined
    })
    await deliverTo(recorder)
    expect(recorder.deliveries).toEqual([
      ['1', '2', '3', '4', '5'],
      ['1', '2', '3'],
      ['1', '2'],
      ['1'],
      ['2'],
      ['3'],
      ['4', '5'],
    ])
  })

  test.each([
    { reported: 'an empty record name', itemIdentifier: '' },
    { reported: 'a record of another batch', itemIdentifier: '999' },
  ])('has failed as a whole when the handler reports $reported', async ({ itemIdentifier }) => {
    const recorder = deliveryRecorder((_, delivery) =>
      delivery === 1 ? { batchItemFailures: [{ itemIdentifier }] } : undefined,
    )
    await deliverTo(recorder)
    expect(recorder.deliveries).toEqual([
      ['1', '2', '3', '4', '5'],
      ['1', '2', '3'],
      ['4', '5'],
    ])
  })

  test('is tried again until the mapping is told to stop', async () => {
    const stop = new AbortController()
    const recorder = deliveryRecorder((event, delivery) => {
      if (delivery === 20) stop.abort()
      return failing(event, '1')
    })
    expect(await deliverTo(recorder, stop.signal)).toBe('stopped')
    expect(recorder.deliveries).toHaveLength(20)
  })

  test('stays within what Lambda accepts', () => {
    const large = texts('', 20).map((text) => record(text.padEnd(700_000), text))
    const byBytes = [...batches(large, lambdaLimits)]
    expect(byBytes.flat()).toEqual(large)
    expect(byBytes.every((batch) => JSON.stringify({ Records: batch }).length < 6_000_000)).toBe(true)

    const many = texts('', 501).map((text) => record(text))
    expect([...batches(many, lambdaLimits)].map((batch) => batch.length)).toEqual([500, 1])
  })
})

describe('a stream', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-mapping-'))
  let services: TestServices
  const mappings: EventSourceMapping[] = []

  beforeAll(async () => {
    services = await startTestServices({ folder })
  })
  afterEach(async () => {
    await Promise.all(mappings.splice(0).map((mapping) => mapping.stop()))
  })
  afterAll(async () => {
    await services.stop()
    rmSync(folder, { recursive: true })
  })

  const consume = (options: Pick<MappingOptions, 'kinesis' | 'streamName' | 'handler'> & Partial<MappingOptions>) => {
    const fromTheOldest = { read: async () => undefined }
    const quick = { idleMs: 5, refreshShardsMs: 20, retry }
    const mapping = startEventSourceMapping({ checkpoint: fromTheOldest, log, ...quick, ...options })
    mappings.push(mapping)
    return mapping
  }

  test('is delivered as Lambda would', async () => {
    const stream = await createStream()
    const [sequenceNumber] = await stream.put(['hello'])
    const events: unknown[] = []
    const recorder = deliveryRecorder((event) => void events.push(...event.Records))
    consume({ ...stream, handler: recorder.handler })
    await recorder.untilCount(1)
    expect(events).toEqual([
      {
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        awsRegion: 'us-east-1',
        eventSourceARN: expect.stringMatching(/^arn:aws:kinesis:us-east-1:\d+:stream\/test-/),
        invokeIdentityArn: expect.stringMatching(/^arn:aws:iam::/),
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'key',
          sequenceNumber,
          data: Buffer.from('hello').toString('base64'),
          approximateArrivalTimestamp: expect.closeTo(Date.now() / 1000, -2),
        },
      },
    ])
  })

  test('is delivered in order, each record once, while it grows', async () => {
    const stream = await createStream()
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler })
    const all = texts('r', 60)
    await stream.put(all)
    await recorder.untilCount(all.length)
    expect(recorder.deliveries.flat()).toEqual(all)
  })

  test('has loops that move while there is nothing to do, and one that stalls while its handler hangs', async () => {
    const stream = await createStream()
    const loops = pulses(() => nowMs)
    let nowMs = 0
    const isHandling = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const handler = async () => {
      isHandling.resolve()
      await mayEnd.promise
    }
    consume({ ...stream, handler, pulse: loops.of('journal') })
    const becomes = async (expected: readonly string[]) =>
      await eventually(async () => String(loops.stalled().map(({ name }) => name)) === String(expected) || undefined, {
        timeoutMs: 10_000,
      })
    // As soon as the shard has been found, only its own loop knows whether it moves.
    await stream.put(['1'])
    await isHandling.promise
    nowMs = 120_000
    await becomes(['journal: shardId-000000000000'])
    mayEnd.resolve()
    await becomes([])
    nowMs = 240_000
    await becomes([])
  })

  test('continues after the checkpoint of the shard', async () => {
    const stream = await createStream()
    const [, second] = await stream.put(['1', '2', '3'])
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler, checkpoint: { read: async () => second } })
    await recorder.untilCount(1)
    expect(recorder.deliveries).toEqual([['3']])
  })

  test('can be replayed from its oldest record', async () => {
    const stream = await createStream()
    const [, second] = await stream.put(['1', '2', '3'])
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler, checkpoint: { read: async () => second }, startFrom: 'oldest' })
    await recorder.untilCount(3)
    expect(recorder.deliveries.flat()).toEqual(['1', '2', '3'])
  })

  test('starts at its oldest record when the checkpoint is of an earlier stream', async () => {
    const earlier = await createStream()
    const [position] = await earlier.put(['1'])
    const foreign = String(BigInt(position ?? 0) - (1n << 150n))
    const stream = await createStream()
    await stream.put(['1'])
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler, checkpoint: { read: async () => foreign } })
    await recorder.untilCount(1)
    expect(recorder.deliveries).toEqual([['1']])
  })

  test('waits for a checkpoint that cannot be read yet', async () => {
    const stream = await createStream()
    await stream.put(['1'])
    let failuresLeft = 3
    const read = async () => {
      if (failuresLeft-- > 0) throw new Error('planted')
      return undefined
    }
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler, checkpoint: { read } })
    await recorder.untilCount(1)
    expect(recorder.deliveries).toEqual([['1']])
  })

  test('that is split is delivered in order: the children wait until their parent is processed', async () => {
    const stream = await createStream()
    await stream.put(['parent 1', 'parent 2'])
    await stream.split('shardId-000000000000')
    await stream.put(['low 1', 'low 2'], 'lower')
    await stream.put(['high 1'], 'upper')
    let isParentStuck = true
    const recorder = deliveryRecorder((event) => (isParentStuck ? failing(event, 'parent 2') : undefined))
    consume({ ...stream, handler: recorder.handler })

    await recorder.until(() => recorder.deliveries.length >= 10)
    expect(new Set(recorder.deliveries.flat())).toEqual(new Set(['parent 1', 'parent 2']))
    isParentStuck = false
    await recorder.until(() => ['low 2', 'high 1'].every((text) => recorder.deliveries.flat().includes(text)))
    const afterParent = recorder.deliveries.flat().slice(recorder.deliveries.flat().lastIndexOf('parent 2') + 1)
    expect(afterParent.toSorted()).toEqual(['high 1', 'low 1', 'low 2'])
  })

  test('that is merged while it is being read is read on in the new shard', async () => {
    const stream = await createStream({ shards: 2 })
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler })
    await stream.put(['before'])
    await recorder.untilCount(1)
    await stream.merge('shardId-000000000000', 'shardId-000000000001')
    await stream.put(['after'])
    await recorder.untilCount(2)
    expect(recorder.deliveries).toEqual([['before'], ['after']])
  })

  test('that is killed and comes back loses no record and delivers none twice', async () => {
    const stream = await createStream()
    const recorder = deliveryRecorder()
    consume({ ...stream, handler: recorder.handler })
    await stream.put(['before'])
    await recorder.untilCount(1)
    process.kill(Number(services.pidOf('kinesis')), 'SIGKILL')
    await stream.put(['after'])
    await recorder.untilCount(2)
    expect(recorder.deliveries).toEqual([['before'], ['after']])
  })

  test('stops after the batch in flight', async () => {
    const stream = await createStream()
    await stream.put(['1'])
    const inFlight = Promise.withResolvers<void>()
    const order: string[] = []
    const recorder = deliveryRecorder()
    const mapping = consume({
      ...stream,
      handler: async (event) => {
        await recorder.handler(event)
        await inFlight.promise
        order.push('batch processed')
      },
    })
    await recorder.untilCount(1)
    const stopped = mapping.stop().then(() => order.push('stopped'))
    inFlight.resolve()
    await stopped
    expect(order).toEqual(['batch processed', 'stopped'])
  })
})
