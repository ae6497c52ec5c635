import { hash } from 'node:crypto'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import type { Quarantine } from '#ledger/ports'
import {
  MAX_REPLAYS,
  QUARANTINE_PAGE_BYTES,
  quarantineKey,
  quarantineState,
  type QuarantineAction,
  type Quarantined,
  type QuarantineFilter,
  type SetAside,
} from '#ledger/quarantine'
import { awkwardEntries } from '../awkward-texts.ts'
import { aBookId, anEntry, aSetAside, day, entryId, merchantId, utf8 } from '../builders.ts'
import { dynamodb, freshTable, quarantines } from './adapters.ts'
import { allIds, AWKWARD_IDS, BEGINNINGS } from './beginnings.ts'

describe.each(quarantines)('a quarantine: $name', ({ fresh }) => {
  test('it is empty before anything is set aside', async () => {
    const quarantine = await fresh()
    expect(await quarantine.list({}, { limit: 10 })).toEqual({ items: [] })
    expect(await quarantine.list({ merchantId: merchantId('m1') }, { limit: 10 })).toEqual({ items: [] })
    expect(await quarantine.ofEntry(aBookId(), entryId('e1'), 10)).toEqual([])
  })

  test('an entry comes back as it was set aside', async () => {
    const quarantine = await fresh()
    const entry = anEntry({
      direction: 'debit',
      amountMinor: 10n ** 12n,
      method: 'pix',
      category: '',
      description: 'troco\n"certo" 🧾',
      terminalSeq: Number.MAX_SAFE_INTEGER,
      metadata: { b: '2', a: '1' },
    })
    await quarantine.setAside(aSetAside({ entry }))
    const item = waiting(aSetAside({ entry }))
    expect(await quarantine.list({}, { limit: 10 })).toEqual({ items: [item] })
    expect(await quarantine.ofEntry(aBookId(), entryId('e1'), 10)).toEqual([outlineOf(item)])
  })

  test('awkward texts come back as they were, in the entry and in its line', async () => {
    const quarantine = await fresh()
    const items = awkwardEntries().map((entry) => aSetAside({ entry }))
    for (const item of items) await quarantine.setAside(item)
    const listed = await quarantine.list({ merchantId: merchantId('m1') }, { limit: 100 })
    expect(listed.items).toEqual(items.map(waiting))
  })

  test.each([
    { size: 'no bytes', bytes: 0 },
    { size: 'as much as one part holds', bytes: 300_000 },
    { size: 'one byte more', bytes: 300_001 },
    { size: 'a full Kinesis record', bytes: 1_048_576 },
    { size: 'more than ten parts', bytes: 3_500_000 },
  ])('unreadable bytes come back whole: $size', async ({ bytes }) => {
    const quarantine = await fresh()
    const unreadable = anUnreadable({ raw: noise(bytes) })
    await quarantine.setAside(unreadable)
    expect((await everything(quarantine)).map(legible)).toEqual([legible(waiting(unreadable))])
  })

  test.each([
    { size: 'small', bytes: 10 },
    { size: 'large', bytes: 700_000 },
  ])('setting the same record aside again changes nothing: $size', async ({ bytes }) => {
    const quarantine = await fresh()
    const first = anUnreadable({ raw: noise(bytes) })
    await quarantine.setAside(first)
    await quarantine.setAside(first)
    await quarantine.setAside(anUnreadable({ raw: noise(bytes + 1), reason: 'unexpected-error', setAsideAtMs: 1 }))
    expect((await everything(quarantine)).map(legible)).toEqual([legible(waiting(first))])
  })

  test('setting one entry aside twenty times at once makes one item', async () => {
    const quarantine = await fresh()
    await Promise.all(Array.from({ length: 20 }, (_, setAsideAtMs) => quarantine.setAside(aSetAside({ setAsideAtMs }))))
    expect(await everything(quarantine)).toHaveLength(1)
  })

  test('a detail that is too long or not Unicode is cut and made well-formed', async () => {
    const quarantine = await fresh()
    await quarantine.setAside(aSetAside({ detail: `\ud800${'x'.repeat(1_000_000)}` }))
    expect((await everything(quarantine))[0]?.detail).toBe(`\ufffd${'x'.repeat(999)}`)
  })

  test('a query for one id finds every content under it, and no other id', async () => {
    const quarantine = await fresh()
    const ones = [1n, 2n].map((amountMinor) => aSetAside({ entry: anEntry({ amountMinor }) }))
    const others = [
      anEntry({ entryId: entryId('e11') }),
      anEntry({ entryId: entryId('e') }),
      anEntry({ entryId: entryId('E1') }),
      anEntry({ businessDay: day('2026-11-21') }),
      anEntry({ merchantId: merchantId('m2') }),
    ].map((entry) => aSetAside({ entry }))
    for (const item of [...ones, ...others, anUnreadable()]) await quarantine.setAside(item)
    const found = await quarantine.ofEntry(aBookId(), entryId('e1'), 10)
    expect(new Set(found)).toEqual(new Set(ones.map((one) => outlineOf(waiting(one)))))
  })

  test('the items of one merchant are ordered by day and then by id', async () => {
    const quarantine = await fresh()
    const named = [
      ['2026-11-21', 'a'],
      ['2026-11-20', 'b'],
      ['2026-11-20', 'a'],
      ['2025-12-31', 'z'],
    ] as const
    for (const [businessDay, id] of named) {
      await quarantine.setAside(aSetAside({ entry: anEntry({ businessDay: day(businessDay), entryId: entryId(id) }) }))
    }
    await quarantine.setAside(aSetAside({ entry: anEntry({ merchantId: merchantId('m11') }) }))
    await quarantine.setAside(anUnreadable({ raw: noise(700_000) }))
    const found = await everything(quarantine, { merchantId: merchantId('m1') })
    expect(found.map(nameOf)).toEqual(['2025-12-31 z', '2026-11-20 a', '2026-11-20 b', '2026-11-21 a'])
  })

  test.each<{ filter: QuarantineFilter; pages: number[] }>([
    { filter: {}, pages: [4, 4, 4, 4, 4, 4, 1] },
    { filter: { merchantId: merchantId('m1') }, pages: [4, 4, 4] },
    { filter: { reason: 'wrong-currency' }, pages: [4, 2] },
    { filter: { merchantId: merchantId('m2'), reason: 'wrong-currency' }, pages: [3] },
    { filter: { reason: 'undecodable-record' }, pages: [1] },
    { filter: { reason: 'day-closed' }, pages: [0] },
  ])('$filter comes in pages of $pages, each item once', async ({ filter, pages }) => {
    const quarantine = await fresh()
    // Twelve of each of two merchants, every fourth for its currency, and one that is nobody's and has four parts.
    for (let index = 0; index < 24; index += 1) {
      const entry = anEntry({ merchantId: merchantId(index < 12 ? 'm1' : 'm2'), entryId: entryId(`e${index}`) })
      const reason = index % 4 === 0 ? 'wrong-currency' : 'content-conflict'
      await quarantine.setAside(aSetAside({ entry, reason }))
    }
    await quarantine.setAside(anUnreadable({ raw: noise(1_000_000) }))

    const read = await allPages(quarantine, filter, 4)

    expect(read.map((page) => page.length)).toEqual(pages)
    expect(new Set(read.flat().map(nameOf)).size).toBe(read.flat().length)
  })

  test.each(BEGINNINGS)(
    'the merchants that begin with "$beginning" and have items: $ids',
    async ({ beginning, ids }) => {
      const quarantine = await fresh()
      for (const id of AWKWARD_IDS) {
        const entries = ['e1', 'e2'].map((name) => anEntry({ merchantId: merchantId(id), entryId: entryId(name) }))
        for (const entry of entries) await quarantine.setAside(aSetAside({ entry, raw: noise(300_001) }))
      }
      await quarantine.setAside(anUnreadable({ raw: noise(300_001) }))
      for (const limit of [1, 2, 500]) {
        expect((await allIds(quarantine.merchantsBeginning, beginning, limit)).flat(), `by ${limit}`).toEqual(ids)
      }
      expect(await everything(quarantine), 'the list of merchants is no item').toHaveLength(2 * AWKWARD_IDS.length + 1)
    },
  )

  test.each<{ holds: string; sizes: number[]; pages: number[] }>([
    { holds: 'four megabytes exactly', sizes: Array.from({ length: 8 }, () => 524_288), pages: [8] },
    { holds: 'one byte more', sizes: [...Array.from({ length: 8 }, () => 524_288), 1], pages: [8, 1] },
    { holds: 'small items and a large one after them', sizes: [1, 1, QUARANTINE_PAGE_BYTES], pages: [2, 1] },
    { holds: 'a single item that is too large', sizes: [QUARANTINE_PAGE_BYTES + 1, 1], pages: [1, 1] },
  ])('a page ends at four megabytes, given $holds', async ({ sizes, pages }) => {
    const quarantine = await fresh()
    for (const [index, bytes] of sizes.entries()) {
      const entry = anEntry({ entryId: entryId(`e${String(index).padStart(2, '0')}`) })
      await quarantine.setAside(aSetAside({ entry, raw: noise(bytes) }))
    }
    const read = await allPages(quarantine, { merchantId: merchantId('m1') }, 500)
    expect(read.map((page) => page.length)).toEqual(pages)
    expect(read.flat().map(({ raw }) => raw.length)).toEqual(sizes)
  })

  test('a filter that skips megabytes of items still finds the matching ones', async () => {
    const quarantine = await fresh()
    for (let index = 0; index < 12; index += 1) {
      const entry = anEntry({ entryId: entryId(`e${String(index).padStart(2, '0')}`) })
      const reason = index === 11 ? 'wrong-currency' : 'content-conflict'
      await quarantine.setAside(aSetAside({ entry, reason, raw: noise(250_000) }))
    }
    const filter = { merchantId: merchantId('m1'), reason: 'wrong-currency' } as const
    const { items } = await quarantine.list(filter, { limit: 1 })
    expect(items.map(nameOf)).toEqual(['2026-11-20 e11'])
  })
})

