/** Reads a broken chain as far as it can be read: segment by segment, past those that are missing or cannot be read. */
import type { Entry } from '#ledger/entry'
import { frontOf, generationOf } from '#ledger/generation'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { Totals } from '#ledger/money'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import {
  NO_CHAIN,
  type ChainHash,
  type Generation,
  type Mark,
  type SealedSegment,
  type SegmentNumber,
} from '#ledger/segment'
import { markText } from '#wire/journal/mark'
import { openSegment } from '#wire/journal/segment'
import { messageOf } from '../own-fault.ts'

export type BrokenChainRead = {
  readonly generation: Generation
  /** The highest number in the chain. */
  readonly last: SegmentNumber
  /** What the last segment says of the chain; NO_CHAIN and undefined when it cannot be read. */
  readonly hash: ChainHash
  readonly shown: Totals | undefined
  /** The entries that count by the segments that can be read. */
  readonly counted: readonly Entry[]
  /** Those of them that came in time, and do not count by a restatement. */
  readonly inTime: readonly Entry[]
  /** Late entries of the day, each with the last segment that can be read and decides about it. */
  readonly decided: ReadonlyMap<EntryId, { readonly entry: Entry; readonly mark: Mark }>
  readonly unreadable: readonly { readonly number: SegmentNumber; readonly detail: string }[]
  /** The numbers up to `last` that no segment has: of each gap the first MOST_OF_A_GAP. */
  readonly missing: readonly SegmentNumber[]
}

type Chains = Pick<Journal, 'read' | 'end'>

/** The chain that counts now, up to `last`, which may be more than it has. */
export const readBrokenChain = async (journal: Chains, book: BookId, last: SegmentNumber): Promise<BrokenChainRead> => {
  const generation = generationOf(last)
  const counted: Entry[] = []
  const inTime: Entry[] = []
  const decided = new Map<EntryId, { readonly entry: Entry; readonly mark: Mark }>()
  const unreadable: { number: SegmentNumber; detail: string }[] = []
  const missing: SegmentNumber[] = []
  let [number, hash, shown]: [SegmentNumber, ChainHash, Totals | undefined] = [frontOf(generation), NO_CHAIN, undefined]
  for await (const part of pieces(journal, book, number, last)) {
    missing.push(...gapBetween(number, part.number))
    ;({ number } = part)
    if ('detail' in part) {
      unreadable.push(part)
      ;[hash, shown] = [NO_CHAIN, undefined]
      continue
    }
    // A run that stopped may have filled numbers.
    if (part.mark !== VOID) ({ hash, totals: shown } = part)
    try {
      const { mark, entries, passedOn } = openSegment(part).segment
      counted.push(...entries)
      const isDecision = mark !== undefined && !STAND_IN_OPEN_BOOKS.has(mark.kind)
      if (!isDecision) inTime.push(...entries)
      else for (const entry of [...entries, ...passedOn]) decided.set(entry.entryId, { entry, mark })
    } catch (error) {
      unreadable.push({ number, detail: messageOf(error) })
    }
  }
  missing.push(...gapBetween(number, last + 1))
  return { generation, last, hash, shown, counted, inTime, decided, unreadable, missing }
}

const VOID = markText({ kind: 'void' })

const STAND_IN_OPEN_BOOKS: ReadonlySet<Mark['kind']> = new Set(['closing', 'received'])

/** The first numbers between two segments. */
const gapBetween = (before: SegmentNumber, after: SegmentNumber): SegmentNumber[] =>
  Array.from({ length: Math.min(after - before - 1, MOST_OF_A_GAP) }, (_, index) => before + 1 + index)

/**
 * A worker appends behind the last segment that it knows. It stands within a gap only when segments are gone that it knows,
 * so a gap of more numbers than this is one of a segment that was renumbered, and its first number is enough.
 */
const MOST_OF_A_GAP = 1_000

type Unreadable = { readonly number: SegmentNumber; readonly detail: string }

async function* pieces(
  journal: Chains,
  book: BookId,
  front: SegmentNumber,
  last: SegmentNumber,
): AsyncGenerator<SealedSegment | Unreadable> {
  let after = front
  // The segments before one that cannot be read come one at a time, because a read that meets it brings none.
  let singlyUpTo = front
  while (after < last) {
    try {
      const read = await journal.read(book, after, after < singlyUpTo ? 1 : AT_ONCE)
      if (read.length === 0) return
      for (const sealed of read) {
        if (sealed.number > last) return
        yield sealed
        after = sealed.number
      }
    } catch (error) {
      if (!(error instanceof UnreadableSegment)) throw error
      const { segment: number, detail } = error
      if (after >= singlyUpTo && number > after + 1) singlyUpTo = number
      else {
        yield { number, detail }
        after = number
      }
    }
  }
}

const AT_ONCE = 16
