import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ok, refuse } from '#ledger/result'
import { furthestPositions } from '#ledger/positions'
import { parsePositionToken, positionsToken, positionToken } from '#wire/http/position-token'

const aPosition = { shardId: 'shardId-000000000000', sequenceNumber: '4965500000000000000000000000000001', index: 499 }
const part = (text: string, index = '.0') => `${Buffer.from(text).toString('base64url')}${index}`
const token = (text: string, index = '.0') => `2${part(text, index)}`
const tokenOf = (...texts: string[]) => `3${texts.map((text) => part(text)).join('.')}`
/** On so many shards, as Kinesis names them, with a number of 56 digits on each. */
const onShards = (count: number) =>
  Array.from({ length: count }, (_, shard) => ({
    shardId: `shardId-${String(shard).padStart(12, '0')}`,
    sequenceNumber: `49655${String(shard).padStart(51, '0')}`,
    index: shard,
  }))

test('a position token is one word that is safe in a URL, and its format does not change', () => {
  expect(positionToken(aPosition)).toBe(
    '2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NTUwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMQ.499',
  )
  expect(parsePositionToken(positionToken(aPosition))).toEqual(ok([aPosition]))
})

test('a token of positions on several shards has its own version, and its format does not change', () => {
  const positions = ['5', '17'].map((sequenceNumber, index) => ({ shardId: `s${index}`, sequenceNumber, index }))
  // base64url of "s0 5" and of "s1 17".
  expect(positionsToken(positions)).toBe('3czAgNQ.0.czEgMTc.1')
  expect(parsePositionToken('3czAgNQ.0.czEgMTc.1')).toEqual(ok(positions))
})

test('a position on one shard has one spelling, whether given alone or in a list', () => {
  expect(positionsToken([aPosition])).toBe(positionToken(aPosition))
})

test('a token of eight shards has less than a thousand characters, and a ninth shard does not fit', () => {
  const token = positionsToken(onShards(8))
  expect(token).toMatch(/^[A-Za-z0-9_.-]{1,999}$/)
  expect(parsePositionToken(token)).toEqual(ok(onShards(8)))
  expect(() => positionsToken(onShards(9))).toThrow('not 9')
  expect(() => positionsToken([])).toThrow('not 0')
})

test('every position, and every list of positions, comes back from its token', () => {
  const anyPosition = fc.record({
    shardId: fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/),
    sequenceNumber: fc.stringMatching(/^(?:0|[1-9]\d{0,128})$/),
    index: fc.integer({ min: 0, max: 999_999_999 }),
  })
  const anyPositions = fc.array(anyPosition, { minLength: 1, maxLength: 8 }).map(furthestPositions)
  fc.assert(
    fc.property(anyPosition, anyPositions, (position, positions) => {
      expect(positionToken(position)).toMatch(/^[A-Za-z0-9_.-]+$/)
      expect(parsePositionToken(positionToken(position))).toEqual(ok([position]))
      expect(positionsToken(positions)).toMatch(/^[A-Za-z0-9_.-]+$/)
      expect(parsePositionToken(positionsToken(positions))).toEqual(ok(positions))
    }),
  )
})

test.each([
  { given: 'nothing', text: '' },
  { given: 'a version alone', text: '2' },
  { given: 'a version from the future', text: `4${positionToken(aPosition).slice(1)}` },
  { given: 'the unencoded text', text: 'shardId-000000000000 5 0' },
  { given: 'characters outside the alphabet', text: `${positionToken(aPosition)}=` },
  { given: 'a missing index', text: token('shardId-000000000000 5', '') },
  { given: 'an index with a leading zero', text: token('shardId-000000000000 5', '.01') },
  { given: 'a negative index', text: token('shardId-000000000000 5', '.-1') },
  { given: 'a sequence number with leading zeros', text: token('shardId-000000000000 05') },
  { given: 'a sequence number that is not a number', text: token('shardId-000000000000 LATEST') },
  { given: 'more digits than Kinesis has', text: token(`shardId-000000000000 ${'9'.repeat(130)}`) },
  { given: 'a shard without a name', text: token(' 5') },
  { given: 'a line break at the end', text: token('shardId-000000000000 5\n') },
  // "ab 5" is "YWIgNQ"; its last character has four bits to spare, which are zero as we write it.
  { given: 'another spelling of the same bytes', text: '2YWIgNR.0' },
  { given: 'one shard in the version for several', text: `3${part('shardId-000000000000 5')}` },
  { given: 'the version of one shard with two', text: `2${part('a 5')}.${part('b 5')}` },
  { given: 'a shard twice', text: tokenOf('a 5', 'a 5') },
  { given: 'a shard twice, further on', text: tokenOf('a 5', 'a 6') },
  { given: 'shards in another order', text: tokenOf('b 5', 'a 5') },
  { given: 'a wrong shard among right ones', text: tokenOf('a 5', 'b 05') },
  { given: 'a missing index among several', text: `3${part('a 5')}.${part('b 5', '')}` },
  { given: 'a separator at the end', text: `${tokenOf('a 5', 'b 5')}.` },
  { given: 'nine shards', text: tokenOf(...Array.from({ length: 9 }, (_, shard) => `s${shard} 5`)) },
  { given: 'ten thousand shards', text: tokenOf(...Array.from({ length: 10_000 }, (_, shard) => `s${shard} 5`)) },
  { given: 'a megabyte', text: `2${'A'.repeat(1_000_000)}.0` },
])('a token is refused when it is $given', ({ text }) => {
  expect(parsePositionToken(text)).toEqual(refuse('not-a-position'))
})