describe.each(quarantines)('decisions about items in quarantine: $name', ({ fresh }) => {
  const [by, from] = ['ana', '203.0.113.7']
  const place = (sequenceNumber: string, index = 0, shard = 0) => ({
    shardId: `shardId-${String(shard).padStart(12, '0')}`,
    sequenceNumber,
    index,
  })
  const begun = (entry = anEntry()): QuarantineAction => ({ action: 'replay-begun', entry, by, from, atMs: 1 })
  const replayed = (position = place('50')): QuarantineAction => ({ action: 'replayed', position, by, from, atMs: 2 })
  const discarded: QuarantineAction = { action: 'discarded', reason: 'a “test” sale 🧾', by, from, atMs: 3 }
  const first = aSetAside({ position: place('9') })

  /** The item as it is stored. */
  const stored = async (quarantine: Quarantine, item: SetAside = first): Promise<Quarantined> => {
    const found = await quarantine.find(quarantineKey(item))
    if (found === undefined) throw new Error('it is not there')
    return found
  }

  /** Notes actions one after the other, each on the item as it then is. */
  const noteAll = async (quarantine: Quarantine, actions: readonly QuarantineAction[], item: SetAside = first) => {
    for (const action of actions) expect(await quarantine.note(await stored(quarantine, item), action)).toBe('noted')
  }

  test('an item is found whole by its key, and not by another key', async () => {
    const quarantine = await fresh()
    const large = anUnreadable({ raw: noise(700_000) })
    for (const item of [first, large]) await quarantine.setAside(item)
    expect(await stored(quarantine)).toEqual(waiting(first))
    expect(legible(await stored(quarantine, large))).toEqual(legible(waiting(large)))
    const { scope, item } = quarantineKey(first)
    const parts = { scope: `parts#${hash('sha256', large.raw)}`, item: '0002' }
    for (const key of [{ scope, item: `${item}0` }, { scope: 'm2', item }, { scope: '~', item: '~' }, parts]) {
      expect(await quarantine.find(key)).toBeUndefined()
    }
  })

  test('actions come back in their order, beside the item as it was', async () => {
    const quarantine = await fresh()
    await quarantine.setAside(first)
    const corrected = anEntry({ entryId: entryId('e1-b'), amountMinor: 7n, receivedAtMs: 1_795_179_600_123 })
    const actions = [begun(), replayed(), begun(corrected), replayed(place('77', 3)), discarded]
    await noteAll(quarantine, actions)
    const expected = { ...waiting(first), actions }
    expect(await stored(quarantine)).toEqual(expected)
    expect(await everything(quarantine)).toEqual([expected])
    expect(await quarantine.ofEntry(aBookId(), entryId('e1'), 10)).toEqual([outlineOf(expected)])
  })

  test('an unreadable record may be replayed as an entry', async () => {
    const quarantine = await fresh()
    const unreadable = anUnreadable({ raw: noise(400_000) })
    await quarantine.setAside(unreadable)
    await noteAll(quarantine, [begun(), replayed()], unreadable)
    const found = await stored(quarantine, unreadable)
    expect(legible(found)).toEqual({ ...legible(waiting(unreadable)), actions: [begun(), replayed()] })
  })

  test('a query for one id finds its items in their current state, the first few by content hash', async () => {
    const quarantine = await fresh()
    const items = [1n, 2n, 3n, 4n].map((amountMinor) =>
      aSetAside({ entry: anEntry({ amountMinor }), raw: noise(700_000), position: place('9') }),
    )
    for (const item of items) {
      await quarantine.setAside(item)
      await quarantine.setAside({ ...item, position: place('12', 3) })
      await noteAll(quarantine, [begun(), replayed(), discarded], item)
    }
    const stands = await Promise.all(items.map((item) => stored(quarantine, item)))
    const byHash = stands.toSorted((a, b) => (quarantineKey(a).item < quarantineKey(b).item ? -1 : 1)).map(outlineOf)
    for (const limit of [1, 3, 4, 50]) {
      expect(await quarantine.ofEntry(aBookId(), entryId('e1'), limit)).toEqual(byHash.slice(0, limit))
    }
  })

  test('an action on an item that has changed meanwhile is refused', async () => {
    const quarantine = await fresh()
    expect(await quarantine.note(waiting(first), discarded), 'not there').toBe('moved')
    expect(await quarantine.find(quarantineKey(first))).toBeUndefined()
    await quarantine.setAside(first)
    const before = await stored(quarantine)
    expect(await quarantine.note(before, begun())).toBe('noted')
    expect(await quarantine.note(before, discarded), 'one action behind').toBe('moved')
    expect(await quarantine.note({ ...before, actions: [begun(), replayed()] }, discarded), 'ahead').toBe('moved')
    expect((await stored(quarantine)).actions).toEqual([begun()])
  })

  test('of twenty actions at the same time exactly one is kept', async () => {
    const quarantine = await fresh()
    await quarantine.setAside(first)
    const item = await stored(quarantine)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => quarantine.note(item, discarded)))
    expect(outcomes.filter((outcome) => outcome === 'noted')).toHaveLength(1)
    expect((await stored(quarantine)).actions).toEqual([discarded])
  })

  test('an item that is set aside again keeps its actions, and has the latest position and why it waits since then', async () => {
    const quarantine = await fresh()
    await quarantine.setAside(first)
    await noteAll(quarantine, [discarded])
    for (const position of [place('9', 12), place('9', 2), place('8'), place('10', 5), place('10', 4), place('9')]) {
      const detail = `at ${position.sequenceNumber} ${position.index}`
      await quarantine.setAside({ ...first, position, reason: 'wrong-currency', detail, setAsideAtMs: 5 })
    }
    const last = { lastPosition: place('10', 5), reason: 'wrong-currency', detail: 'at 10 5' }
    expect(await stored(quarantine)).toEqual({ ...first, ...last, actions: [discarded] })
  })

  test.each([
    { places: [place('9'), place('8')], last: place('9') },
    { places: [place('9'), place('10')], last: place('10') },
    { places: [place('10'), place('9')], last: place('10') },
    { places: [place('9', 2), place('9', 10)], last: place('9', 10) },
    { places: [place('9', 10), place('9', 2)], last: place('9', 10) },
    { places: [place('9', 10), place('10', 2)], last: place('10', 2) },
    { places: [place('8'), place('10'), place('9')], last: place('10') },
    { places: [place('9'), place('8', 0, 1)], last: place('9') },
    { places: [place('10', 0, 1), place('9')], last: place('10', 0, 1) },
    { places: [place('1'.repeat(56)), place('9'.repeat(55))], last: place('1'.repeat(56)) },
  ])('the latest position never falls: after $places it is $last', async ({ places, last }) => {
    const quarantine = await fresh()
    for (const position of places) await quarantine.setAside({ ...first, position })
    expect((await stored(quarantine)).lastPosition).toEqual(last)
  })

  test.each<{ status: string; actions: QuarantineAction[]; again?: ReturnType<typeof place> }>([
    { status: 'waiting', actions: [] },
    { status: 'waiting', actions: [begun()] },
    { status: 'replayed', actions: [begun(), replayed()] },
    { status: 'discarded', actions: [discarded] },
    { status: 'replayed', actions: [begun(), replayed()], again: place('9') },
    { status: 'replayed', actions: [begun(), replayed()], again: place('49', 7) },
    { status: 'waiting', actions: [begun(), replayed()], again: place('50') },
    { status: 'waiting', actions: [begun(), replayed()], again: place('100') },
    { status: 'replayed', actions: [begun(anEntry({ amountMinor: 7n })), replayed()], again: place('100') },
    { status: 'replayed', actions: [begun(), replayed(), begun(), replayed(place('101'))], again: place('100') },
    { status: 'discarded', actions: [discarded], again: place('100') },
  ])(
    'an item is $status after $actions.length actions when it is set aside again at $again',
    async ({ status, actions, again }) => {
      // In either order: the processor may be quicker than the note of the replay.
      for (const isQuick of [false, true]) {
        const quarantine = await fresh()
        await quarantine.setAside(first)
        if (again !== undefined && isQuick) await quarantine.setAside({ ...first, position: again })
        await noteAll(quarantine, actions)
        if (again !== undefined && !isQuick) await quarantine.setAside({ ...first, position: again })
        expect(quarantineState(await stored(quarantine)).status).toBe(status)
        for (const wanted of ['waiting', 'replayed', 'discarded'] as const) {
          const found = await everything(quarantine, { status: wanted, merchantId: merchantId('m1') })
          expect(found, wanted).toHaveLength(wanted === status ? 1 : 0)
          expect(await everything(quarantine, { status: wanted })).toEqual(found)
        }
      }
    },
  )

  test('the largest possible history of an item fits in it', async () => {
    const quarantine = await fresh()
    const longest = anEntry({
      description: '\u0001'.repeat(200),
      category: '\u0001'.repeat(64),
      reference: '\u0001'.repeat(100),
      metadata: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`\u0001`.repeat(38) + index, '\u0001'.repeat(200)]),
      ),
    })
    const item = aSetAside({ entry: longest, raw: noise(300_001), position: place('9') })
    await quarantine.setAside(item)
    const replays = Array.from({ length: MAX_REPLAYS }, () => [begun(longest), replayed()]).flat()
    const corrected = begun({ ...longest, entryId: entryId('e1-b') })
    await noteAll(quarantine, [...replays, corrected, replayed()], item)
    expect((await stored(quarantine, item)).actions).toHaveLength(2 * MAX_REPLAYS + 2)
  })
})

