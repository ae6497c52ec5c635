import { expect, test } from 'vitest'
import { SEGMENT_SIZES, segmentLength } from '#processors/journal/segment-sizes'
import type { PositionedEntry } from '#processors/journal/sort-records'
import { anEntry } from '../builders.ts'

const position = { shardId: 'shardId-000000000000', sequenceNumber: '1', index: 0 }
const lines = (...lengths: readonly number[]): PositionedEntry[] =>
  lengths.map((length) => ({ entry: anEntry(), position, raw: 'x'.repeat(length) }))

test.each([
  { what: 'one line, however long', lengths: [101], takes: 1 },
  { what: 'the first of two lines, of which each is too long', lengths: [101, 101], takes: 1 },
  { what: 'as many lines as have the most characters', lengths: [50, 50, 1], takes: 2 },
  { what: 'no line that goes one character beyond them', lengths: [50, 51, 1], takes: 1 },
  { what: 'all lines that are small together', lengths: [10, 10, 20], takes: 3 },
  { what: 'all but the lines of a tail, when all are larger', lengths: [10, 10, 16, 3, 2], takes: 3 },
  { what: 'all but those, counted from the end', lengths: [2, 3, 30, 6], takes: 4 },
  { what: 'one line before a tail that has room for all of them', lengths: [41, 5], takes: 1 },
])('a segment takes $what', ({ lengths, takes }) => {
  const sizes = { ...SEGMENT_SIZES, most: 100, small: 40, tail: 5 }
  expect(segmentLength(lines(...lengths), sizes)).toBe(takes)
})
