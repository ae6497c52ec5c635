import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { guardedStream } from '#ingest/guarded-stream'
import { streamWriter, type WriterOptions } from '#ingest/stream-writer'
import type { Entry } from '#ledger/entry'
import { hashKeyOf, laneOf, type Shard } from '#ledger/lanes'
import type { EntryStream, OutgoingRecord, PutOutcome } from '#ledger/ports'
import { anEntry, entryId, merchantId } from '#test/builders'
import { decodeRecord, EntriesRecord, entryLine, FULL_RECORD_BYTES } from '#wire/stream/record'

// The clock of the writer, its pauses, and those of the circuit breaker: all of them stand until a test moves them.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('group commit', () => {
  test('writes at once when nothing is in flight', async () => {
    const { writer, stream } = start()
    void writer.write([sale('a')])
    expect(stream.calls).toEqual([[['a']]])
  })

  test('has one call in flight, and entries that arrive meanwhile share the next call', async () => {
    const { writer, stream } = start()
    stream.hold()
    const first = writer.write([sale('a')])
    const second = writer.write([sale('b')])
    const third = writer.write([sale('c'), sale('d')])
    await settle()
    expect(stream.calls).toEqual([[['a']]])

    stream.release()
    await Promise.all([first, second, third])
    expect(stream.calls).toEqual([[['a']], [['b', 'c', 'd']]])
  })

  test('tells each entry its position', async () => {
    const { writer, stream } = start()
    stream.hold()
    void writer.write([sale('a')])
    const [second, third] = [writer.write([sale('b')]), writer.write([sale('c'), sale('d')])]
    stream.release()

    expect(await second).toEqual([at('0', 2, 0)])
    expect(await third).toEqual([at('0', 2, 1), at('0', 2, 2)])
  })

  test('writes nothing when there is nothing to write', async () => {
    const { writer, stream } = start()
    expect(await writer.write([])).toEqual([])
    expect(stream.calls).toEqual([])
  })
})

describe('packing', () => {
  test('puts the entries of all merchants of a shard into one record, and each shard has its own', async () => {
    const { writer, stream } = start({ shards: twoShards })
    await writer.write([sale('warm-up', left)])

    const [one, two, other] = [left, left2, right]
    const outcomes = await writer.write([sale('a', one), sale('b', other), sale('c', two), sale('d', other)])

    expect(stream.calls.at(-1)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ])
    expect(outcomes).toEqual([at('0', 2, 0), at('1', 3, 0), at('0', 2, 1), at('1', 3, 1)])
  })

  test('closes a record when it is full', async () => {
    const { writer, stream } = start()
    const entries = many(1_000)
    await writer.write(entries)

    const [records = []] = stream.calls
    expect(records.flat()).toEqual(entries.map((entry) => entry.entryId))
    for (const record of records) {
      const bytes = record.reduce((sum, id) => sum + entryLine(sale(id)).length, 0)
      expect(bytes).toBeLessThanOrEqual(FULL_RECORD_BYTES)
    }
    expect(records.length).toBe(Math.ceil((1_000 * entryLine(sale('e1000')).length) / FULL_RECORD_BYTES))
  })

  test('keeps to what one call may carry, and to the order of a merchant', async () => {
    const { writer, stream } = start()
    stream.hold()
    const first = writer.write([sale('first')])
    const entries = many(30_000)
    const rest = writer.write(entries)
    stream.release()
    await Promise.all([first, rest])

    expect(stream.calls.length).toBeGreaterThan(2)
    expect(Math.max(...stream.callBytes)).toBeLessThan(5 * 1024 * 1024)
    expect(stream.calls.flat(2)).toEqual(['first', ...entries.map((entry) => entry.entryId)])
  })

  test('follows a reshard when a record arrives elsewhere than thought', async () => {
    const { writer, stream } = start({ shards: twoShards })
    await writer.write([sale('a', left)])
    stream.shards = [{ ...twoShards[0], shardId: '2', lastHashKey: 2n ** 128n - 1n }]
    await vi.advanceTimersByTimeAsync(1_500)

    expect(await writer.write([sale('b', left), sale('c', right)])).toEqual([at('2', 2, 0), at('2', 3, 0)])
    expect(await writer.write([sale('d', left), sale('e', right)])).toEqual([at('2', 4, 0), at('2', 4, 1)])
  })

  test('goes by lanes while the shards are unknown', async () => {
    const { writer, stream } = start()
    stream.openShards = () => Promise.reject(new Error('throttled'))
    expect(await writer.write([sale('a', left), sale('b', right), sale('c', left)])).toEqual([
      at('0', 1, 0),
      at('0', 2, 0),
      at('0', 1, 1),
    ])
  })
})

