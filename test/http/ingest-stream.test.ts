import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import type { Position } from '#ledger/identifiers'
import type { EntryStream } from '#ledger/ports'
import { aMerchant, merchantId } from '#test/builders'
import { MAX_LINE_BYTES } from '#wire/http/lines'
import { parsePositionToken } from '#wire/http/position-token'
import { decodeRecord } from '#wire/stream/record'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { anIngest, NOW_MS, SALE, type Sent } from './ingest-fixtures.ts'

const sale = (entryId: string) => ({ ...SALE, entryId })
const line = (entryId: string) => JSON.stringify(sale(entryId))
const sales = (count: number, first = 1) => Array.from({ length: count }, (_, index) => line(`e${first + index}`))

const start = (stream?: EntryStream, merchants = [aMerchant()]) => {
  const { app, log, post, onStream } = anIngest({
    ...(stream && { stream }),
    merchants: memoryMerchants(merchants),
    clock: () => NOW_MS,
  })
  const request = async (body: Sent, headers?: Record<string, string>) =>
    await post('/v1/entries/stream', body, headers)
  const send = async (body: Sent, headers: Record<string, string> = {}): Promise<Answer[]> => {
    const response = await request(body, headers)
    expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'application/x-ndjson',
    })
    return answersOf(await response.text())
  }
  return { app, log, request, send, onStream: () => onStream().map(({ entryId }) => entryId) }
}

type Answer = Record<string, unknown> & { problem?: { code: string; status: number; detail: string } }

const answersOf = (text: string): Answer[] => {
  expect(text === '' || text.endsWith('\n')).toBe(true)
  return text
    .split('\n')
    .slice(0, -1)
    .map((answer) => JSON.parse(answer))
}

const range = (from: number, to: number, accepted = to - from + 1) => ({
  from,
  to,
  accepted,
  position: expect.any(String),
  businessDays: ['2026-11-20'],
})
const rejected = (number: number, code: string) =>
  expect.objectContaining({ line: number, status: 'rejected', problem: expect.objectContaining({ code }) })
const done = (accepted: number, rejected: number) => ({ done: true, accepted, rejected })

afterEach(() => void vi.useRealTimers())

describe('entries, one per line', () => {
  test.each<[string, Sent, unknown[]]>([
    ['nothing', '', [done(0, 0)]],
    ['blank lines', '\n \r\n\t\n', [done(0, 0)]],
    ['one entry', `${line('a')}\n`, [range(1, 1), done(1, 0)]],
    ['no newline at the end', `${line('a')}\n${line('b')}`, [range(1, 1), range(2, 2), done(2, 0)]],
    ['CRLF', `${line('a')}\r\n${line('b')}\r\n`, [range(1, 2), done(2, 0)]],
    ['a byte order mark', `\ufeff${line('a')}\n`, [range(1, 1), done(1, 0)]],
    ['blank lines between', `\n${line('a')}\n\n${line('b')}\n\n`, [range(2, 4, 2), done(2, 0)]],
    [
      'a bad line',
      `${line('a')}\n{"no\n${line('b')}\n`,
      [range(1, 1), rejected(2, 'not-json'), range(3, 3), done(2, 1)],
    ],
    ['a bad entry', `[]\n${line('a')}\n`, [rejected(1, 'invalid'), range(2, 2), done(1, 1)]],
    ['two entries on a line', `${line('a')}${line('b')}`, [rejected(1, 'not-json'), done(0, 1)]],
  ])('are answered line by line: %s', async (_what, body, answers) => {
    expect(await start().send(body)).toEqual(answers)
  })

  test('that are not UTF-8 are refused, and the next one is read', async () => {
    const body = Buffer.concat([Buffer.of(0x22, 0xff, 0x22, 0x0a), Buffer.from(line('a'))])
    expect(await start().send(body)).toEqual([rejected(1, 'not-json'), range(2, 2), done(1, 1)])
  })

  test('that are too long are refused, and the next one is read', async () => {
    const padded = (bytes: number) => line('a').padEnd(bytes)
    const body = [padded(MAX_LINE_BYTES), padded(MAX_LINE_BYTES + 1), line('b')].join('\n')
    expect(await start().send(body)).toEqual([range(1, 1), rejected(2, 'too-large'), range(3, 3), done(2, 1)])
  })

  test('stand on the stream in their order, however they are cut', async () => {
    const lines = sales(60)
    for (const size of [1, 7, 200, 4_096]) {
      const { send, onStream } = start()
      const answers = await send(inPieces(Buffer.from(lines.join('\n')), size))
      expect(answers.at(-1)).toEqual(done(60, 0))
      expect(onStream()).toEqual(lines.map((text) => JSON.parse(text).entryId))
    }
  })

  test('go to the stream together when they come one by one while it is busy', async () => {
    const memory = memoryEntryStream()
    let writes = 0
    const { send } = start({
      ...memory,
      put: async (records) => {
        writes += 1
        for (let turn = 0; turn < 10; turn++) await new Promise((wake) => setImmediate(wake))
        return await memory.put(records)
      },
    })
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const text of sales(50)) controller.enqueue(Buffer.from(`${text}\n`))
        controller.close()
      },
    })
    expect(await send(pieces)).toEqual([range(1, 1), range(2, 50), done(50, 0)])
    expect(writes).toBe(2)
  })

  test('may be compressed', async () => {
    const { send, onStream } = start()
    const answers = await send(inPieces(gzipSync(sales(3_000).join('\n')), 1_000), { 'content-encoding': 'gzip' })
    expect(answers.at(-1)).toEqual(done(3_000, 0))
    expect(onStream()).toHaveLength(3_000)
  })

  test('are answered in the order of their lines, each once', async () => {
    const lines = sales(5_000).map((text, index) => (index % 7 === 3 ? '{}' : text))
    const answers = await start().send(inPieces(Buffer.from(lines.join('\n')), 50_000))
    let next = 1
    for (const answer of answers.slice(0, -1)) {
      const { from, to, line } = answer as { from?: number; to?: number; line?: number }
      expect(from ?? line).toBe(next)
      next = (to ?? line ?? 0) + 1
    }
    expect(next).toBe(5_001)
    expect(answers.at(-1)).toEqual(done(5_000 - 714, 714))
  })
})

