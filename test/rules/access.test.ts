import { describe, expect, test } from 'vitest'
import { grantedMerchants, parseMerchantPattern, parseSubject, type MerchantPattern } from '#ledger/access'
import { coversScope } from '#ledger/quarantine'
import { merchantId } from '#test/builders'

const patterns = (...texts: string[]) => texts.map((text) => text as MerchantPattern)

describe('a grant', () => {
  test.each([
    { granted: [], id: 'acme', covered: false },
    { granted: ['acme'], id: 'acme', covered: true },
    { granted: ['acme'], id: 'acme-1', covered: false },
    { granted: ['acme'], id: 'acm', covered: false },
    { granted: ['acme'], id: 'ACME', covered: false },
    { granted: ['acme-*'], id: 'acme-1', covered: true },
    { granted: ['acme-*'], id: 'acme-', covered: true },
    { granted: ['acme-*'], id: 'acme', covered: false },
    { granted: ['acme-*'], id: 'acmex-1', covered: false },
    { granted: ['acme-*'], id: 'my-acme-1', covered: false },
    { granted: ['a', 'b', 'shop-*'], id: 'shop-9', covered: true },
    { granted: ['.*'], id: '.x', covered: true },
    { granted: ['.*'], id: 'x', covered: false },
    { granted: ['*'], id: 'anything', covered: true },
  ])('of $granted covers the merchant "$id": $covered', ({ granted, id, covered }) => {
    expect(grantedMerchants(patterns(...granted)).covers(merchantId(id))).toBe(covered)
  })

  test.each([
    { granted: ['*'], all: true },
    { granted: ['acme', '*'], all: true },
    { granted: ['acme-*'], all: false },
    { granted: [], all: false },
  ])('of $granted covers every merchant: $all', ({ granted, all }) => {
    expect(grantedMerchants(patterns(...granted)).coversAll).toBe(all)
  })
})

test.each([
  { text: 'acme', ok: true },
  { text: 'acme-*', ok: true },
  { text: '*', ok: true },
  { text: `${'a'.repeat(63)}*`, ok: true },
  { text: `${'a'.repeat(64)}*`, ok: false },
  { text: '', ok: false },
  { text: '**', ok: false },
  { text: 'a*b', ok: false },
  { text: '*-acme', ok: false },
  { text: 'a b', ok: false },
  { text: '~system', ok: false },
])('"$text" is a pattern of merchants: $ok', ({ text, ok }) => {
  expect(parseMerchantPattern(text).ok).toBe(ok)
})

test.each([
  { text: 'till-7', ok: true },
  { text: '0f8fad5b-d9cb-469f-a165-70867728950e', ok: true },
  { text: 'x'.repeat(255), ok: true },
  { text: 'x'.repeat(256), ok: false },
  { text: '', ok: false },
  { text: 'a b', ok: false },
  { text: 'line\nbreak', ok: false },
  { text: 'josé', ok: false },
])('"$text" is the name of a client or person: $ok', ({ text, ok }) => {
  expect(parseSubject(text).ok).toBe(ok)
})

test.each([
  { granted: ['*'], scope: 'acme', covered: true },
  { granted: ['acme'], scope: 'acme', covered: true },
  { granted: ['acme'], scope: 'other', covered: false },
  { granted: [], scope: 'acme', covered: false },
  // What cannot be read may be of any merchant. "#" stands in no merchant's id, and before the shard of such an item.
  { granted: ['*'], scope: '#shardId-000000000000', covered: true },
  { granted: ['acme', 'b*'], scope: '#shardId-000000000000', covered: false },
  { granted: [], scope: '#shardId-000000000000', covered: false },
])('a grant of $granted covers items of quarantine under "$scope": $covered', ({ granted, scope, covered }) => {
  expect(coversScope(grantedMerchants(patterns(...granted)), scope)).toBe(covered)
})