describe('a record that is not stored', () => {
  test('is put again, without the stored ones', async () => {
    const { writer, stream } = start({ shards: twoShards })
    await writer.write([sale('warm-up', left)])
    stream.refuseNext((entries) => entries.includes('b'))

    const written = writer.write([sale('a', left), sale('b', right)])
    await settle()
    expect(stream.calls.slice(1)).toEqual([[['a'], ['b']]])

    await vi.advanceTimersByTimeAsync(50)
    expect(stream.calls.slice(1)).toEqual([[['a'], ['b']], [['b']]])
    expect(await written).toEqual([at('0', 2, 0), at('1', 3, 0)])
  })

  test('does not hold up another shard, and its own shard waits in order behind it', async () => {
    const { writer, stream } = start({ shards: twoShards })
    await writer.write([sale('warm-up', left)])
    stream.refuseNext(() => true)
    void writer.write([sale('a', left)])
    await settle()
    void writer.write([sale('b', left), sale('c', right)])
    await settle()
    expect(stream.calls.slice(1)).toEqual([[['a']], [['c']]])

    await vi.advanceTimersByTimeAsync(50)
    expect(stream.calls.at(-1)).toEqual([['a'], ['b']])
  })

  test('is put again after a call that threw, because the journal counts a copy once', async () => {
    const { writer, stream, onTrouble } = start()
    stream.failNext({ times: 1, storing: true })
    const written = writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(50)

    expect(await written).toEqual([at('0', 2, 0)])
    expect(stream.calls).toEqual([[['a']], [['a']]])
    expect(onTrouble).toHaveBeenCalledOnce()
  })

  test('takes no further entries once it was sent, because the stream may have it as it was', async () => {
    const { writer, stream } = start()
    await writer.write([sale('warm-up')])
    stream.failNext({ times: 1 })
    void writer.write([sale('a')])
    await settle()
    void writer.write([sale('b')])
    await vi.advanceTimersByTimeAsync(50)
    expect(stream.calls.at(-1)).toEqual([['a'], ['b']])
  })

  test('is given up at the deadline, entry by entry', async () => {
    const { writer, stream } = start({ shards: twoShards })
    await writer.write([sale('warm-up', left)])
    stream.refuseNext((entries) => entries.includes('b'), Infinity)

    const written = writer.write([sale('a', left), sale('b', right)])
    await vi.advanceTimersByTimeAsync(4_999)
    expect(await outcomeSoFar(written)).toBe('waiting')
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcomeSoFar(written)).toEqual([at('0', 2, 0), unavailable])
  })

  test('is given up at the deadline even when its call hangs', async () => {
    const { writer, stream } = start()
    stream.hold()
    const hanging = writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(3_000)
    const later = writer.write([sale('b')])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await outcomeSoFar(hanging)).toEqual([unavailable])
    expect(await outcomeSoFar(later)).toBe('waiting')

    stream.release()
    expect(await later).toEqual([at('0', 2, 0)])
  })

  test('is not sent again once all its requests were given up', async () => {
    const { writer, stream } = start({ options: { patienceMs: 1_000 } })
    stream.hold()
    void writer.write([sale('a')])
    void writer.write([sale('b')])
    await vi.advanceTimersByTimeAsync(1_000)
    stream.release()
    await writer.write([sale('c')])
    expect(stream.calls).toEqual([[['a']], [['c']]])
  })
})

describe('a record that some of its requests have given up', () => {
  test('is sent for the one that came last and still waits', async () => {
    const { writer, stream } = start({ options: { patienceMs: 1_000 } })
    await writer.write([sale('warm-up')])
    stream.hold()
    void writer.write([sale('a')])
    const early = writer.write([sale('b')])
    await vi.advanceTimersByTimeAsync(600)
    const late = writer.write([sale('c')])
    await vi.advanceTimersByTimeAsync(400)
    expect(await outcomeSoFar(early)).toEqual([unavailable])
    stream.release()

    expect(await outcomeSoFar(late)).toEqual([at('0', 3, 1)])
    expect(stream.calls.slice(1)).toEqual([[['a']], [['b', 'c']]])
  })
})

describe('the backlog', () => {
  test('is bounded, and accepts entries again when it has gone down', async () => {
    const line = entryLine(sale('a')).length
    const { writer, stream } = start({ options: { maxBacklogBytes: 2 * line } })
    stream.hold()
    const first = writer.write([sale('a'), sale('b'), sale('c')])
    const second = writer.write([sale('d')])
    expect(await second).toEqual([{ ok: false, error: 'too-busy' }])

    stream.release()
    expect(await first).toEqual([at('0', 1, 0), at('0', 1, 1), { ok: false, error: 'too-busy' }])
    expect(await writer.write([sale('e')])).toEqual([at('0', 2, 0)])
  })

  test('forgets entries that were given up', async () => {
    const line = entryLine(sale('a')).length
    const { writer, stream } = start({ options: { maxBacklogBytes: line, patienceMs: 100 } })
    stream.refuseNext(() => true, Infinity)
    void writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(1_000)
    stream.refuseNext(() => true, 0)
    expect(await writer.write([sale('b')])).toEqual([at('0', 1, 0)])
  })
})

