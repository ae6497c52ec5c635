import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ok, refuse } from '#ledger/result'
import { parsePositionToken, positionToken } from '#wire/position-token'

const aPosition = { shardId: 'shardId-000000000000', sequenceNumber: '4965500000000000000000000000000001', index: 499 }
const token = (text: string, index = '.0') => `2${Buffer.from(text).toString('base64url')}${index}`

test('a token is one word that is safe in a URL, the same for ever', () => {
  expect(positionToken(aPosition)).toBe(
    '2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NTUwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMQ.499',
  )
  expect(parsePositionToken(positionToken(aPosition))).toEqual(ok(aPosition))
})

test('every position comes back from its token', () => {
  const anyPosition = fc.record({
    shardId: fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/),
    sequenceNumber: fc.stringMatching(/^(?:0|[1-9]\d{0,128})$/),
    index: fc.integer({ min: 0, max: 999_999_999 }),
  })
  fc.assert(
    fc.property(anyPosition, (position) => {
      expect(positionToken(position)).toMatch(/^[A-Za-z0-9_.-]+$/)
      expect(parsePositionToken(positionToken(position))).toEqual(ok(position))
    }),
  )
})

test.each([
  { given: 'nothing', text: '' },
  { given: 'a version alone', text: '2' },
  { given: 'a version from the future', text: `3${positionToken(aPosition).slice(1)}` },
  { given: 'what stands inside', text: 'shardId-000000000000 5 0' },
  { given: 'characters outside the alphabet', text: `${positionToken(aPosition)}=` },
  { given: 'a missing index', text: token('shardId-000000000000 5', '') },
  { given: 'an index with a leading zero', text: token('shardId-000000000000 5', '.01') },
  { given: 'a negative index', text: token('shardId-000000000000 5', '.-1') },
  { given: 'a sequence number with leading zeros', text: token('shardId-000000000000 05') },
  { given: 'a sequence number that is none', text: token('shardId-000000000000 LATEST') },
  { given: 'more digits than Kinesis has', text: token(`shardId-000000000000 ${'9'.repeat(130)}`) },
  { given: 'a shard without a name', text: token(' 5') },
  { given: 'a line break at the end', text: token('shardId-000000000000 5\n') },
  { given: 'a megabyte', text: `2${'A'.repeat(1_000_000)}.0` },
])('$given is no position', ({ text }) => {
  expect(parsePositionToken(text)).toEqual(refuse('not-a-position'))
})
