import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { dynamoTransactions } from '#adapters/transactions/dynamo-transactions'
import type { ClosedDay, Restatement } from '#ledger/close'
import { emptyHead } from '#ledger/head'
import type { Change } from '#ledger/ports'
import { quarantineKey, quarantineState } from '#ledger/quarantine'
import { sealHash } from '#ledger/seal'
import { aBookId, aSeal, aSealedSegment, aSetAside, anEntry, day, entryId, merchantId } from '../builders.ts'
import { allBooks } from './adapters.ts'

const m1 = merchantId('m1')
const friday = day('2026-11-20')
const saturday = day('2026-11-21')

const aClosedDay = (given: Partial<ClosedDay> = {}): ClosedDay => ({
  book: aBookId(),
  openingMinor: -7n,
  netMinor: 2n ** 53n - 251n,
  base: 2,
  segment: 4,
  seal: aSeal(),
  closedAtMs: 1_795_250_000_000,
  ...given,
})

const aRestatement = (given: Partial<Restatement> = {}): Restatement => ({
  book: aBookId(),
  number: 1,
  deltaMinor: -500n,
  segment: 6,
  seal: aSeal({ version: 2, previous: sealHash(aSeal()) }),
  restatedAtMs: 1_795_260_000_000,
  ...given,
})

const head = { ...emptyHead, closedThrough: friday, closingMinor: 12n, lastSeal: sealHash(aSeal()), revision: 1 }

