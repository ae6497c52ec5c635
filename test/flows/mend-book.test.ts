/** A broken book is mended from the archive, and no segment of it is overwritten. */
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { memoryArchiveObjects } from '#adapters/archive-objects/memory-archive-objects'
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memorySeals } from '#adapters/seals/memory-seals'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { memoryBooks, type MemoryBooks } from '#adapters/transactions/memory-books'
import type { ArchiveObjects } from '#ledger/archive'
import type { AuditEvent } from '#ledger/audit-event'
import { wholeChain } from '#ledger/chain'
import type { Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import { mendOf, mendShowing } from '#operations/mend'
import { closeDays } from '#processors/close/close-days'
import { recordEntries } from '#processors/journal/record-entries'
import { verifyBook } from '#processors/journal/verify-book'
import { markAsBroken } from '#processors/mark-book'
import { mendBook } from '#processors/mend/mend-book'
import { planMending, type MendWorld } from '#processors/mend/plan-mending'
import { readBalance, readDay } from '#query-api/books'
import { readEntries, START_OF_BOOK } from '#query-api/entries'
import { remembering } from '#query-api/memory'
import { auditEventRow } from '#wire/archive/audit-row'
import { dayTag } from '#wire/http/responses/day'
import { countedBook } from '#processors/reconcile/counted-book'
import { openSegment } from '#wire/journal/segment'
import { decodeRecord, encodeEntries, entryLine } from '#wire/stream/record'
import { aMerchant, day, entryId, merchantId } from '../builders.ts'
import { dynamodb, freshTable } from '../contracts/adapters.ts'
import { runIn } from '../operations/run.ts'
import { auditEventsParquet } from '../parquet-object.ts'
import { aSystem, DELIVERY_MS } from './a-system.ts'
import { beforeCall } from './before-call.ts'
import { objectsIn } from './objects-in.ts'
import { readOnce } from './read-once.ts'
import { m1, MON, sale } from './sealed-days.ts'

// The system's clock shows this day.
const FRI = day('2026-11-20')
const book = { merchantId: m1, day: FRI }

/**
 * Monday is closed, and a late sale of it counts on Friday, whose book is marked as broken. `isPlain` leaves Monday out, and
 * has an archive in memory, which is faster.
 */
const given = async (
  books: MemoryBooks = memoryBooks(),
  { damage = async () => {}, isPlain = false }: { damage?: () => Promise<void>; isPlain?: boolean } = {},
) => {
  const system = await aSystem({ books, answers: 'memory' })
  const { world, auditTrail, bucket, put, run, send } = system
  if (!isPlain) {
    await send(sale('mon', MON, 500n))
    await closeDays({ ...books, ...world, auditTrail }, { through: MON, merchantIds: [m1], deliveryMs: DELIVERY_MS })
  }
  for (const some of [['a', 'b'], ['c'], ['d', 'e']]) await send(...some.map((id) => sale(id, FRI, 10n)))
  await send(isPlain ? sale('late', FRI, 70n) : sale('late', MON, 70n))
  await send(sale('f', FRI, 1n))

  /** A worker that knows the book from before it was damaged. */
  const log = { warn() {}, error() {} }
  const worker = recordEntries(
    { ...books, ...world, journal: books.journal, progress: memoryProgress(), auditTrail, log },
    { booksAtOnce: 1, cacheBytes: 1_000_000 },
  )
  let records = 0
  const deliver = async (...entries: Entry[]) => {
    records += 1
    const data = encodeEntries(entries.map(entryLine))
    return await worker({ shardId: 'warm', records: [{ sequenceNumber: String(records), data, arrivedAtMs: 0 }] })
  }
  await deliver(sale('a', FRI, 10n))
  await damage()
  await markAsBroken(books, book, 0)

  /** Accepts entries that the warm worker gets, and the archive. */
  const accept = async (...entries: Entry[]) => {
    system.running.journal = false
    await put(...entries)
    await run()
    return await deliver(...entries)
  }
  /** What the archive tells; tests leave events out. */
  const told = { isTold: (_event: AuditEvent): boolean => true }
  const mendWorld: MendWorld = {
    ...books,
    ...world,
    journal: books.journal,
    auditTrail,
    seals: memorySeals(),
    actor: { by: 'os:ana', from: 'desk' },
    objects: {
      // What is in the archive when it is asked.
      list: async () => await (await objects()).list(),
      decisions: async () => await (await objects()).decisions(),
      entries: async function* (...asked) {
        yield* (await objects()).entries(...asked)
      },
    },
  }
  let read: { readonly state: string; readonly objects: ArchiveObjects } | undefined
  const objects = async () => {
    if (isPlain) return memoryArchiveObjects([{ ...anObject, holds: archivedIn(world.stream.records) }])
    const events = auditTrail.published.filter((event) => told.isTold(event))
    const state = [...bucket.objects.keys(), ...events.map(({ eventId }) => eventId)].join()
    if (read?.state === state) return read.objects
    const decisions = await auditEventsParquet(events.map(auditEventRow))
    const stored = objectsIn({ ...Object.fromEntries(bucket.objects), 'decisions/day=2026-11-20/a': decisions })
    read = { state, objects: readOnce(parquetArchiveObjects(stored)) }
    return read.objects
  }
  const mend = async ({ instead = {}, without = [] as string[], yes = true, confirm = false } = {}) =>
    await runIn(
      async (_args, terminal) =>
        await mendShowing(
          { ...mendWorld, ...instead },
          mendOf({ merchant: 'm1', day: FRI, without, yes }),
          { deliveryMs: DELIVERY_MS, confirm: async () => confirm },
          terminal,
        ),
      'npm run rebuild',
      [],
    )
  const store = remembering({ ...world, ...books, merchants: world.merchants, progress: memoryProgress() })
  return { ...system, mendWorld, mend, deliver, accept, store, told }
}

const anObject = { key: 'entries/a', businessDay: FRI, bytes: 1, storedAtMs: 0 }

const archivedIn = (records: readonly { shardId: string; sequenceNumber: string; data: Uint8Array }[]) =>
  records.flatMap(({ shardId, sequenceNumber, data }) => {
    const record = decodeRecord(data)
    const lines = record.ok && record.value.kind === 'entries' ? [...record.value.entries] : []
    return lines.flatMap(({ entry }, index) =>
      entry.ok ? [{ entry: entry.value, position: { shardId, sequenceNumber, index }, arrivedAtMs: 0 }] : [],
    )
  })

const SENT = ['a', 'b', 'c', 'd', 'e', 'late', 'f']

const idsIn = async (journal: Journal): Promise<EntryId[]> => {
  const ids: EntryId[] = []
  for await (const sealed of wholeChain(journal, book)) {
    ids.push(...openSegment(sealed).segment.entries.map((entry) => entry.entryId))
  }
  return ids.toSorted()
}

/** The book on DynamoDB, and a way to damage its items. */
const inDynamo = async () => {
  const [journal, days, quarantine] = [
    await freshTable('journal'),
    await freshTable('days'),
    await freshTable('quarantine'),
  ]
  const key = (segment: number) => ({ book: `m1#${FRI}`, segment })
  const alter = async (segment: number, change: (item: Record<string, unknown>) => Record<string, unknown>) => {
    const { Item = {} } = await dynamodb.send(new GetCommand({ TableName: journal, Key: key(segment) }))
    await dynamodb.send(new PutCommand({ TableName: journal, Item: change(Item) }))
  }
  const remove = async (segment: number) => {
    await dynamodb.send(new DeleteCommand({ TableName: journal, Key: key(segment) }))
  }
  const items = async () => {
    const { Items = [] } = await dynamodb.send(
      new QueryCommand({
        TableName: journal,
        KeyConditionExpression: '#book = :book',
        ExpressionAttributeNames: { '#book': 'book' },
        ExpressionAttributeValues: { ':book': `m1#${FRI}` },
      }),
    )
    return Items
  }
  return { books: dynamoBooks(dynamodb, { journal, days, quarantine }), alter, remove, items }
}
type Damage = (store: Awaited<ReturnType<typeof inDynamo>>) => Promise<void>

const withOtherHash = (item: Record<string, unknown>) => ({ ...item, hash: new Uint8Array(32).fill(7) })

const DAMAGES: readonly { readonly what: string; readonly damage: Damage; readonly warns?: string }[] = [
  {
    what: 'a byte of a middle segment was altered',
    damage: ({ alter }) => alter(2, withOtherHash),
  },
  {
    what: 'a part of the first segment is gone',
    damage: ({ alter }) => alter(1, ({ view: _view, ...item }) => item),
  },
  { what: 'a middle segment is gone', damage: ({ remove }) => remove(3) },
  { what: 'the first segment is gone', damage: ({ remove }) => remove(1) },
  {
    what: 'the last segment cannot be read',
    damage: ({ alter }) => alter(5, ({ hash: _hash, ...item }) => item),
  },
  {
    what: 'the entries of the last segment are no entries',
    damage: ({ alter }) => alter(5, (item) => ({ ...item, entries: new Uint8Array([9, 9, 9]) })),
  },
  {
    what: 'the last segment has another number',
    damage: async ({ alter, remove }) => {
      await alter(5, (item) => ({ ...item, segment: 5_000 }))
      await remove(5)
    },
  },
  {
    what: 'the last segment stands twice',
    damage: ({ alter }) => alter(5, (item) => ({ ...item, segment: 6 })),
  },
]

describe.each(DAMAGES)('on DynamoDB, when $what', ({ damage }) => {
  test('the book is mended, and everything goes on', async () => {
    const store = await inDynamo()
    const system = await given(store.books, { damage: () => damage(store) })
    const { mend, deliver, world, reconcile, auditTrail } = system
    const { journal, heads } = store.books
    expect((await verifyBook(journal, book)).ok).toBe(false)
    const before = await store.items()

    const { exit, printed } = await mend()
    expect(printed).toContain('✓ m1 2026-11-20 is mended: generation 1')
    expect(exit).toBe(0)
    expect((await verifyBook(journal, book)).ok).toBe(true)
    expect(await idsIn(journal)).toEqual(SENT.toSorted())
    expect([...(await heads.read(m1)).broken]).toEqual([])
    // Nothing of the broken chain was overwritten.
    expect(await store.items()).toEqual(expect.arrayContaining(before))
    expect(auditTrail.published.at(-1)).toMatchObject({
      kind: 'book.mended',
      merchantId: 'm1',
      businessDay: FRI,
      body: { generation: 1, supersedes: { generation: 0 }, without: [], by: 'os:ana', from: 'desk' },
    })

    const old = store.books.generations(0)
    expect((await verifyBook(old, book)).ok).toBe(false)

    // The warm worker knows the old chain. What it appends comes into the new one, once.
    await deliver(sale('g', FRI, 5n), sale('c', FRI, 10n))
    expect(await idsIn(journal)).toEqual([...SENT, 'g'].toSorted())
    await system.accept(sale('h', FRI, 5n))
    system.running.journal = true
    await system.send(sale('g', FRI, 5n), sale('late2', MON, 8n))
    expect(await idsIn(journal)).toEqual([...SENT, 'g', 'h', 'late2'].toSorted())
    expect(await reconcile({ day: FRI, merchantIds: [m1] })).toMatchObject({ isEqual: true })
    expect(await reconcile({ day: MON, merchantIds: [m1] })).toMatchObject({ isEqual: true })

    await world.sleep(24 * 3_600_000)
    const closing = { ...store.books, ...world, auditTrail }
    const closed = await closeDays(closing, { through: FRI, merchantIds: [m1], deliveryMs: DELIVERY_MS })
    expect(closed.at(-1)).toMatchObject({ day: FRI, status: 'closed' })
    await system.send(sale('i', FRI, 5n))
    expect((await verifyBook(journal, book)).ok).toBe(true)
    expect(await readDay(system.store, book)).toMatchObject({
      exact: true,
      view: { totals: { entryCount: 10 }, lateEntries: 2 },
    })
  })
})

/** A book in memory of which the second segment was altered as it was stored. */
const damagedInMemory = async (how: { isPlain?: boolean } = {}) => {
  const books = memoryBooks()
  let isDamaged = false
  const journal: Journal = {
    ...books.journal,
    async append(segment) {
      const alters = !isDamaged && segment.book.day === FRI && segment.number === 2
      if (alters) isDamaged = true
      return await books.journal.append(alters ? { ...segment, hash: '7'.repeat(64) as typeof segment.hash } : segment)
    },
  }
  return await given({ ...books, journal }, how)
}

describe('mending is refused', () => {
  test('for an entry that only the broken chain has, until an operator leaves it out by name', async () => {
    const { mend, deliver, books } = await damagedInMemory()
    await deliver(sale('forged', FRI, 999n))
    const refused = await mend()
    expect(refused.exit).toBe(1)
    expect(refused.printed).toContain('forged: credit 999, 2026-11-20T12:30:00.000Z, day 2026-11-20')
    expect(await idsIn(books.journal)).toContain('forged')
    const mended = await mend({ without: ['forged'] })
    expect(mended.printed).toContain('- forged disappears: credit 999')
    expect(mended.exit).toBe(0)
    expect(await idsIn(books.journal)).toEqual(SENT.toSorted())
  })

  test('for a book that is not marked', async () => {
    const { mend } = await given()
    await mend()
    const refused = await mend()
    expect(refused.printed).toContain('it is not marked as broken')
    // It is known without the archive.
    expect(refused.complained).toBe('')
  })

  test('when an object of the archive cannot be read', async () => {
    const { mend, bucket } = await damagedInMemory()
    bucket.objects.set(`entries/business_day=${FRI}/torn.parquet`, Buffer.from('no parquet'))
    const { exit, printed } = await mend()
    expect(exit).toBe(1)
    expect(printed).toContain('torn.parquet')
  })

  test('without a confirmation, and nothing is written', async () => {
    const { mend, mendWorld, books } = await damagedInMemory()
    const { exit, printed } = await mend({ yes: false })
    expect(exit).toBe(1)
    expect(printed).toContain('Nothing was changed. To switch, run the command again with --yes.')
    expect(await mendWorld.journal.read(book, 1_000_000_000)).toEqual([])
    expect((await books.heads.read(m1)).broken.has(FRI)).toBe(true)
    expect((await mend({ yes: false, confirm: true })).exit).toBe(0)
  })
})

describe('the command looks again until the archive shows all', () => {
  /** What happens at the second look; the archive shows nothing new until `deliver` is called. */
  const waiting = async (
    system: Awaited<ReturnType<typeof given>>,
    atSecondLook: (deliver: () => Promise<void>) => Promise<void>,
  ) => {
    const { running, run, world, mend, accept } = system
    running.firehose = false
    await accept(sale('g', FRI, 5n))
    let [looks, sleptMs] = [0, 0]
    const sleep = async (ms: number) => {
      await world.sleep(ms)
      sleptMs += ms
      looks += 1
      const deliver = async () => {
        running.firehose = true
        await run()
      }
      if (looks === 2) await atSecondLook(deliver)
    }
    return { ...(await mend({ instead: { sleep } })), sleptMs: () => sleptMs }
  }

  test('and an entry that it shows at the second look is in the mended book, at once', async () => {
    const system = await given()
    const { exit, complained, sleptMs } = await waiting(system, (deliver) => deliver())
    expect(complained).toContain('Waiting until the archive shows all that was accepted, at most 305 s …')
    expect(exit).toBe(0)
    expect(sleptMs()).toBeLessThan(DELIVERY_MS / 10)
    expect(await idsIn(system.books.journal)).toEqual([...SENT, 'g'].toSorted())
  })

  test('and at most for the time of a delivery', async () => {
    const { exit, printed, sleptMs } = await waiting(await given(), async () => {})
    expect(exit).toBe(1)
    expect(printed).toContain('g: credit 5')
    // A moment before it, the barrier was awaited.
    expect(Math.floor(sleptMs() / 1_000)).toBe(DELIVERY_MS / 1_000)
  })

  test('and does not mend a book of which a segment is damaged meanwhile, because it may hold what is not shown yet', async () => {
    const store = await inDynamo()
    const system = await given(store.books)
    const last = (await store.books.journal.end(book))?.number ?? 0
    const { exit, printed } = await waiting(system, async () => {
      await system.accept(sale('h', FRI, 5n))
      await store.alter(last + 2, (item) => ({ ...item, entries: new Uint8Array([9]) }))
    })
    expect(exit).toBe(1)
    expect(printed).toContain('a segment was damaged while the archive was awaited')
  })
})

describe('a late entry whose redirect was never told, and whose segment is gone, is in the mended book', () => {
  const SUN = day('2026-11-15')
  test.each([
    { home: 'a day that had a book when it was closed', from: MON, segment: 4 },
    { home: 'a day that had none', from: SUN, segment: 6 },
  ])('when it came from $home', async ({ from, segment }) => {
    const store = await inDynamo()
    const { told, mend, send } = await given(store.books)
    await send(sale('sun', SUN, 8n))
    await store.remove(segment)
    told.isTold = ({ kind, businessDay }) => kind !== 'entry.redirected' || businessDay !== from
    expect((await mend()).exit).toBe(0)
    expect(await idsIn(store.books.journal)).toEqual([...SENT, 'sun'].toSorted())
  })

  test('and a book that may tell of such an entry and cannot be read is named before the question', async () => {
    const { mend, mendWorld } = await damagedInMemory()
    const { journal } = mendWorld
    const read: typeof journal.read = async (of, ...asked) => {
      if (of.day === MON) throw new UnreadableSegment(of, 3, 'damaged')
      return await journal.read(of, ...asked)
    }
    const { printed } = await mend({ yes: false, instead: { journal: { ...journal, read } } })
    expect(printed).toContain('the book of 2026-11-16 cannot be read, and may have passed late entries on to this one')
    expect(printed).toContain('mend it first, with npm run rebuild -- --merchant m1 --day 2026-11-16')
  })
})

test('an entry that waits in quarantine stays out of the mended book', async () => {
  const { mend, send, books } = await damagedInMemory()
  // The id is taken by another content.
  await send(sale('a', FRI, 11n))
  expect((await mend()).exit).toBe(0)
  const day = await books.journal.end(book)
  expect(day?.totals).toEqual({ creditsMinor: 121n, debitsMinor: 0n, entryCount: 7 })
})

describe('an entry that was set aside and replayed', () => {
  const operator = { by: 'os:ana', from: 'desk', atMs: 0 }
  const [wrong, right, other] = [sale('x', FRI, 999n), sale('x', FRI, 9n), sale('x2', FRI, 9n)]
  const position = { shardId: 'z', sequenceNumber: '1', index: 0 }
  test.each([
    { as: 'it was', status: 'begun', entry: wrong, counts: 1_120n },
    { as: 'it was', status: 'done', entry: wrong, counts: 1_120n },
    { as: 'another amount', status: 'begun', entry: right, counts: 130n },
    { as: 'another amount', status: 'done', entry: right, counts: 130n },
    { as: 'another id', status: 'begun', entry: other, counts: 130n },
    { as: 'another id', status: 'done', entry: other, counts: 130n },
  ])(
    'as $as counts as that entry alone in the mended book, when the replay is $status',
    async ({ entry, status, counts }) => {
      const { mend, mendWorld, put, running, run, books } = await damagedInMemory({ isPlain: true })
      running.journal = false
      await put(wrong)
      await put(entry)
      await run()
      const { quarantine } = books
      const aside = { subject: wrong, reason: 'unexpected-error', detail: '', position, raw: Buffer.from('') } as const
      await quarantine.setAside({ ...aside, setAsideAtMs: 0 })
      const item = async () => {
        const [found] = (await quarantine.list({ merchantId: m1 }, { limit: 9 })).items
        if (found === undefined) throw new Error('nothing was set aside')
        return found
      }
      await quarantine.note(await item(), { action: 'replay-begun', entry, ...operator })
      const replayed = { action: 'replayed', position: { ...position, sequenceNumber: '2' }, ...operator } as const
      if (status === 'done') await quarantine.note(await item(), replayed)
      expect((await mend()).exit).toBe(0)
      expect((await mendWorld.journal.end(book))?.totals.creditsMinor).toBe(counts)
    },
  )
})

test('readers with an old tag or an old place see that the book changed', async () => {
  const { mend, books, store } = await damagedInMemory()
  const before = await readDay(store, book)
  const { next } = await readEntries(books.journal, book, { from: START_OF_BOOK, limit: 4 })
  await mend()
  const after = await readDay(store, book)
  expect(after.exact).toBe(true)
  expect(after.segment).toBeGreaterThan(before.segment)
  expect(dayTag(aMerchant(), after)).not.toBe(dayTag(aMerchant(), before))
  expect(await readBalance(store, m1)).toMatchObject({ exact: true })
  // The rest of a page that was begun in the old chain, and then the whole of the new one.
  const seen = new Set<string>()
  for (let from = next; from !== undefined;) {
    const page = await readEntries(books.journal, book, { from, limit: 4 })
    for (const { entry } of page.rows) seen.add(entry.entryId)
    from = page.next
  }
  expect([...seen].toSorted()).toEqual(SENT.toSorted())
})

/** As the command does it without a question. */
const mendOnce = async (world: MendWorld): Promise<string> => {
  const request = { book, without: new Set<EntryId>(), deliveryMs: DELIVERY_MS }
  const plan = await planMending(world, request)
  return plan.ok ? (await mendBook(world, plan.value)).status : plan.error.why
}

const MOST_CALLS = 60

describe('at every moment of the mending', () => {
  const everyMoment = async (
    at: (
      call: number,
    ) => Promise<{ readonly calls: number; readonly journal: Journal; readonly ids: readonly string[] }>,
  ) => {
    for (let call = 1; call <= MOST_CALLS; call += 1) {
      const { calls, journal, ids } = await at(call)
      expect({ call, ok: (await verifyBook(journal, book)).ok }).toEqual({ call, ok: true })
      expect({ call, ids: await idsIn(journal) }).toEqual({ call, ids: ids.toSorted() })
      if (calls < call) return calls
    }
    throw new Error('there are more moments than this test looks at')
  }

  test('a worker appends to the book, and its entry counts once', async () => {
    const outcomes = new Set<string>()
    const calls = await everyMoment(async (call) => {
      const { mendWorld, accept, deliver, books } = await damagedInMemory({ isPlain: true })
      const { world, calls } = beforeCall(mendWorld, call, async () => void (await accept(sale('x', FRI, 3n))))
      const first = await mendOnce(world)
      outcomes.add(first)
      if (first !== 'mended') await mendOnce(mendWorld)
      await deliver(sale('y', FRI, 3n), sale('x', FRI, 3n))
      const ids = calls() < call ? [...SENT, 'y', 'x'] : [...SENT, 'x', 'y']
      return { calls: calls(), journal: books.journal, ids }
    })
    expect(calls).toBeGreaterThan(10)
    expect([...outcomes].toSorted()).toEqual(['mended', 'moved'])
  })

  test('another operator mends it, and it is mended once', async () => {
    await everyMoment(async (call) => {
      const { mendWorld, books, deliver, auditTrail } = await damagedInMemory({ isPlain: true })
      let other = 'none'
      const { world, calls } = beforeCall(mendWorld, call, async () => void (other = await mendOnce(mendWorld)))
      const first = await mendOnce(world).catch((error: Error) => error.message)
      expect([first, other].filter((outcome) => outcome === 'mended')).toHaveLength(1)
      expect(auditTrail.published.filter(({ kind }) => kind === 'book.mended')).toHaveLength(1)
      await deliver(sale('y', FRI, 3n))
      return { calls: calls(), journal: books.journal, ids: [...SENT, 'y'] }
    })
  })

  test('the process dies, and the next run mends the book or finds it mended', async () => {
    await everyMoment(async (call) => {
      const { mendWorld, books, deliver } = await damagedInMemory({ isPlain: true })
      const { world, calls } = beforeCall(mendWorld, call, () => Promise.reject(new Error('killed')))
      await mendOnce(world).catch(() => 'killed')
      expect(['mended', 'not-marked']).toContain(await mendOnce(mendWorld))
      await deliver(sale('y', FRI, 3n))
      return { calls: calls(), journal: books.journal, ids: [...SENT, 'y'] }
    })
  })
})

describe('a long book that is mended while it is read is read anew', () => {
  test.each([
    { reader: 'npm run verify-journal', read: async (journal: Journal) => await verifyBook(journal, book) },
    { reader: 'a comparison with the archive', read: async (journal: Journal) => await countedBook(journal, book) },
  ])('by $reader', async ({ read }) => {
    const { mendWorld, accept, books } = await given(memoryBooks(), { isPlain: true })
    // More segments than one read brings.
    for (let more = 0; more < 20; more += 1) await accept(sale(`x${more}`, FRI, 1n))
    let isMended = false
    const journal: Journal = {
      ...books.journal,
      async read(...asked) {
        const found = await books.journal.read(...asked)
        if (!isMended) expect(await mendOnce(mendWorld)).toBe('mended')
        isMended = true
        return found
      },
    }
    expect(await read(journal)).toMatchObject({ ok: true })
  })
})

test('a book is mended a second time', async () => {
  const { mend, mendWorld, books, deliver } = await damagedInMemory()
  await mend()
  await markAsBroken(books, book, 1)
  const second = await mend()
  expect(second.printed).toContain('generation 2')
  await deliver(sale('y', FRI, 3n))
  expect(await idsIn(books.journal)).toEqual([...SENT, 'y'].toSorted())
  expect((await mendWorld.journal.end(book))?.number).toBeGreaterThan(2_000_000_000)
  expect((await verifyBook(books.journal, book)).ok).toBe(true)
})

describe('of a mended book, when an item that leads to the good chain was damaged', () => {
  const [FRONT, BACK] = [0, 999_999_999]
  test.each<{ what: string; damage: Damage }>([
    { what: 'the front is gone', damage: ({ remove }) => remove(FRONT) },
    { what: 'the front leads nowhere', damage: ({ alter }) => alter(FRONT, ({ mark: _mark, ...item }) => item) },
    { what: 'the back leads nowhere', damage: ({ alter }) => alter(BACK, ({ mark: _mark, ...item }) => item) },
  ])(
    '$what: the book is found broken, marked and not mended, and the days of others are closed',
    async ({ damage }) => {
      const store = await inDynamo()
      const system = await given(store.books, { damage: () => store.alter(2, withOtherHash) })
      const { mend, send, world, auditTrail } = system
      expect((await mend()).exit).toBe(0)
      const m2 = merchantId('m2')
      await send({ ...sale('other', FRI, 1n), merchantId: m2 })
      await damage(store)
      expect(await verifyBook(store.books.journal, book)).toMatchObject({ ok: false })

      await world.sleep(24 * 3_600_000)
      const closing = { ...store.books, ...world, auditTrail }
      const outcomes = await closeDays(closing, { through: FRI, merchantIds: [m1, m2], deliveryMs: DELIVERY_MS })
      expect(outcomes.map(({ merchantId: of, status }) => `${of} ${status}`).toSorted()).toEqual([
        'm1 not-equal',
        'm2 closed',
      ])
      expect([...(await store.books.heads.read(m1)).broken]).toEqual([FRI])
      expect((await mend()).printed).toContain('Put back that item of the table journal')
    },
  )
})

test('a worker that finds no front of a mended book marks the book', async () => {
  const store = await inDynamo()
  const { mend, send } = await given(store.books, { damage: () => store.alter(2, withOtherHash) })
  await mend()
  await store.remove(0)
  await send(sale('z', FRI, 1n))
  expect([...(await store.books.heads.read(m1)).broken]).toEqual([FRI])
})

test('what a run left over is not touched by the next one', async () => {
  const { mend, mendWorld, books } = await damagedInMemory()
  const [first] = await books.journal.read(book, 0, 1)
  if (first === undefined) throw new Error('the book has no segment')
  await mendWorld.journal.append({ ...first, number: 1_000_000_001 })
  expect((await mend()).printed).toContain('generation 2')
  expect(await idsIn(books.journal)).toEqual(SENT.toSorted())
})

test('the entry of an id that the book and the archive say differently is the archive’s', async () => {
  const { mend, deliver, put, running, run, books } = await damagedInMemory()
  await deliver(sale('odd', FRI, 4n))
  running.journal = false
  await put(sale('odd', FRI, 40n))
  await run()
  const { printed, exit } = await mend()
  expect(printed).toContain('~ odd differs: credit 4, 2026-11-20T12:30:00.000Z')
  expect(exit).toBe(0)
  expect((await books.journal.end(book))?.totals.creditsMinor).toBe(161n)
  expect(entryId('odd')).toBe('odd')
})
