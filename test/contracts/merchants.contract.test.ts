import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { UnknownFormat, type Merchants } from '#ledger/ports'
import { savedMerchant } from '#wire/archive/merchant'
import { AWKWARD_TEXTS } from '../awkward-texts.ts'
import { aMerchant, aRule, day, merchantId } from '../builders.ts'
import { allMerchants, dynamodb, freshTable } from './adapters.ts'
import { allIds, AWKWARD_IDS, BEGINNINGS } from './beginnings.ts'

describe.each(allMerchants)('merchants: $name', ({ fresh }) => {
  test('a merchant is not found before it is saved', async () => {
    const merchants = await fresh()
    expect(await merchants.find(merchantId('m1'))).toBeUndefined()
    expect(await merchants.list({ limit: 10 })).toEqual({ items: [] })
  })

  test('a merchant comes back whole, with all the rules of its calendar', async () => {
    const merchants = await fresh()
    const merchant = aMerchant({
      name: 'Café São João ☕',
      calendar: [aRule(), aRule({ from: day('2026-12-01'), timeZone: 'America/Manaus', dayStartsAt: '05:30' })],
      lateEntries: 'restate',
    })
    expect(await merchants.save(merchant)).toBe('saved')
    expect(await merchants.find(merchant.merchantId)).toEqual(merchant)
    expect(await merchants.list({ limit: 10 })).toEqual({ items: [merchant] })
  })

  test('a merchant comes back with who saved it, from where and when', async () => {
    const merchants = await fresh()
    const first = aMerchant({ savedBy: { by: 'ana', from: '203.0.113.7', atMs: 1 } })
    const second = aMerchant({ revision: 2, savedBy: { by: 'os:ben', from: 'desk-7', atMs: 1_795_177_801_123 } })
    for (const merchant of [first, second]) {
      expect(await merchants.save(merchant)).toBe('saved')
      expect(await merchants.find(merchant.merchantId)).toEqual(merchant)
    }
  })

  test.each(AWKWARD_TEXTS.filter(({ text }) => text !== ''))('a name comes back as it was: $what', async ({ text }) => {
    const merchants = await fresh()
    const merchant = aMerchant({ name: text })
    await merchants.save(merchant)
    expect(await merchants.find(merchant.merchantId)).toEqual(merchant)
  })

  test.each([
    { stored: 0, saving: 1, answer: 'saved' },
    { stored: 1, saving: 2, answer: 'saved' },
    { stored: 0, saving: 2, answer: 'moved' },
    { stored: 1, saving: 1, answer: 'moved' },
    { stored: 2, saving: 2, answer: 'moved' },
    { stored: 1, saving: 3, answer: 'moved' },
  ])('with revision $stored stored, saving revision $saving says $answer', async ({ stored, saving, answer }) => {
    const merchants = await fresh()
    for (let revision = 1; revision <= stored; revision += 1) await merchants.save(aMerchant({ revision }))

    expect(await merchants.save(aMerchant({ revision: saving, name: 'New Name' }))).toBe(answer)

    const now = answer === 'saved' ? aMerchant({ revision: saving, name: 'New Name' }) : aMerchant({ revision: stored })
    expect(await merchants.find(merchantId('m1'))).toEqual(now.revision === 0 ? undefined : now)
  })

  test('of twenty changes to one revision at the same time exactly one is saved and read back', async () => {
    const merchants = await fresh()
    await merchants.save(aMerchant())
    const changes = Array.from({ length: 20 }, (_, index) => aMerchant({ revision: 2, name: `Name ${index}` }))
    const answers = await Promise.all(changes.map((merchant) => merchants.save(merchant)))
    expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1)
    expect(await merchants.find(merchantId('m1'))).toEqual(changes[answers.indexOf('saved')])
  })

  test.each([
    { registered: 1, limit: 3, pages: [1] },
    { registered: 6, limit: 3, pages: [3, 3] },
    { registered: 7, limit: 3, pages: [3, 3, 1] },
    { registered: 7, limit: 500, pages: [7] },
  ])('$registered merchants come in pages of $pages', async ({ registered, limit, pages }) => {
    const merchants = await fresh()
    const ids = Array.from({ length: registered }, (_, index) => merchantId(`shop-${index}`))
    for (const merchantId of ids) await merchants.save(aMerchant({ merchantId }))

    const read = await allPages(merchants, limit)

    expect(read.map((page) => page.length)).toEqual(pages)
    expect(new Set(read.flat())).toEqual(new Set(ids))
  })

  test.each(BEGINNINGS)(
    'the ids that begin with "$beginning" come in their order: $ids',
    async ({ beginning, ids }) => {
      const merchants = await fresh()
      for (const id of AWKWARD_IDS) await merchants.save(aMerchant({ merchantId: merchantId(id) }))
      for (const limit of [1, 2, 3, 500]) {
        expect((await allIds(merchants.idsBeginning, beginning, limit)).flat(), `by ${limit}`).toEqual(ids)
      }
    },
  )

  test('a change leaves a merchant among the ids, once', async () => {
    const merchants = await fresh()
    await merchants.save(aMerchant())
    await merchants.save(aMerchant({ revision: 2 }))
    expect(await merchants.idsBeginning('', { limit: 10 })).toEqual({ items: ['m1'] })
  })

  test('the ids go on after an id that is not registered', async () => {
    const merchants = await fresh()
    for (const id of ['a1', 'a3']) await merchants.save(aMerchant({ merchantId: merchantId(id) }))
    expect(await merchants.idsBeginning('a', { limit: 10, after: 'a2' })).toEqual({ items: ['a3'] })
  })
})

