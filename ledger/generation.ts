/**
 * The generations of a book. A chain that was altered is never overwritten: a good chain, of the next generation, stands
 * beside it and supersedes it. The number of a segment names its generation, so numbers rise across generations, and
 * a number that a reader remembers never means another segment later:
 *
 *     0                the front: it stands only in a superseded chain
 *     1, 2, 3 …        the segments of generation 0
 *     999,999,999      the back: it stands only in a superseded chain
 *     1,000,000,000    the front of generation 1, and so on
 *
 * The front and the back of a chain are put by the transaction that supersedes it, and so is its next segment. So a reader
 * from the start, a reader of the end and a writer each find out at their first read or write.
 */
import type { BookId } from './identifiers.ts'
import type { Generation, SegmentNumber } from './segment.ts'

const NUMBERS = 1_000_000_000

export const generationOf = (number: SegmentNumber): Generation => Math.floor(number / NUMBERS)

/** The number of the front, which is the one before the first segment. */
export const frontOf = (generation: Generation): SegmentNumber => generation * NUMBERS

/** The number of the back, which is the last that a chain can have. */
export const backOf = (generation: Generation): SegmentNumber => frontOf(generation + 1) - 1

export const isFront = (number: SegmentNumber): boolean => number % NUMBERS === 0

/** How many segments a chain has up to this one. */
export const placeInChain = (number: SegmentNumber): number => number - frontOf(generationOf(number))

/** The chain in which a reader looked was superseded. Reading again from the start finds the chain that counts now. */
export class Superseded extends Error {
  readonly book: BookId
  readonly by: Generation

  constructor(book: BookId, by: Generation) {
    const { merchantId, day } = book
    super(`The chain of the book ${merchantId} ${day} was superseded by generation ${by}; it has to be read again.`)
    this.book = book
    this.by = by
  }
}