describe('a fault of our own', () => {
  const fault = () => {
    throw new Error('a fault of ours')
  }

  test.each([
    { hook: 'onPut', options: { onPut: fault } },
    { hook: 'onTrouble', options: { onTrouble: fault } },
    { hook: 'onTrouble and onFault', options: { onTrouble: fault, onFault: fault } },
  ])('in the hook $hook keeps no entry from the stream, neither this one nor the next', async ({ options }) => {
    const { writer, stream } = start({ options })
    stream.failNext({ times: 1 })
    const first = writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(50)

    expect(await outcomeSoFar(first)).toEqual([at('0', 1, 0)])
    expect(await outcomeSoFar(writer.write([sale('b')]))).toEqual([at('0', 2, 0)])
  })

  test('in a hook is told to the hook onFault', async () => {
    const onFault = vi.fn()
    const { writer } = start({ options: { onPut: fault, onFault } })
    await writer.write([sale('a')])
    await settle()
    expect(onFault).toHaveBeenCalledExactlyOnceWith(new Error('a fault of ours'))
  })

  test('in packing a record fails the entries of that record at once, and no others', async () => {
    vi.spyOn(EntriesRecord.prototype, 'encode').mockImplementationOnce(fault)
    const onFault = vi.fn()
    const { writer, stream } = start({ shards: twoShards, options: { onFault } })
    const written = writer.write([sale('a', left), sale('b', right)])
    const next = writer.write([sale('c', left)])

    expect(await outcomeSoFar(written)).toEqual([{ ok: false, error: 'unexpected-error' }, at('1', 1, 0)])
    expect(await outcomeSoFar(next)).toEqual([at('0', 2, 0)])
    expect(stream.calls).toEqual([[['b']], [['c']]])
    expect(onFault).toHaveBeenCalledOnce()
    expect(writer.backlog()).toEqual({ entries: 0, bytes: 0 })
  })
})

describe('a dead stream', () => {
  test('is found dead after five failures, and then entries are refused at once', async () => {
    const { writer, stream } = start({ guarded: true })
    stream.failNext({ times: Infinity })
    const first = writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(1_600)
    expect(await outcomeSoFar(first)).toEqual([unavailable])
    expect(await outcomeSoFar(writer.write([sale('b'), sale('c')]))).toEqual([unavailable, unavailable])
    expect(stream.calls.length).toBe(5)
  })

  test('fails at once also the entries that wait for their next try on another shard', async () => {
    const { writer, stream } = start({ guarded: true, shards: twoShards })
    await writer.write([sale('warm-up', left)])
    stream.failNext({ times: Infinity })
    // Four failures, at 0, 50, 150 and 350 ms. The fifth try would come at 750 ms.
    const resting = writer.write([sale('a', left)])
    await vi.advanceTimersByTimeAsync(360)
    const fifth = writer.write([sale('b', right)])
    await vi.advanceTimersByTimeAsync(49)
    expect([await outcomeSoFar(resting), await outcomeSoFar(fifth)]).toEqual(['waiting', 'waiting'])
    await vi.advanceTimersByTimeAsync(1)
    expect([await outcomeSoFar(resting), await outcomeSoFar(fifth)]).toEqual([[unavailable], [unavailable]])
    expect(writer.backlog()).toEqual({ entries: 0, bytes: 0 })
    expect(stream.calls.length).toBe(1 + 5)
  })

  test('is tried a second later, and used again when it answers', async () => {
    const { writer, stream } = start({ guarded: true })
    stream.failNext({ times: 5 })
    void writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(800)
    expect(stream.calls.length).toBe(5)
    await vi.advanceTimersByTimeAsync(1_000)

    expect(await writer.write([sale('b')])).toEqual([at('0', 1, 0)])
    expect(await writer.write([sale('c')])).toEqual([at('0', 2, 0)])
  })

  test('is also one that answers and takes no record', async () => {
    const { writer, stream } = start({ guarded: true })
    stream.refuseNext(() => true, Infinity)
    const written = writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await outcomeSoFar(written)).toEqual([unavailable])
  })

  test('is also one that does not answer: a call is cut off after three seconds and put again', async () => {
    const { writer, stream } = start({ guarded: true })
    stream.hold()
    const written = writer.write([sale('a')])
    await vi.advanceTimersByTimeAsync(2_999)
    expect(stream.calls.length).toBe(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(stream.calls.length).toBe(2)
    stream.release()
    expect((await written)[0]).toMatchObject({ ok: true })
  })
})

