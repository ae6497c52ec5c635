import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isClientId } from '#ledger/identifiers'

describe('an id of a client', () => {
  test.each([
    { id: '' },
    { id: '.' },
    { id: '..' },
    { id: ' ' },
    { id: 'a b' },
    { id: 'a/b' },
    { id: 'é' },
    { id: '~a' },
    { id: 'a\n' },
    { id: '..\n' },
    { id: 'x'.repeat(65) },
    { id: `.${'x'.repeat(64)}` },
    { id: '.'.repeat(65) },
  ])('cannot be $id', ({ id }) => {
    expect(isClientId(id)).toBe(false)
  })

  test.each([
    'a',
    '-',
    '...',
    '.a',
    'a.',
    '..a',
    '.:',
    '._',
    '.-',
    'x'.repeat(64),
    `.${'x'.repeat(63)}`,
    '.'.repeat(64),
  ])('can be %s', (id) => {
    expect(isClientId(id)).toBe(true)
  })

  test('is any text of 1 to 64 characters of the alphabet that a URL keeps as a part of its path', () => {
    const fromAlphabet = fc.string({ unit: fc.constantFrom(...'.._:-aZ0'.split('')), maxLength: 66 })
    fc.assert(
      fc.property(fromAlphabet, (id) => {
        const { pathname } = new URL(`http://localhost/v1/merchants/${id}/days`)
        const isKept = pathname === `/v1/merchants/${id}/days`
        expect(isClientId(id)).toBe(id.length >= 1 && id.length <= 64 && isKept)
      }),
      { numRuns: 2_000 },
    )
  })
})
