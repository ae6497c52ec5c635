import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sealHash, sealText, type Seal, type SealHash } from '#ledger/seal'
import type { ChainHash } from '#ledger/segment'
import { day, merchantId } from '../builders.ts'

const seal: Seal = {
  merchantId: merchantId('corner-shop'),
  day: day('2026-11-20'),
  version: 2,
  totals: { creditsMinor: 2n ** 53n - 1n, debitsMinor: 250n, entryCount: 3 },
  chainHash: 'ab'.repeat(32) as ChainHash,
  digest: 'cd'.repeat(32),
  previous: 'ef'.repeat(32) as SealHash,
}

// RFC 8785: no spaces, names in the order of their characters, whole numbers as digits.
const TEXT =
  `{"chainHash":"${'ab'.repeat(32)}","credits":9007199254740991,"day":"2026-11-20","debits":250,` +
  `"digest":"${'cd'.repeat(32)}","entryCount":3,"merchantId":"corner-shop","previous":"${'ef'.repeat(32)}","version":2}`

test('a seal is written as canonical JSON, with its amounts as whole numbers', () => {
  expect(sealText(seal)).toBe(TEXT)
  const fields = Object.keys(JSON.parse(TEXT) as object)
  expect(fields).toEqual(fields.toSorted())
})

test('the first seal of a merchant names none before it', () => {
  const text = sealText({ ...seal, previous: null })
  expect(text).toBe(TEXT.replace(`"${'ef'.repeat(32)}"`, 'null'))
  expect(JSON.parse(text)).toMatchObject({ previous: null })
})

test('the hash of a seal is the SHA-256 of its text', () => {
  expect(sealHash(seal)).toBe(createHash('sha256').update(TEXT, 'utf8').digest('hex'))
})

test.each<Partial<Seal>>([
  { merchantId: merchantId('m2') },
  { day: day('2026-11-21') },
  { version: 3 },
  { totals: { ...seal.totals, creditsMinor: 1n } },
  { totals: { ...seal.totals, debitsMinor: 251n } },
  { totals: { ...seal.totals, entryCount: 4 } },
  { chainHash: 'ac'.repeat(32) as ChainHash },
  { digest: 'ce'.repeat(32) },
  { previous: null },
])('a seal with other %o has another hash', (given) => {
  expect(sealHash({ ...seal, ...given })).not.toBe(sealHash(seal))
})