describe('the quarantine on DynamoDB', () => {
  test('an item that a crash cut short cannot be found, and the next try completes it', async () => {
    const table = await freshTable('quarantine')
    const dying = documentClient()
    let putsLeft = 2
    dying.middlewareStack.add((next) => async (args) => {
      if (putsLeft === 0) throw new Error('crash')
      putsLeft -= 1
      return next(args)
    })
    const unreadable = anUnreadable({ raw: noise(800_000) })
    await expect(dynamoQuarantine(dying, table).setAside(unreadable)).rejects.toThrow('crash')

    const quarantine = dynamoQuarantine(dynamodb, table)
    expect(await everything(quarantine)).toEqual([])
    await quarantine.setAside(unreadable)
    expect((await everything(quarantine)).map(legible)).toEqual([legible(waiting(unreadable))])
  })

  test('a query for one id reads no raw bytes, for any number of items', async () => {
    const table = await freshTable('quarantine')
    await dynamoQuarantine(dynamodb, table).setAside(aSetAside({ raw: noise(700_000) }))
    const client = documentClient()
    const answers: unknown[] = []
    client.middlewareStack.add((next) => async (args) => {
      const answer = await next(args)
      answers.push(answer.output)
      return answer
    })
    await dynamoQuarantine(client, table).ofEntry(aBookId(), entryId('e1'), 10)
    expect(answers).toMatchObject([{ Items: [expect.not.objectContaining({ raw: expect.anything() as object })] }])
  })

  describe('the action of an operator', () => {
    /** The item as it is stored, with these actions. */
    const storedWith = async (actions: readonly object[]) => {
      const table = await freshTable('quarantine')
      const quarantine = dynamoQuarantine(dynamodb, table)
      await quarantine.setAside(aSetAside())
      const Key = quarantineKey(aSetAside())
      const itemOf = async () => (await dynamodb.send(new GetCommand({ TableName: table, Key }))).Item
      const Item = { ...(await itemOf()), actions, actionCount: actions.length }
      await dynamodb.send(new PutCommand({ TableName: table, Item }))
      return { quarantine, key: Key, actionsNow: async () => (await itemOf())?.['actions'] as unknown }
    }
    const [begun, replayed] = [
      { action: 'replay-begun', by: 'ana', atMs: 1 },
      { action: 'replayed', by: 'unknown', atMs: 2, position: { shardId: 's', sequenceNumber: '7', index: 0 } },
    ]
    const discarded = { action: 'discarded', reason: 'test', by: 'ben', from: '2001:db8::7', atMs: 3 } as const

    test('stored by a former version, without its place, is read as of an unknown place and stays as it was', async () => {
      const { quarantine, key, actionsNow } = await storedWith([begun, replayed])
      const item = await quarantine.find(key)
      expect(item?.actions).toEqual([
        { ...begun, from: 'unknown', entry: anEntry() },
        { ...replayed, from: 'unknown' },
      ])
      expect(await quarantine.note(item as Quarantined, discarded)).toBe('noted')
      expect(await actionsNow()).toEqual([begun, replayed, discarded])
    })
  })

  describe('an item in an unknown format', () => {
    test.each([
      { stored: 'in a newer format', change: { format: 3 }, says: 'is stored in format 3, and only 2 is known here' },
      { stored: 'in no format', change: { format: undefined }, says: 'is stored in format undefined' },
      {
        stored: 'with an invalid entry',
        change: { entry: '{"no":"entry"}' },
        says: 'holds a line that is not an entry',
      },
    ])('is refused by name, and hides no other: $stored', async ({ change, says }) => {
      const table = await freshTable('quarantine')
      const quarantine = dynamoQuarantine(dynamodb, table)
      const [other, strange] = ['e0', 'e1'].map((id) => aSetAside({ entry: anEntry({ entryId: entryId(id) }) }))
      for (const item of [other!, strange!]) await quarantine.setAside(item)
      const key = quarantineKey(strange!)
      const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: key }))
      await dynamodb.send(new PutCommand({ TableName: table, Item: { ...Item, ...change } }))

      await expect(quarantine.find(key)).rejects.toThrow(says)
      const { subject: _entry, ...rest } = waiting(strange!)
      const shown = { ...rest, key, subject: 'unreadable', detail: expect.stringContaining(says) as string }
      const { raw: _raw, ...outline } = shown
      expect(await quarantine.ofEntry(aBookId(), entryId('e1'), 10)).toEqual([outline])
      expect(await everything(quarantine, { merchantId: merchantId('m1') })).toEqual([waiting(other!), shown])
      expect(new Set((await everything(quarantine)).map((item) => quarantineKey(item).item))).toEqual(
        new Set([other!, strange!].map((item) => quarantineKey(item).item)),
      )
    })
  })

  test('an error that may heal is thrown', async () => {
    const quarantine = dynamoQuarantine(dynamodb, 'no-such-table')
    await expect(quarantine.setAside(aSetAside())).rejects.toThrow()
    await expect(quarantine.list({}, { limit: 1 })).rejects.toThrow()
    await expect(quarantine.ofEntry(aBookId(), entryId('e1'), 10)).rejects.toThrow()
  })
})

