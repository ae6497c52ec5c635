/** A close or a restatement becomes an object by the stream, through the archive consumer, as often as it takes. */
import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { memoryArchive } from '#adapters/archive/memory-archive'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memorySeals } from '#adapters/seals/memory-seals'
import { dayClosed, dayRestated, type AuditEvent } from '#ledger/audit-event'
import { sealHash, sealKey, sealText } from '#ledger/seal'
import { archiveEntries } from '#processors/archive/archive-entries'
import { keepingSeals } from '#processors/archive/keep-seals'
import { aBookId, anAuditEvent, aSeal, day, merchantId } from '../builders.ts'

const closed = {
  book: aBookId(),
  openingMinor: 0n,
  netMinor: 5n,
  base: 0,
  segment: 4,
  seal: aSeal(),
  closedAtMs: 1_795_250_000_000,
}
const restated = {
  book: aBookId(),
  number: 1,
  deltaMinor: 5n,
  segment: 5,
  seal: aSeal({ version: 2, previous: sealHash(aSeal()) }),
  restatedAtMs: 1_795_260_000_000,
}

/** The archive consumer over a stream that holds these events. `told` says what it logs. */
const given = async (...auditEvents: readonly AuditEvent[]) => {
  const [stream, seals, archive] = [memoryEntryStream(), memorySeals(), memoryArchive()]
  const told: [level: string, facts: object, message: string][] = []
  const log = {
    warn: (facts: object, message: string) => void told.push(['warn', facts, message]),
    error: (facts: object, message: string) => void told.push(['error', facts, message]),
  }
  const broken = { seals: false }
  const underWay = { now: new Array<string>(), most: 0 }
  const keeper = {
    keep: async (...asked: Parameters<typeof seals.keep>) => {
      if (broken.seals) throw new Error('no S3')
      const key = sealKey(...asked)
      if (underWay.now.includes(key)) throw new Error(`${key} is kept twice at the same time`)
      underWay.now.push(key)
      underWay.most = Math.max(underWay.most, underWay.now.length)
      await new Promise(setImmediate)
      underWay.now = underWay.now.filter((other) => other !== key)
      return await seals.keep(...asked)
    },
  }
  await streamAuditTrail(stream).publish(...auditEvents)
  const deliver = async () => {
    const worker = archiveEntries({ archive: keepingSeals(archive, keeper, log), progress: memoryProgress(), log })
    const records = stream.records.map((record) => ({ ...record, arrivedAtMs: 0 }))
    return await worker({ shardId: records[0]?.shardId ?? '', records })
  }
  return { seals, archive, told, broken, underWay, deliver }
}

test('every seal of which the stream tells is an object that sha256sum gives the hash of the seal', async () => {
  const { seals, archive, deliver } = await given(dayClosed(closed), dayRestated(restated), anAuditEvent())
  expect(await deliver()).toEqual({})
  expect([...seals.objects.keys()]).toEqual([
    'seals/business_day=2026-11-20/m1.1.json',
    'seals/business_day=2026-11-20/m1.2.json',
  ])
  const hashes = [...seals.objects.values()].map((text) => hash('sha256', text, 'hex'))
  expect(hashes).toEqual([sealHash(closed.seal), sealHash(restated.seal)])
  expect(archive.auditEvents).toHaveLength(3)
})

test('while seals cannot be kept, the stream delivers again, and no event is archived without its seal', async () => {
  const { seals, archive, broken, deliver, told } = await given(dayClosed(closed))
  broken.seals = true
  expect(await deliver()).toHaveProperty('redeliverFrom')
  expect([seals.objects.size, archive.auditEvents.length]).toEqual([0, 0])
  expect(told.map(([level]) => level)).toEqual(['warn'])
  broken.seals = false
  expect(await deliver()).toEqual({})
  expect(await deliver()).toEqual({})
  expect([...seals.objects.values()]).toEqual([sealText(closed.seal)])
})

test('the seals of many merchants are kept beside each other, and those of one name one after the other', async () => {
  const many = Array.from({ length: 100 }, (_, index) => {
    const id = merchantId(`m${index}`)
    return dayClosed({ ...closed, book: aBookId({ merchantId: id }), seal: aSeal({ merchantId: id }) })
  })
  const { seals, archive, told, underWay, deliver } = await given(...many, ...many)
  expect(await deliver()).toEqual({})
  expect(told).toEqual([])
  expect([seals.objects.size, archive.auditEvents.length]).toEqual([100, 200])
  expect(underWay.most).toBe(16)
})

test('another object under the name of a seal stays as it is, raises an error, and holds nothing up', async () => {
  const { seals, archive, told, deliver } = await given(dayClosed(closed))
  seals.objects.set(sealKey(closed.seal), 'something else')
  expect(await deliver()).toEqual({})
  expect(seals.objects.get(sealKey(closed.seal))).toBe('something else')
  expect(told).toMatchObject([['error', { key: sealKey(closed.seal) }, expect.stringContaining('another seal stands')]])
  expect(archive.auditEvents).toHaveLength(1)
})

test.each([
  { what: 'of another day', body: dayClosed({ ...closed, seal: aSeal({ day: day('2026-11-19') }) }).body },
  { what: 'written in another way', body: { seal: ` ${sealText(closed.seal)}` } },
  { what: 'with a field more', body: { seal: sealText(closed.seal).replace('{', '{"a":1,') } },
  { what: 'that is missing', body: {} },
])('an event with a seal $what keeps none, and raises an error', async ({ body }) => {
  const { seals, told, deliver } = await given({ ...dayClosed(closed), body })
  expect(await deliver()).toEqual({})
  expect(seals.objects.size).toBe(0)
  expect(told).toMatchObject([['error', { eventId: 'day.closed/m1/2026-11-20' }, expect.any(String)]])
})
