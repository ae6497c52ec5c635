import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { grantedMerchants } from '#ledger/access'
import { grantedIds } from '#query-api/granted-lists'
import { aGrant, aMerchant, merchantId } from '../builders.ts'

const collect = async (patterns: readonly string[], registered: readonly string[], limit: number, after?: string) => {
  const merchants = memoryMerchants(registered.map((id) => aMerchant({ merchantId: merchantId(id) })))
  const granted = grantedMerchants(aGrant('till', ...patterns).merchants)
  const ids: string[] = []
  const read: string[] = []
  const idsBeginning: typeof merchants.idsBeginning = async (beginning, page) => {
    const found = await merchants.idsBeginning(beginning, page)
    read.push(...found.items)
    return found
  }
  const page = { limit, ...(after !== undefined && { after }) }
  for await (const id of grantedIds(granted, idsBeginning, page)) ids.push(id)
  return { ids, read, granted }
}

test.each([
  { patterns: [], ids: [] },
  { patterns: ['m2', 'm1', 'm9'], ids: ['m1', 'm2', 'm9'] },
  { patterns: ['m1', 'm1'], ids: ['m1'] },
  { patterns: ['acme-1', 'acme-*'], ids: ['acme-1', 'acme-2'] },
  { patterns: ['acme-*', 'acme*', 'acme-1'], ids: ['acme', 'acme-1', 'acme-2', 'acmex-1'] },
  { patterns: ['acme-*', 'acme'], ids: ['acme', 'acme-1', 'acme-2'] },
  { patterns: ['*', 'm2'], ids: ['acme', 'acme-1', 'acme-2', 'acmex-1', 'm1', 'm2'] },
  { patterns: ['zebra-*', 'acmex-*', 'm*'], ids: ['acmex-1', 'm1', 'm2'] },
])('a grant of $patterns goes through $ids', async ({ patterns, ids }) => {
  const registered = ['m1', 'acme-2', 'acme', 'acmex-1', 'acme-1', 'm2']
  expect((await collect(patterns, registered, 2)).ids).toEqual(ids)
})

test('granted ids come in their order, each once, from any place on, and no other merchant is read', async () => {
  const id = fc.string({ unit: fc.constantFrom('a', 'b', '-', 'B'), minLength: 1, maxLength: 3 })
  const pattern = fc.oneof(
    id,
    fc.string({ unit: fc.constantFrom('a', 'b', '-', 'B'), maxLength: 2 }).map((beginning) => `${beginning}*`),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(pattern, { maxLength: 5 }),
      fc.uniqueArray(id, { maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.option(id, { nil: undefined }),
      async (patterns, registered, limit, after) => {
        const { ids, read, granted } = await collect(patterns, registered, limit, after)
        const { covers } = grantedMerchants(aGrant('till', ...patterns.filter((text) => text.endsWith('*'))).merchants)
        // An id that a beginning includes is no more than one of those that begin so.
        const named = patterns.filter((text) => !text.endsWith('*') && !covers(merchantId(text)))
        const covered = [...registered, ...named].filter((candidate) => granted.covers(merchantId(candidate)))
        const expected = [...new Set(covered)].filter((candidate) => after === undefined || candidate > after)
        expect(ids).toEqual(expected.toSorted((a, b) => (a < b ? -1 : 1)))
        expect(read.filter((foreign) => !granted.covers(merchantId(foreign)))).toEqual([])
      },
    ),
  )
})

test.each([
  { of: 'ids', end: '' },
  { of: 'beginnings', end: '*' },
])('a grant of 50,000 $of is gone through in one go', async ({ end }) => {
  // This takes minutes, in which no other request is answered, if each pattern is compared with each other one.
  const patterns = Array.from({ length: 50_000 }, (_, index) => `shop-${10_000 + index}${end}`)
  const { ids } = await collect(patterns, ['shop-59999', 'shop-10000'], 1_000, 'shop-59998')
  expect(ids).toEqual(['shop-59999'])
})