const anUnreadable = (given: Partial<SetAside> = {}): SetAside =>
  aSetAside({ subject: 'unreadable', reason: 'undecodable-record', raw: utf8('garbage'), ...given })

const waiting = (item: SetAside): Quarantined => ({ ...item, lastPosition: item.position, actions: [] })

const outlineOf = ({ raw: _, ...outline }: Quarantined) => outline

/** Megabytes are compared by their hash: `expect` would look at them one by one. */
const legible = (item: Quarantined) => ({ ...item, raw: `${item.raw.length} bytes ${hash('sha256', item.raw)}` })

/** Bytes of which no two parts are alike. */
const noise = (bytes: number): Uint8Array => {
  const all = new Uint8Array(bytes)
  // The same by Uint8Array.from takes thirty times as long, a third of the time of this file.
  for (let at = 0; at < bytes; at += 1) all[at] = (at * 31 + (at >> 8)) % 251
  return all
}

const nameOf = ({ subject, position }: Quarantined): string =>
  subject === 'unreadable' ? position.sequenceNumber : `${subject.businessDay} ${subject.entryId}`

const everything = async (quarantine: Quarantine, filter: QuarantineFilter = {}): Promise<Quarantined[]> =>
  (await allPages(quarantine, filter, 500)).flat()

const allPages = async (
  quarantine: Quarantine,
  filter: QuarantineFilter,
  limit: number,
): Promise<(readonly Quarantined[])[]> => {
  const pages: (readonly Quarantined[])[] = []
  let after: string | undefined
  do {
    const page = await quarantine.list(filter, { limit, ...(after !== undefined && { after }) })
    pages.push(page.items)
    after = page.next
  } while (after !== undefined && pages.length < 100)
  return pages
}
