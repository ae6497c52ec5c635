/** The promises of `OpenDays`, on books in memory and on DynamoDB, whose index may be a moment behind. */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { eventually } from '#infra/local/retry'
import { dynamoHeads, dynamoOpenDays } from '#adapters/heads/dynamo-heads'
import type { MemoryBooks } from '#adapters/transactions/memory-books'
import { closeThrough, emptyHead, openDaysBefore, type Head } from '#ledger/head'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { allListed } from '#ledger/listed'
import type { OpenDays } from '#ledger/ports'
import { day, merchantId } from '../builders.ts'
import { allBooks, dynamodb, freshTable } from './adapters.ts'

const [thursday, friday, saturday] = ['2026-11-19', '2026-11-20', '2026-11-21'].map(day) as [
  BusinessDay,
  BusinessDay,
  BusinessDay,
]
const [m1, m2, m3] = ['m1', 'm2', 'm3'].map(merchantId) as [MerchantId, MerchantId, MerchantId]

const ids = async (openDays: OpenDays, through: BusinessDay): Promise<MerchantId[]> =>
  (await allListed((page) => openDays.since(through, page))).map(({ merchantId: id }) => id).toSorted()

/** Waits for an index that is a moment behind. */
const mustList = async (openDays: OpenDays, through: BusinessDay, expected: readonly MerchantId[]): Promise<void> => {
  const isListed = async () => (await ids(openDays, through)).join() === expected.join() || undefined
  await eventually(isListed, { timeoutMs: 5_000 }).catch(() => {})
  expect(await ids(openDays, through)).toEqual(expected)
}

const open = async ({ heads }: Pick<MemoryBooks, 'heads'>, of: MerchantId, ...days: BusinessDay[]): Promise<void> => {
  for (const one of days) await heads.open({ merchantId: of, day: one })
}

/** Closes the oldest open day in the head alone, which is all that the index sees. */
const closeOldest = async ({ heads, transactions }: MemoryBooks, of: MerchantId): Promise<void> => {
  const head = await heads.read(of)
  const [oldest] = openDaysBefore(head)
  const left: Head = { ...head, open: new Set([...head.open].filter((one) => one !== oldest)) }
  const after = oldest === undefined ? undefined : closeThrough(left, oldest)
  if (after?.ok !== true) throw new Error('nothing is open')
  expect(await transactions.commit([{ change: 'head', merchantId: of, head: after.value }])).toBe('committed')
}

describe.each(allBooks)('merchants with open days: $name', ({ fresh }) => {
  test('without open days there are none', async () => {
    expect(await ids((await fresh()).openDays, saturday)).toEqual([])
  })

  test('a merchant is listed from its oldest open day on', async () => {
    const books = await fresh()
    await open(books, m1, friday, saturday)
    await open(books, m2, saturday)
    await mustList(books.openDays, thursday, [])
    await mustList(books.openDays, friday, [m1])
    await mustList(books.openDays, saturday, [m1, m2])
  })

  test('a day that is opened after a later one becomes the oldest', async () => {
    const books = await fresh()
    await open(books, m1, saturday, thursday, friday)
    expect(await books.heads.read(m1)).toMatchObject({ open: new Set([thursday, friday, saturday]), revision: 3 })
    await mustList(books.openDays, thursday, [m1])
  })

  test('days of one merchant that are opened at the same time leave the earliest as the oldest', async () => {
    const books = await fresh()
    const all = Array.from({ length: 9 }, (_, index) => day(`2026-11-2${9 - index}`))
    await Promise.all([...all, thursday].map((one) => open(books, m1, one)))
    await mustList(books.openDays, thursday, [m1])
  })

  test('a merchant moves with its oldest day when that is closed, and leaves with its last', async () => {
    const books = await fresh()
    await open(books, m1, thursday, saturday)
    await closeOldest(books, m1)
    await mustList(books.openDays, friday, [])
    await mustList(books.openDays, saturday, [m1])
    await closeOldest(books, m1)
    await mustList(books.openDays, saturday, [])
    await open(books, m1, day('2026-11-22'))
    await mustList(books.openDays, day('2026-11-22'), [m1])
  })

  test('the pages together list every merchant once', async () => {
    const books = await fresh()
    const many = Array.from({ length: 40 }, (_, index) => merchantId(`m${index}`)).toSorted()
    for (const one of many) await open(books, one, friday)
    await mustList(books.openDays, friday, many)
    const found: MerchantId[] = []
    let after: string | undefined
    do {
      const page = await books.openDays.since(friday, { limit: 7, ...(after !== undefined && { after }) })
      expect(page.items.length).toBe(page.next === undefined ? 5 : 7)
      found.push(...page.items.map(({ merchantId: id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(found.toSorted()).toEqual(many)
  })

  test('a page goes on where the one before it ended, although all of that is closed', async () => {
    const books = await fresh()
    for (const one of [m1, m2, m3]) await open(books, one, friday)
    await mustList(books.openDays, friday, [m1, m2, m3])
    const first = await books.openDays.since(friday, { limit: 2 })
    for (const one of first.items) await closeOldest(books, one.merchantId)
    const last = await books.openDays.since(friday, { limit: 2, after: first.next ?? '' })
    expect(new Set([...first.items, ...last.items])).toEqual(
      new Set([m1, m2, m3].map((one) => ({ merchantId: one, oldestOpen: friday }))),
    )
  })
})

test.each([1, 2])('a head that was stored in format %i is in the index from its next day on', async (format) => {
  const table = await freshTable('days')
  const item = { merchantId: 'm1', day: 'head', format, rev: 1, open: new Set([friday]) }
  await dynamodb.send(new PutCommand({ TableName: table, Item: item }))
  const [heads, openDays] = [dynamoHeads(dynamodb, table), dynamoOpenDays(dynamodb, table)]
  await mustList(openDays, saturday, [])
  expect(await heads.open({ merchantId: m1, day: saturday })).toBe('open')
  expect(await heads.read(m1)).toEqual({ ...emptyHead, open: new Set([friday, saturday]), revision: 2 })
  await mustList(openDays, friday, [m1])
})

test('opening days in their order is one write each, and the index changes with the first alone', async () => {
  const table = await freshTable('days')
  const sent: string[] = []
  const watched = {
    send: async (command: object) => {
      sent.push(command.constructor.name)
      return await dynamodb.send(command as GetCommand)
    },
  } as typeof dynamodb
  const heads = dynamoHeads(watched, table)
  await open({ heads }, m1, thursday, friday)
  expect(sent).toEqual(['UpdateCommand', 'UpdateCommand'])
  const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: { merchantId: m1, day: 'head' } }))
  expect(Item).toMatchObject({ oldestOpen: thursday })
})