describe('the position of a range', () => {
  const SHOPS = Array.from({ length: 64 }, (_, index) => aMerchant({ merchantId: merchantId(`shop-${index}`) }))
  const shopLine = (entryId: string, shop: number) => JSON.stringify({ ...sale(entryId), merchantId: `shop-${shop}` })

  /** A stream of equal shards. Each record that `refuses` names by its entries' ids is refused once. */
  const sharded = (shards: number, refuses: readonly string[] = []) => {
    const width = 2n ** 128n / BigInt(shards)
    const open = Array.from({ length: shards }, (_, index) => ({
      shardId: `shard-${index}`,
      firstHashKey: width * BigInt(index),
      lastHashKey: index === shards - 1 ? 2n ** 128n - 1n : width * BigInt(index + 1) - 1n,
    }))
    const left = new Set(refuses)
    /** Where each entry stands. */
    const places = new Map<string, Position>()
    let stored = 0
    const stream: EntryStream = {
      openShards: async () => open,
      put: async (records) =>
        records.map(({ hashKey, data }) => {
          const { shardId = '' } = open.find(({ lastHashKey }) => hashKey <= lastHashKey) ?? {}
          const record = decodeRecord(data)
          if (!record.ok || record.value.kind !== 'entries') throw new Error('not a record of entries')
          const ids = record.value.entries.flatMap(({ entry }) => (entry.ok ? [entry.value.entryId] : []))
          if (ids.some((id) => left.delete(id))) return { status: 'refused', reason: 'throttled' }
          stored += 1
          const sequenceNumber = String(stored)
          for (const [index, id] of ids.entries()) places.set(id, { shardId, sequenceNumber, index })
          return { status: 'stored', shardId, sequenceNumber }
        }),
    }
    return { stream, places }
  }

  const positionsIn = ({ position }: Answer): readonly Position[] => {
    const parsed = parsePositionToken(String(position))
    return parsed.ok ? parsed.value : expect.fail(`not a position: ${String(position)}`)
  }

  /** Fails unless each entry of the ranges stands at or before its range's position on the same shard. */
  const expectCovered = (answers: readonly Answer[], places: ReadonlyMap<string, Position>, idOfLine: string[]) => {
    for (const answer of answers) {
      if (answer['from'] === undefined) continue
      const positions = positionsIn(answer)
      for (const id of idOfLine.slice(Number(answer['from']) - 1, Number(answer['to']))) {
        const place = places.get(id) ?? expect.fail(`${id} is not on the stream`)
        const furthest = positions.find(({ shardId }) => shardId === place.shardId)
        expect(Number(furthest?.sequenceNumber), `${id} on ${place.shardId}`).toBeGreaterThanOrEqual(
          Number(place.sequenceNumber),
        )
      }
    }
  }

  test('names the furthest place on each of its shards, not the place of its last line', async () => {
    const { stream, places } = sharded(2)
    const ids = Array.from({ length: 40 }, (_, index) => `e${index}`)
    const text = ids.map((id, index) => shopLine(id, index)).join('\n')
    const answers = await start(stream, SHOPS).send(`${text}\n`)
    expectCovered(answers, places, ids)
    expect(answers.map((answer) => answer['accepted'])).toEqual([40, 40])
    expect(positionsIn(answers[0] as Answer).map(({ shardId }) => shardId)).toEqual(['shard-0', 'shard-1'])
  })

  test('covers a record that was refused at first and went with a later call than the lines after it', async () => {
    vi.useFakeTimers()
    // 300 entries fill the first record and begin a second one: the first is refused, and the second is not.
    const ids = Array.from({ length: 450 }, (_, index) => `${index}`.padEnd(60, 'x'))
    const { stream, places } = sharded(1, [ids[0] ?? ''])
    const text = ids.map((id) => JSON.stringify({ ...sale(id), description: 'd'.repeat(200) })).join('\n')
    const sent = start(stream).send(text)
    await vi.advanceTimersByTimeAsync(5_000)
    const answers = await sent
    expect(answers.at(-1)).toEqual(done(450, 0))
    expect(Number(places.get(ids[0] ?? '')?.sequenceNumber)).toBeGreaterThan(
      Number(places.get(ids.at(-2) ?? '')?.sequenceNumber),
    )
    expectCovered(answers, places, ids)
  })

  test('names at most eight shards, and the range ends there', async () => {
    const { stream, places } = sharded(16)
    const ids = Array.from({ length: 64 }, (_, index) => `e${index}`)
    const answers = await start(stream, SHOPS).send(ids.map((id, index) => shopLine(id, index)).join('\n') + '\n')
    expectCovered(answers, places, ids)
    expect(answers.at(-1)).toEqual(done(64, 0))
    const ranges = answers.slice(0, -1)
    expect(ranges.length).toBeGreaterThan(2)
    const shards = ranges.map((answer) => positionsIn(answer).length)
    expect(Math.max(...shards)).toBe(8)
    for (const [index, range] of ranges.entries()) {
      const next = ranges[index + 1]
      expect(next === undefined || next['from'] === Number(range['to']) + 1).toBe(true)
      if (shards[index] === 8 && next !== undefined) {
        const place = places.get(ids[Number(next['from']) - 1] ?? '')
        expect(positionsIn(range).map(({ shardId }) => shardId)).not.toContain(place?.shardId)
      }
    }
  })

  test('comes with the days of the range’s own entries, each once and in order', async () => {
    const onDay = (date: string, index: number) =>
      JSON.stringify({ ...sale(`e${index}`), occurredAt: `${date}T06:00:00-03:00` })
    const first = ['2026-11-20', '2026-11-18', '2026-11-20', '2026-11-19'].map(onDay)
    const answers = await start().send([...first, '{}', onDay('2026-11-01', 9), ''].join('\n'))
    expect(answers.map((answer) => answer['businessDays'])).toEqual([
      ['2026-11-18', '2026-11-19', '2026-11-20'],
      undefined,
      ['2026-11-01'],
      undefined,
    ])
  })
})

