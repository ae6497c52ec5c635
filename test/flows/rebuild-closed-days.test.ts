/** Closed days that are built again from the archive alone, after closes, restatements, redirects and releases. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memorySeals } from '#adapters/seals/memory-seals'
import { memoryBooks, type MemoryBooks } from '#adapters/transactions/memory-books'
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import type { AuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import type { BusinessDay } from '#ledger/identifiers'
import type { LatePolicy } from '#ledger/merchant'
import type { AuditTrail } from '#ledger/ports'
import { sealHash } from '#ledger/seal'
import { closeDays } from '#processors/close/close-days'
import { recordEntries } from '#processors/journal/record-entries'
import { verifyBook } from '#processors/journal/verify-book'
import { compareBooks } from '#processors/rebuild/compare-books'
import { rebuildBooks } from '#processors/rebuild/rebuild-books'
import { exportedBook } from '#processors/seals/exported-book'
import { verifySealedBook } from '#processors/seals/verify-sealed-book'
import { sealsOfMerchant } from '#processors/seals/verify-seals'
import { auditEventRow } from '#wire/archive/audit-row'
import { merchantSaved } from '#wire/archive/merchant'
import { jsonText } from '#wire/json/json'
import { aMerchant, day, merchantId } from '../builders.ts'
import { aQueryApi, moved } from '../http/query-fixtures.ts'
import { auditEventsParquet } from '../parquet-object.ts'
import { aSystem, DELIVERY_MS } from './a-system.ts'
import { objectsIn } from './objects-in.ts'

const [m1, m2] = [merchantId('m1'), merchantId('m2')]
const [MON, TUE, WED, THU, FRI, SAT, SUN] = [
  day('2026-11-16'),
  day('2026-11-17'),
  day('2026-11-18'),
  day('2026-11-19'),
  day('2026-11-20'),
  day('2026-11-21'),
  day('2026-11-22'),
] as const
const VERIFY = fileURLToPath(new URL('../../docs/vectors/verify.py', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0
const DAY_MS = 24 * 3_600_000
const LIMITS = { booksAtOnce: 2, cacheBytes: 1_000_000 }

/** A movement at noon of a day. */
const at = (id: string, on: BusinessDay, minor: bigint, given: Partial<Entry> = {}) =>
  moved(id, `${on}T12:00:00-03:00`, minor, given)

const given = async (lateEntries: LatePolicy) => {
  const system = await aSystem({ lateEntries, answers: 'memory' })
  const { books, world, auditTrail, bucket, send } = system
  const close = async (through: BusinessDay, trail: AuditTrail = auditTrail) => {
    const closeWorld = { ...books, ...world, auditTrail: trail }
    const outcomes = await closeDays(closeWorld, { through, merchantIds: [m1, m2], deliveryMs: DELIVERY_MS })
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'closed'))
  }
  const setPolicy = async (policy: LatePolicy) => {
    const { revision = 0 } = (await world.merchants.find(m1)) ?? {}
    await world.merchants.save(aMerchant({ lateEntries: policy, revision: revision + 1 }))
  }
  /** What an operator does, and the entry on the stream. */
  const replay = async (id: string) => {
    const { items } = await books.quarantine.list({ merchantId: m1 }, { limit: 50 })
    const item = items.find(({ subject }) => subject !== 'unreadable' && subject.entryId === id)
    if (item === undefined || item.subject === 'unreadable') throw new Error(`${id} is not in quarantine`)
    const act = { by: 'ana', from: 'unknown', atMs: world.clock() }
    await books.quarantine.note(item, { ...act, action: 'replay-begun', entry: item.subject })
    await send(item.subject)
  }

  /** Builds all again from the objects of S3, but for the events that `isTold` leaves out. */
  const rebuild = async (isTold: (event: AuditEvent) => boolean = () => true) => {
    const saved = [m1, m2].map(async (id) => merchantSaved((await world.merchants.find(id)) ?? aMerchant(), 0))
    const events = [...(await Promise.all(saved)), ...auditTrail.published.filter(isTold)]
    // In no order, as objects are listed.
    const decisions = await auditEventsParquet(events.toReversed().map(auditEventRow))
    const store = objectsIn({ ...Object.fromEntries(bucket.objects), 'decisions/day=2026-11-20/a': decisions })
    const rebuilt = {
      ...memoryBooks(),
      merchants: memoryMerchants(),
      clock: world.clock,
      publish: async () => {},
    }
    const register = memoryMerchants()
    const result = await rebuildBooks({ archive: parquetArchiveObjects(store), rebuilt, register }, LIMITS, () => {})
    const comparison = await compareBooks(
      { rebuilt, live: { ...books, merchants: world.merchants } },
      { booksAtOnce: 2, onProgress() {} },
    )
    return { rebuilt, result, comparison }
  }

  const redeliverTo = async (rebuilt: Awaited<ReturnType<typeof rebuild>>['rebuilt']) => {
    const log = { warn() {}, error() {} }
    const progress = memoryProgress()
    const worker = recordEntries({ ...rebuilt, progress, auditTrail: memoryAuditTrail(), log }, LIMITS)
    const records = world.stream.records.map((record) => ({ ...record, arrivedAtMs: world.clock() }))
    return await worker({ shardId: records[0]?.shardId ?? '', records })
  }
  return { ...system, close, setPolicy, replay, rebuild, redeliverTo, aDayLater: () => world.sleep(DAY_MS) }
}
type Given = Awaited<ReturnType<typeof given>>