describe('merchants on DynamoDB', () => {
  test('of one zone share its record in memory', async () => {
    const merchants = (await allMerchants.find(({ name }) => name === 'DynamoDB')?.fresh()) as Merchants
    for (const id of ['a', 'b']) await merchants.save(aMerchant({ merchantId: merchantId(id) }))
    const { items } = await merchants.list({ limit: 2 })
    const [a, b] = items.map(({ calendar }) => calendar[0].zone)
    expect(a).toBe(b)
    expect((await merchants.find(merchantId('a')))?.calendar[0].zone).toBe(a)
  })

  test('in an unknown format stand among the items with their reason, and hide no other', async () => {
    const table = await freshTable('merchants')
    const merchants = dynamoMerchants(dynamodb, table)
    for (const id of ['a', 'b', 'c']) await merchants.save(aMerchant({ merchantId: merchantId(id) }))
    const item = { ...savedMerchant(aMerchant({ merchantId: merchantId('b') })), format: 9 }
    await dynamodb.send(new PutCommand({ TableName: table, Item: item }))
    const { items } = await merchants.items({ limit: 10 })
    expect(Object.fromEntries(items.map(({ merchantId: id, merchant }) => [id, merchant]))).toMatchObject({
      a: { ok: true, value: { merchantId: 'a' } },
      b: { ok: false, error: 'a merchant in format 9; only the formats 1 and 2 are known here' },
      c: { ok: true },
    })
    await expect(merchants.list({ limit: 10 })).rejects.toThrow('The register cannot be read at b: ')
  })

  test('in an unknown format are refused by the name of the format', async () => {
    const item = { ...savedMerchant(aMerchant()), format: 3 }
    const answers = { send: () => Promise.resolve({ Item: item }) } as unknown as DynamoDBDocumentClient
    const found = dynamoMerchants(answers, 'merchants').find(merchantId('m1'))
    await expect(found).rejects.toThrow(
      'The register cannot be read at m1: a merchant in format 3; only the formats 1 and 2 are known here.',
    )
    await expect(found).rejects.toBeInstanceOf(UnknownFormat)
  })
})

test('merchants on DynamoDB throw an error that may heal', async () => {
  const merchants = dynamoMerchants(dynamodb, 'no-such-table')
  await expect(merchants.find(merchantId('m1'))).rejects.toThrow()
  await expect(merchants.save(aMerchant())).rejects.toThrow()
  await expect(merchants.list({ limit: 1 })).rejects.toThrow()
})

const allPages = async (merchants: Merchants, limit: number): Promise<string[][]> => {
  const pages: string[][] = []
  let after: string | undefined
  do {
    const page = await merchants.list({ limit, ...(after !== undefined && { after }) })
    pages.push(page.items.map(({ merchantId }) => merchantId))
    after = page.next
  } while (after !== undefined && pages.length < 100)
  return pages
}