describe('a body that cannot be read to its end', () => {
  test.each<[string, () => Sent, Record<string, string>, string]>([
    ['is no gzip', () => line('a'), { 'content-encoding': 'gzip' }, 'not-json'],
    ['is broken gzip', () => gzipSync(line('a')).subarray(0, 40), { 'content-encoding': 'gzip' }, 'not-json'],
    ['breaks off', () => brokenOff(), {}, 'malformed-request'],
    ['breaks off within gzip', () => brokenOff(), { 'content-encoding': 'gzip' }, 'malformed-request'],
  ])('because it %s says so at the end', async (_what, body, headers, code) => {
    const { send, log } = start()
    const answers = await send(body(), headers)
    expect(answers.at(-1)).toMatchObject({ done: false, accepted: 0, rejected: 0, problem: { code } })
    expect(log.error).not.toHaveBeenCalled()
  })

  test('keeps what was accepted before', async () => {
    const { send, onStream } = start()
    const answers = await send(brokenOff(`${line('a')}\n${line('b')}\n${line('c').slice(0, 20)}`))
    expect(answers).toEqual([range(1, 2), expect.objectContaining({ done: false, accepted: 2, rejected: 0 })])
    expect(onStream()).toEqual(['a', 'b'])
  })

  test('because its encoding is unknown is refused with 415 at once', async () => {
    const response = await start().request(line('a'), { 'content-encoding': 'br' })
    expect(response.status).toBe(415)
  })
})