describe.each(allBooks)('transactions: $name', ({ fresh }) => {
  test('several changes come true together, and are read as they were written', async () => {
    const { transactions, journal, heads, days, quarantine } = await fresh()
    const segment = aSealedSegment({ mark: { kind: 'redirecting', to: saturday } })
    const received = aSealedSegment({ book: aBookId({ day: saturday }), mark: { kind: 'received', from: friday } })
    const item = aSetAside()
    const changes: Change[] = [
      { change: 'append', segment },
      { change: 'append', segment: received },
      { change: 'head', merchantId: m1, head },
      { change: 'close', closed: aClosedDay() },
      { change: 'restate', restatement: aRestatement() },
      { change: 'set-aside', item },
    ]
    expect(await transactions.commit(changes)).toBe('committed')

    expect(await journal.read(aBookId(), 0)).toEqual([segment])
    expect(await journal.end(aBookId())).toMatchObject({ mark: segment.mark, hash: segment.hash })
    expect(await journal.read(received.book, 0)).toEqual([received])
    expect(await heads.read(m1)).toEqual(head)
    expect(await days.newestClosed(aBookId())).toEqual(aClosedDay())
    expect(await days.restatements(m1, 0, 1)).toEqual([aRestatement()])
    expect(await quarantine.find(quarantineKey(item))).toMatchObject({ reason: item.reason, raw: item.raw })
    expect(await quarantine.merchantsBeginning('m', { limit: 10 })).toEqual({ items: [m1] })
  })

  test('an entry is set aside with all its bytes, however many they are', async () => {
    const { transactions, quarantine } = await fresh()
    const item = aSetAside({ raw: new Uint8Array(700_000).fill(7) })
    expect(await transactions.commit([{ change: 'set-aside', item }])).toBe('committed')
    expect((await quarantine.find(quarantineKey(item)))?.raw.length).toBe(700_000)
  })

  const standing: Change[] = [
    { change: 'append', segment: aSealedSegment() },
    { change: 'head', merchantId: m1, head },
    { change: 'close', closed: aClosedDay() },
    { change: 'restate', restatement: aRestatement() },
  ]
  test.each(standing)('nothing is written when the condition of $change does not hold', async (change) => {
    const { transactions, journal, heads, days, quarantine } = await fresh()
    expect(await transactions.commit([change])).toBe('committed')
    const book = aBookId({ merchantId: merchantId('m2') })
    const entry = anEntry({ merchantId: book.merchantId })
    const others: Change[] = [
      { change: 'append', segment: aSealedSegment({ book, entries: [entry] }) },
      { change: 'head', merchantId: book.merchantId, head },
      { change: 'close', closed: aClosedDay({ book }) },
      { change: 'restate', restatement: aRestatement({ book }) },
      { change: 'set-aside', item: aSetAside({ entry }) },
    ]
    // The condition that does not hold stands last, so that the others were found to hold before.
    expect(await transactions.commit([...others, change])).toBe('refused')

    expect(await journal.read(book, 0)).toEqual([])
    expect(await heads.read(book.merchantId)).toEqual(emptyHead)
    expect(await days.newestClosed(book)).toBeUndefined()
    expect(await days.restatements(book.merchantId, 0, 1)).toEqual([])
    expect(await quarantine.ofEntry(book, entry.entryId, 1)).toEqual([])
    expect(await transactions.commit(others)).toBe('committed')
  })

  test('a head is stored only behind the revision that was read', async () => {
    const { transactions, heads } = await fresh()
    const put = (revision: number) =>
      transactions.commit([{ change: 'head', merchantId: m1, head: { ...head, revision } }])
    expect(await put(2)).toBe('refused')
    expect(await put(1)).toBe('committed')
    expect(await put(3)).toBe('refused')
    expect(await heads.open(aBookId({ day: saturday }))).toBe('open')
    expect(await put(2)).toBe('refused')
    expect(await put(3)).toBe('committed')
    expect(await heads.read(m1)).toEqual({ ...head, revision: 3 })
  })

  test('an entry that is in quarantine already does not stop the other changes, and keeps its place', async () => {
    const { transactions, journal, quarantine } = await fresh()
    const early = aSetAside({ detail: 'the first time' })
    await quarantine.setAside(early)
    const position = { ...early.position, index: early.position.index + 1 }
    const changes: Change[] = [
      { change: 'append', segment: aSealedSegment({ mark: { kind: 'setting-aside', reason: 'day-closed' } }) },
      { change: 'set-aside', item: { ...early, detail: 'the second time', position } },
    ]
    expect(await transactions.commit(changes)).toBe('committed')
    expect(await journal.read(aBookId(), 0)).toHaveLength(1)
    expect(await quarantine.find(quarantineKey(early))).toMatchObject({
      detail: 'the second time',
      position: early.position,
      lastPosition: position,
    })
    expect(await transactions.commit(changes)).toBe('refused')
  })

  test('an item is released if it has the actions that it was read with, and then never waits again', async () => {
    const { transactions, journal, quarantine } = await fresh()
    const item = aSetAside()
    const key = quarantineKey(item)
    await quarantine.setAside(item)
    const read = async () => (await quarantine.find(key)) ?? expect.fail('the item is gone')
    const act = { by: 'ana', from: 'unknown', atMs: 5 }
    const waiting = await read()
    await quarantine.note(waiting, { ...act, action: 'replay-begun', entry: anEntry() })
    const segment = aSealedSegment({ mark: { kind: 'releasing', to: saturday } })
    const release = async (from: typeof waiting) =>
      await transactions.commit([
        { change: 'append', segment },
        { change: 'release', item: from, to: saturday },
      ])

    expect(await release(waiting)).toBe('refused')
    expect(await journal.read(aBookId(), 0)).toEqual([])
    const begun = await read()
    expect(await release(begun)).toBe('committed')
    expect(await read()).toEqual({ ...begun, movedTo: saturday })
    const outlines = await quarantine.ofEntry(aBookId(), anEntry().entryId, 1)
    expect(outlines).toMatchObject([{ movedTo: saturday }])

    // The replay is noted after the release, and a copy is found later still.
    await quarantine.note(begun, { ...act, action: 'replayed', position: item.position })
    await quarantine.setAside({ ...item, position: { ...item.position, index: item.position.index + 9 } })
    expect(quarantineState(await read())).toMatchObject({ status: 'replayed' })
    expect(await release(begun)).toBe('refused')
  })

  test('of twenty transactions on one head at the same time, one is carried out', async () => {
    const { transactions, journal } = await fresh()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const entry = anEntry({ entryId: entryId(`e${index}`) })
        return transactions.commit([
          {
            change: 'append',
            segment: aSealedSegment({ book: aBookId({ day: day(`2026-11-${index + 10}`) }), entries: [entry] }),
          },
          { change: 'head', merchantId: m1, head },
        ])
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1)
    const chains = await Promise.all(
      outcomes.map((_, index) => journal.read(aBookId({ day: day(`2026-11-${index + 10}`) }), 0)),
    )
    expect(chains.map(({ length }) => length)).toEqual(outcomes.map((outcome) => (outcome === 'committed' ? 1 : 0)))
  })
})

