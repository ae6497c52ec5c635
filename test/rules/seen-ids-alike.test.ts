/** Fingerprints that agree in part. Chance does not bring them about, so the tests give them. */
import { expect, test, vi } from 'vitest'
import { SeenIds } from '#ledger/memory/seen-ids'
import { anEntry, entryId } from '../builders.ts'

/** An id or a reference such as "1 2 3 4" stands for these numbers. */
vi.mock(import('#ledger/memory/fingerprint'), () => ({
  idFingerprint: (id, out) => out.set(id.split(' ').map(Number)),
  contentFingerprint: ({ reference = '' }, out) => out.set(reference.split(' ').map(Number)),
}))

const known = (id: string, reference = '1 1') => anEntry({ entryId: entryId(id), reference })

// The table has 16 places at first, so 1 and 17 lead to the same place.
test.each([
  { differ: 'first', other: '17 2 3 4' },
  { differ: 'second', other: '1 9 3 4' },
  { differ: 'third', other: '1 2 9 4' },
  { differ: 'last', other: '1 2 3 9' },
])('two ids whose fingerprints differ in the $differ number alone are two ids', ({ other }) => {
  const seen = new SeenIds()
  seen.extend(1, 0, [known('1 2 3 4')])
  expect(seen.look(known(other), 1)).toBe('absent')
  seen.extend(2, 1, [known(other)])
  expect([seen.look(known('1 2 3 4'), 2), seen.look(known(other), 2)]).toEqual(['same', 'same'])
})

test.each([
  { differ: 'first', content: '1 1', other: '9 1' },
  // Its last bit is always set.
  { differ: 'last', content: '1 1', other: '1 3' },
])('two contents whose fingerprints differ in the $differ number alone are two contents', ({ content, other }) => {
  const seen = new SeenIds()
  seen.extend(1, 0, [known('1 2 3 4', content)])
  expect(seen.look(known('1 2 3 4', other), 1)).toBe('different')
})