describe('a stream out of reach', () => {
  const failing = (isDown: () => boolean): EntryStream => {
    const memory = memoryEntryStream()
    return {
      openShards: memory.openShards,
      put: async (records) => (isDown() ? Promise.reject(new Error('no route to host')) : await memory.put(records)),
    }
  }

  test('for a while refuses with 503 the lines that could not be written, and accepts the others', async () => {
    vi.useFakeTimers()
    let isDown = true
    const { send } = start(failing(() => isDown))
    const sent = send(inPieces(Buffer.from(sales(4_000).join('\n')), 10_000))
    await vi.advanceTimersByTimeAsync(3_000)
    isDown = false
    await vi.advanceTimersByTimeAsync(30_000)
    const answers = await sent

    const last = answers.at(-1) as { done: boolean; accepted: number; rejected: number }
    expect(last.done).toBe(true)
    expect(last.accepted + last.rejected).toBe(4_000)
    expect(last.accepted).toBeGreaterThan(3_000)
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(last.rejected)
    expect(new Set(refused.map(({ problem }) => problem?.status))).toEqual(new Set([503]))
  })

  test('for good ends the upload with a line that says so', async () => {
    vi.useFakeTimers()
    let readBytes = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = Buffer.from(`${sales(100).join('\n')}\n`)
        readBytes += piece.length
        controller.enqueue(piece)
      },
    })
    const sent = start(failing(() => true)).send(endless)
    await vi.advanceTimersByTimeAsync(60_000)
    const answers = await sent
    const { rejected, ...last } = answers.at(-1) as { rejected: number }
    expect(last).toMatchObject({ done: false, accepted: 0, problem: { code: 'stream-unavailable', status: 503 } })
    expect(rejected).toBe(answers.length - 1)
    expect(readBytes).toBeLessThan(1024 * 1024)
  })
})

describe('memory', () => {
  test('stays flat over 200,000 lines, because few entries are on their way and no line is read ahead', async () => {
    const LINES = 200_000
    const PIECE = 250
    let read = 0
    let mostOnTheirWay = 0
    const memory = memoryEntryStream()
    const { request } = start({
      openShards: memory.openShards,
      async put(records) {
        await new Promise((wake) => setImmediate(wake))
        return records.map((_, index) => ({ status: 'stored', shardId: 's', sequenceNumber: String(index) }))
      },
    })
    const piece = Buffer.from(`${sales(PIECE).join('\n')}\n`)
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read += PIECE
          mostOnTheirWay = Math.max(mostOnTheirWay, read - answered)
          controller.enqueue(piece)
          if (read >= LINES) controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    let answered = 0
    let rest = ''
    const response = await request(body)
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const [last = '', ...answers] = (rest + Buffer.from(chunk).toString()).split('\n').toReversed()
      rest = last
      for (const answer of answers) answered += answer.includes('"done"') ? 0 : Number(JSON.parse(answer).accepted)
    }
    expect(answered).toBe(LINES)
    // Two blocks, one that is being read, and one whose answer is on its way to us.
    expect(mostOnTheirWay).toBeLessThanOrEqual(4 * PIECE)
  })

  test('does not hold a line without an end', async () => {
    let pieces = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pieces += 1
        if (pieces > 1_000) {
          controller.enqueue(Buffer.from(`\n${line('a')}`))
          controller.close()
        } else controller.enqueue(Buffer.alloc(MAX_LINE_BYTES, 0x20))
      },
    })
    expect(await start().send(endless)).toEqual([rejected(1, 'too-large'), range(2, 2), done(1, 1)])
  })
})

const inPieces = (bytes: Buffer, size: number): ReadableStream<Uint8Array> => {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent >= bytes.length) controller.close()
      else controller.enqueue(new Uint8Array(bytes.subarray(sent, (sent += size))))
    },
  })
}

/** Some bytes, and then the connection is gone. */
const brokenOff = (text = ''): ReadableStream<Uint8Array> => {
  let isSent = text === ''
  return new ReadableStream({
    pull(controller) {
      if (isSent) return controller.error(new Error('ECONNRESET'))
      isSent = true
      controller.enqueue(Buffer.from(text))
    },
  })
}
