import { frontOf, Superseded } from './generation.ts'
import type { BookId } from './identifiers.ts'
import { UnreadableSegment, type Journal } from './ports.ts'
import type { Generation, SealedSegment, SegmentNumber } from './segment.ts'

/** How many segments the first read takes, how many a later one takes at most, and how many reads are under way at once. */
type Pace = { readonly firstRead: number; readonly largestRead: number; readonly readsAtOnce: number }

/**
 * For readers that need every segment. A short chain is one read; a long one is read in several places at once. A full
 * segment has 350 KB, so what is read ahead stays below 4 × 16 × 350 KB = 22 MB.
 */
const READ_AHEAD: Pace = { firstRead: 16, largestRead: 16, readsAtOnce: 4 }

/**
 * For readers that may stop early. Two full segments hold more than a page does, and a segment of a quiet shop holds a
 * single entry: so the reads grow, up to 32 × 350 KB = 11 MB.
 */
const STEP_BY_STEP: Pace = { firstRead: 2, largestRead: 32, readsAtOnce: 1 }

/** The segments of a book that were there when it was asked for, in order. */
export const wholeChain = (journal: Pick<Journal, 'read' | 'end'>, book: BookId): AsyncGenerator<SealedSegment> =>
  readChain(journal, book, 0, READ_AHEAD, async () => (await journal.end(book))?.number ?? 0)

/** The segments of a book after one of them, in order, to the end that the chain has when it is reached. */
export const segmentsAfter = (
  journal: Pick<Journal, 'read'>,
  book: BookId,
  after: SegmentNumber,
): AsyncGenerator<SealedSegment> => readChain(journal, book, after, STEP_BY_STEP, async () => OPEN_END)

/**
 * Reads a book, and reads it again from the start whenever its chain is superseded meanwhile. A reader from the start that comes to
 * a chain that it knows to be superseded has not found the front of that.
 */
export const orAnew = async <T>(read: () => Promise<T>): Promise<T> => {
  for (let known: Generation = 0; ;) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof Superseded)) throw error
      const { book, by } = error
      // Each generation supersedes the ones before it once.
      if (by <= known) throw new UnreadableSegment(book, frontOf(by), 'no front of an earlier chain leads to it')
      known = by
    }
  }
}

/** Where the end is not known, a read that comes back short has found it. */
const OPEN_END = Infinity

async function* readChain(
  journal: Pick<Journal, 'read'>,
  book: BookId,
  after: SegmentNumber,
  { firstRead, largestRead, readsAtOnce }: Pace,
  findEnd: () => Promise<SegmentNumber>,
): AsyncGenerator<SealedSegment> {
  const first = await journal.read(book, after, firstRead)
  yield* first
  if (first.length < firstRead) return

  const end = await findEnd()
  // A chain that was mended begins with a higher number than the one that was asked for.
  let askedFor = first.at(-1)?.number ?? after
  const reads: { readonly limit: number; readonly segments: Promise<readonly SealedSegment[]> }[] = []
  for (let size = firstRead; ;) {
    while (reads.length < readsAtOnce && askedFor < end) {
      size = Math.min(2 * size, largestRead)
      const limit = Math.min(size, end - askedFor)
      const segments = journal.read(book, askedFor, limit)
      // When an earlier read fails, this one is never awaited; its failure is the earlier one's.
      segments.catch(() => {})
      reads.push({ limit, segments })
      askedFor += limit
    }
    const read = reads.shift()
    if (read === undefined) return
    const segments = await read.segments
    yield* segments
    if (end === OPEN_END && segments.length < read.limit) return
  }
}