const everywhere: Shard = { shardId: '0', firstHashKey: 0n, lastHashKey: 2n ** 128n - 1n }
const twoShards = [
  { ...everywhere, lastHashKey: 2n ** 127n - 1n },
  { ...everywhere, shardId: '1', firstHashKey: 2n ** 127n },
] as const

const isLeft = (id: string) => hashKeyOf(laneOf(merchantId(id))) < 2n ** 127n
const ids = Array.from({ length: 20 }, (_, index) => `shop-${index}`)
const [left = '', left2 = ''] = ids.filter(isLeft)
const right = ids.find((id) => !isLeft(id)) ?? ''

const sale = (id: string, merchant = left): Entry => anEntry({ entryId: entryId(id), merchantId: merchantId(merchant) })
const many = (count: number) => Array.from({ length: count }, (_, index) => sale(`e${index}`))

const at = (shardId: string, sequenceNumber: number, index: number) => ({
  ok: true,
  value: { shardId, sequenceNumber: String(sequenceNumber), index },
})
const unavailable = { ok: false, error: 'stream-unavailable' }

/** Lets everything happen that waits for no clock. */
const settle = () => vi.advanceTimersByTimeAsync(0)

const outcomeSoFar = async <T>(promise: Promise<T>): Promise<T | 'waiting'> =>
  await Promise.race([promise, settle().then(() => 'waiting' as const)])

type Given = { shards?: readonly Shard[]; options?: WriterOptions; guarded?: boolean }

const start = ({ shards = [everywhere], options = {}, guarded = false }: Given = {}) => {
  const stream = new FaultyStream(shards)
  const onTrouble = vi.fn()
  const writer = streamWriter(guarded ? guardedStream(stream) : stream, { random: () => 1, onTrouble, ...options })
  return { stream, writer, onTrouble }
}

/** A stream that notes which entries came in which record of which call, and fails as it is told. */
class FaultyStream implements EntryStream {
  readonly calls: string[][][] = []
  readonly callBytes: number[] = []
  shards: readonly Shard[]
  #stored = 0
  #gate: PromiseWithResolvers<void> | undefined
  #failures: { times: number; storing?: boolean } = { times: 0 }
  #refusals = { of: (_entries: string[]): boolean => false, times: 0 }

  constructor(shards: readonly Shard[]) {
    this.shards = shards
  }

  /** Lets no call come back until it is released. */
  hold() {
    this.#gate = Promise.withResolvers()
  }
  release() {
    this.#gate?.resolve()
    this.#gate = undefined
  }
  /** Throws, after having stored everything or nothing. */
  failNext(failures: { times: number; storing?: boolean }) {
    this.#failures = failures
  }
  /** Refuses the records that hold such entries. */
  refuseNext(of: (entries: string[]) => boolean, times = 1) {
    this.#refusals = { of, times }
  }

  async openShards(): Promise<readonly Shard[]> {
    return this.shards
  }

  async put(records: readonly OutgoingRecord[]): Promise<readonly PutOutcome[]> {
    const call = records.map(entryIdsOf)
    this.calls.push(call)
    this.callBytes.push(records.reduce((sum, { data }) => sum + data.length, 0))
    await this.#gate?.promise
    if (this.#failures.times-- > 0) {
      if (this.#failures.storing === true) this.#stored += records.length
      throw new Error('connection reset')
    }
    return records.map((record, index) => this.#store(record, call[index] ?? []))
  }

  #store({ hashKey }: OutgoingRecord, entries: string[]): PutOutcome {
    if (this.#refusals.times > 0 && this.#refusals.of(entries)) {
      this.#refusals.times -= 1
      return { status: 'refused', reason: 'ProvisionedThroughputExceededException' }
    }
    const shard = this.shards.find(({ firstHashKey, lastHashKey }) => firstHashKey <= hashKey && hashKey <= lastHashKey)
    this.#stored += 1
    return { status: 'stored', shardId: shard?.shardId ?? '', sequenceNumber: String(this.#stored) }
  }
}

const entryIdsOf = ({ data }: OutgoingRecord): string[] => {
  const record = decodeRecord(data)
  if (!record.ok || record.value.kind !== 'entries') throw new Error('not a record of entries')
  return record.value.entries.map(({ entry }) => (entry.ok ? entry.value.entryId : expect.fail(entry.error)))
}