describe.each(allBooks)('days: $name', ({ fresh }) => {
  const closedOn = (text: string) => aClosedDay({ book: aBookId({ day: day(text) }), seal: aSeal({ day: day(text) }) })

  test('the newest closed day up to a day, and those of a period', async () => {
    const { transactions, days } = await fresh()
    const [first, second, third] = ['2025-12-31', '2026-11-20', '2026-11-22'].map(closedOn)
    const other = aClosedDay({ book: aBookId({ merchantId: merchantId('m0') }) })
    for (const closed of [third, first, second, other]) {
      if (closed !== undefined) await transactions.commit([{ change: 'close', closed }])
    }
    await transactions.commit([{ change: 'head', merchantId: m1, head }])
    await transactions.commit([{ change: 'restate', restatement: aRestatement() }])

    expect(await days.newestClosed(aBookId({ day: day('2025-12-30') }))).toBeUndefined()
    expect(await days.newestClosed(aBookId({ day: day('2025-12-31') }))).toEqual(first)
    expect(await days.newestClosed(aBookId({ day: day('2026-11-21') }))).toEqual(second)
    expect(await days.newestClosed(aBookId({ day: day('9998-12-31') }))).toEqual(third)
    expect(await days.closed(m1, day('2026-11-20'), day('2026-11-22'))).toEqual([second, third])
    expect(await days.closed(m1, day('2026-01-01'), day('2026-11-19'))).toEqual([])
    expect(await days.closed(m1, day('2026-11-22'), day('2026-11-20'))).toEqual([])
  })

  test('a rebuilt day and its restatement say that they were rebuilt', async () => {
    const { transactions, days } = await fresh()
    const [closed, restatement] = [aClosedDay({ isRebuilt: true }), aRestatement({ isRebuilt: true })]
    await transactions.commit([{ change: 'close', closed }])
    await transactions.commit([{ change: 'restate', restatement }])
    expect(await days.newestClosed(aBookId())).toEqual(closed)
    expect(await days.closed(m1, friday, friday)).toEqual([closed])
    expect(await days.restatements(m1, 0, 1)).toEqual([restatement])
  })

  test('restatements come in the order of their numbers', async () => {
    const { transactions, days } = await fresh()
    const all = Array.from({ length: 12 }, (_, index) => aRestatement({ number: index + 1, segment: index + 6 }))
    for (const restatement of all) await transactions.commit([{ change: 'restate', restatement }])
    expect(await days.restatements(m1, 0, 12)).toEqual(all)
    expect((await days.restatements(m1, 1, 10)).map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await days.restatements(m1, 12, 12)).toEqual([])
    expect(await days.restatements(merchantId('m2'), 0, 12)).toEqual([])
  })
})

describe('a transaction on DynamoDB', () => {
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    })
  /** A client that answers with these errors in turn, and then succeeds. */
  const given = (...errors: Error[]) => {
    let sent = 0
    const send = async () => {
      sent += 1
      const error = errors.shift()
      if (error !== undefined) throw error
      return {}
    }
    const client = { send } as unknown as DynamoDBDocumentClient
    const tables = { journal: 'journal', days: 'days', quarantine: 'quarantine' }
    const { commit } = dynamoTransactions(client, tables, dynamoQuarantine(client, tables.quarantine))
    const changes: Change[] = [
      { change: 'append', segment: aSealedSegment() },
      { change: 'head', merchantId: m1, head },
    ]
    return { commit: () => commit(changes), sent: () => sent }
  }

  // dynoxide never answers so.
  test('is tried again while another one holds an item', async () => {
    const { commit, sent } = given(cancelled('TransactionConflict', 'None'), cancelled('None', 'TransactionConflict'))
    expect(await commit()).toBe('committed')
    expect(sent()).toBe(3)
  })

  test('is given up when others hold its items again and again', async () => {
    const { commit, sent } = given(...Array.from({ length: 9 }, () => cancelled('TransactionConflict', 'None')))
    await expect(commit()).rejects.toThrow('cancelled')
    expect(sent()).toBe(5)
  })

  test('is refused when a condition does not hold, whatever else was in its way', async () => {
    const { commit, sent } = given(cancelled('TransactionConflict', 'ConditionalCheckFailed'))
    expect(await commit()).toBe('refused')
    expect(sent()).toBe(1)
  })

  test.each([cancelled('ThrottlingError', 'None'), new Error('no route to host')])(
    'throws %s, which may heal',
    async (error) => {
      const { commit } = given(error)
      await expect(commit()).rejects.toBe(error)
    },
  )
})