/** All that the query API says of these days, but for the numbers and hashes of segments. */
const answersOf = async (books: MemoryBooks, merchants: Given['world']['merchants'], ids: readonly string[]) => {
  const { journal, heads, days, quarantine } = books
  const { get } = aQueryApi({ storeWith: () => ({ journal, heads, days, quarantine, merchants }) })
  const answers: Record<string, unknown> = {}
  const read = async (path: string) => {
    const { status, body, headers } = await get(`/v1/merchants/${path}`)
    answers[path] = {
      status,
      body: withoutSegments(body),
      ...(path.includes('version=') && { etag: headers.get('etag') }),
    }
    return { status, body }
  }
  for (const merchant of [m1, m2]) {
    await read(`${merchant}/balance`)
    await read(`${merchant}/days?from=${MON}&to=${SUN}`)
    for (const on of [MON, TUE, WED, THU, FRI, SAT, SUN]) {
      await read(`${merchant}/balance?day=${on}`)
      const { body } = await read(`${merchant}/days/${on}`)
      for (let version = 1; version <= Number(body['version']); version += 1) {
        await read(`${merchant}/days/${on}?version=${version}`)
      }
      for (const size of ['5m', '1h']) await read(`${merchant}/days/${on}/windows?size=${size}`)
      for (const id of ids) await read(`${merchant}/days/${on}/entries/${id}`)
    }
  }
  return answers
}

const withoutSegments = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSegments)
  if (typeof value !== 'object' || value === null) return value
  const { segment: _s, hash: _h, conflicts: _c, requestId: _r, ...rest } = value as Record<string, unknown>
  return Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, withoutSegments(inner)]))
}

/**
 * Two weeks in three closes. Late entries come after the first close and after the second one; some of them count on days
 * that are closed later themselves.
 */
const trade = async (
  { send, close, setPolicy, replay, aDayLater }: Given,
  policies: readonly [LatePolicy, LatePolicy],
) => {
  await send(at('mon', MON, 500n, { method: 'pix' }), at('wed', WED, -120n), at('tue', TUE, 7n, { merchantId: m2 }))
  await close(WED)
  await setPolicy(policies[0])
  await send(at('late-1', MON, 70n), at('late-2', TUE, -30n), at('mon', MON, 501n), at('late-1', MON, 71n))
  await send(at('fri', FRI, 11n), at('late-3', WED, 2n), at('late-1', MON, 70n), at('thu', THU, 3n, { merchantId: m2 }))
  if (policies[0] === 'quarantine') await replay('late-1')
  // On Friday itself, the id of a late entry is used for another sale.
  await send(at('late-1', FRI, 1_000n), at('late-4', FRI, 4n))
  await aDayLater()
  await close(FRI)
  await setPolicy(policies[1])
  await send(at('late-5', MON, 5n), at('late-6', FRI, 9n), at('sat', SAT, 1n), at('late-4', WED, 6n))
  if (policies.includes('quarantine')) await replay(policies[1] === 'quarantine' ? 'late-6' : 'late-2')
  await send(at('late-7', WED, -8n), at('sat', WED, 12n))
}

const sealsIn = async (from: MemoryBooks) => [
  ...(await from.days.closed(m1, MON, SUN)).map(({ seal }) => seal),
  ...(await from.days.closed(m2, MON, SUN)).map(({ seal }) => seal),
  ...(await from.days.restatements(m1, 0, 99)).map(({ seal }) => seal),
]

const IDS = ['mon', 'wed', 'fri', 'sat', ...[1, 2, 3, 4, 5, 6, 7].map((number) => `late-${number}`)]

const POLICIES: readonly LatePolicy[] = ['nextOpenDay', 'restate', 'quarantine']
const CASES = POLICIES.flatMap((first) => POLICIES.map((second) => [first, second] as const))

describe('closed days built again from the archive alone', () => {
  test.each(CASES)(
    'are those of the live store, versions included, with late entries under %s and then %s',
    async (...policies) => {
      const system = await given('nextOpenDay')
      await trade(system, policies)
      const { books, world, rebuild, redeliverTo } = system
      const { rebuilt, result, comparison } = await rebuild()
      expect(result).toMatchObject({ problems: [], unreadableObjects: [], heldBooks: [], merchantsFromRegister: [] })
      expect(comparison).toMatchObject({ different: [], differentDays: [], unreadable: [] })

      const live = await answersOf(books, world.merchants, IDS)
      expect(await answersOf(rebuilt, rebuilt.merchants, IDS)).toEqual(live)
      expect(Object.keys(live).filter((path) => path.includes('version=')).length).toBeGreaterThan(8)
      for (const merchant of [m1, m2]) {
        const { revision: _ours, ...head } = await rebuilt.heads.read(merchant)
        const { revision: _theirs, ...liveHead } = await books.heads.read(merchant)
        expect(head).toEqual(liveHead)
        for (const on of [MON, TUE, WED, THU, FRI, SAT]) {
          expect(await verifyBook(rebuilt.journal, { merchantId: merchant, day: on })).toMatchObject({ ok: true })
        }
      }
      // The seals are those that were issued, and each names the one before it.
      const seals = async (from: MemoryBooks) => [
        ...(await from.days.closed(m1, MON, SUN)).map(({ seal }) => seal),
        ...(await from.days.restatements(m1, 0, 99)).map(({ seal }) => seal),
      ]
      expect(await seals(rebuilt)).toEqual(await seals(books))
      expect((await rebuilt.heads.read(m1)).lastSeal).not.toBeNull()

      // The rebuilt store knows every entry: nothing counts again when all of them come again.
      expect(await redeliverTo(rebuilt)).toEqual({})
      expect(await answersOf(rebuilt, rebuilt.merchants, IDS)).toEqual(live)
    },
  )

  test.each(POLICIES)('have the close that its closer never told, once a late entry came under %s', async (policy) => {
    const { send, close, rebuild, books, world } = await given(policy)
    await send(at('mon', MON, 500n), at('wed', WED, -120n))
    await close(MON)
    await close(WED, { publish: async () => {} })
    await send(at('late-1', WED, 70n), at('late-2', TUE, 1n, { merchantId: m2 }))
    const { rebuilt, result, comparison } = await rebuild()
    expect(result.problems).toEqual([])
    expect(comparison).toMatchObject({ different: [], unreadable: [] })
    // Of the other merchant, only the late entry tells that its days without a book were closed, up to its own day.
    expect(await rebuilt.heads.read(m2)).toMatchObject({ closedThrough: TUE })
    expect(comparison.differentDays.filter((sentence) => sentence.startsWith('m1'))).toEqual([])
    const balance = async (from: MemoryBooks, merchants: Given['world']['merchants']) =>
      (await answersOf(from, merchants, []))['m1/balance']
    expect(await balance(rebuilt, rebuilt.merchants)).toEqual(await balance(books, world.merchants))
  })

  test.each(POLICIES)(
    'are whole beside the objects of their seals, and so are later versions, under %s',
    async (policy) => {
      const system = await given(policy)
      await trade(system, [policy, 'restate'])
      const { rebuild, redeliverTo, put } = system
      const { rebuilt } = await rebuild()
      await put(at('later', MON, 100n))
      await redeliverTo(rebuilt)

      const seals = memorySeals()
      const issued = [...(await sealsIn(system.books)), ...(await sealsIn(rebuilt))]
      for (const seal of issued) await seals.keep(seal)
      const folder = mkdtempSync(join(tmpdir(), 'daybook-export-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      for (const merchant of [m1, m2]) {
        const known = await sealsOfMerchant(rebuilt, merchant)
        expect(known.faults).toEqual([])
        for (const on of [MON, TUE, WED, THU, FRI, SAT]) {
          const book = { merchantId: merchant, day: on }
          const ofDay = known.of(on)
          const found = await verifySealedBook({ ...rebuilt, seals }, book, known)
          expect(found).toMatchObject({ ok: true, value: { versions: ofDay.map(({ seal }) => seal.version) } })
          if (!found.ok || !hasPython) continue
          const file = join(folder, `${merchant}-${on}.json`)
          writeFileSync(file, jsonText(await exportedBook(rebuilt.journal, book, found.value, ofDay)))
          const { status, stdout } = spawnSync('python3', ['-B', VERIFY, '--book', file], { encoding: 'utf8' })
          expect({ status, stdout }).toEqual({
            status: 0,
            stdout: expect.stringMatching(/^(\d+) of \1 values match\.\n$/) as string,
          })
        }
      }
    },
  )

  test('go on from there: late entries and closes have the next numbers, and seals name those before', async () => {
    const system = await given('restate')
    await trade(system, ['restate', 'restate'])
    const { rebuild, redeliverTo, world, books, put } = system
    const { rebuilt } = await rebuild()
    const before = await rebuilt.heads.read(m1)
    await put(at('later', MON, 100n))
    await redeliverTo(rebuilt)
    const [restatement] = await rebuilt.days.restatements(m1, before.restatements, before.restatements + 1)
    expect(restatement).toMatchObject({ number: before.restatements + 1, seal: { previous: before.lastSeal } })
    expect((await rebuilt.heads.read(m1)).lastSeal).toBe(restatement && sealHash(restatement.seal))
    await system.run()
    expect((await books.days.restatements(m1, before.restatements, 99))[0]?.seal.version).toBe(
      restatement?.seal.version,
    )
    expect(world.clock()).toBeGreaterThan(0)
  })
})

describe('a rebuild says', () => {
  test('that the newest close is not in the archive while its closer has not told it, and finds the day open', async () => {
    const { send, close, rebuild } = await given('nextOpenDay')
    await send(at('mon', MON, 500n), at('wed', WED, -120n))
    await close(MON)
    await close(WED, { publish: async () => {} })
    const { rebuilt, result, comparison } = await rebuild()
    expect(await rebuilt.heads.read(m1)).toMatchObject({ closedThrough: MON, open: new Set([WED]) })
    expect(result.problems).toEqual([])
    expect(comparison.different).toEqual([])
    expect(comparison.differentDays).toContain(`m1 ${WED} is only in the live store.`)
  })

  test('which close is not in the archive although later ones are', async () => {
    const system = await given('nextOpenDay')
    await trade(system, ['nextOpenDay', 'nextOpenDay'])
    const { result } = await system.rebuild(({ eventId }) => eventId !== `day.closed/m1/${WED}`)
    expect(result.problems).toEqual([`m1 ${WED} was closed, and the archive has no event of it.`])
  })

  test('which restatement is not in the archive, and which version differs because of it', async () => {
    const system = await given('restate')
    await trade(system, ['restate', 'restate'])
    const { result, comparison } = await system.rebuild(({ eventId }) => eventId !== 'day.restated/m1/2')
    expect(result.problems).toContain('m1: the archive has no event of restatement 2.')
    expect(comparison.differentDays).toContain('m1: restatement 2 is only in the live store.')
  })

  test('which version does not hold what its seal says, when an entry is missing in the archive', async () => {
    const system = await given('nextOpenDay')
    await trade(system, ['nextOpenDay', 'nextOpenDay'])
    const { bucket } = system
    for (const key of bucket.objects.keys()) if (key.includes(`business_day=${WED}`)) bucket.objects.delete(key)
    const { result, comparison } = await system.rebuild()
    expect(comparison.differentDays).toEqual(
      expect.arrayContaining([
        `m1 ${WED} version 1: the totals differ between the rebuilt and the live view.`,
        `m1 ${WED} version 1: the rebuilt book does not hold the entries that its seal says.`,
      ]),
    )
    expect(result.problems).toContain(`m1 ${WED}: the archive lacks the late entry late-3.`)
  })

  test('which event of a close cannot be read', async () => {
    const system = await given('nextOpenDay')
    await trade(system, ['nextOpenDay', 'nextOpenDay'])
    const { auditTrail } = system
    const altered = (event: AuditEvent): AuditEvent =>
      event.kind === 'day.closed' && event.businessDay === MON
        ? { ...event, body: { ...event.body, sealHash: '0'.repeat(64) } }
        : event
    const events = auditTrail.published.map(altered)
    ;(auditTrail.published as AuditEvent[]).splice(0, events.length, ...events)
    const { result } = await system.rebuild()
    expect(result.unreadableObjects.map(({ reason }) => reason)).toContain(
      `day.closed/m1/${MON}: its seal does not have the hash that it says`,
    )
  })
})
