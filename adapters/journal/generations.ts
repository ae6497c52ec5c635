/**
 * The one place where readers follow a book from a superseded chain to the chain that counts. Both stores of segments use it.
 *
 * A book that was never mended costs nothing more: its reads find neither a front nor a back.
 */
import { frontOf, generationOf, isFront, Superseded } from '#ledger/generation'
import { bookKey, type BookId } from '#ledger/identifiers'
import { UnreadableSegment, type Generations, type Journal, type SegmentEnd } from '#ledger/ports'
import { isOfBrokenChain, type Generation, type SealedSegment, type SegmentNumber } from '#ledger/segment'
import { parseMark } from '#wire/journal/mark'

/** The chains as they are stored, each by itself. */
export type StoredChains = {
  /** The first `limit` segments of a generation from this number on, or all of them, in order. */
  from(book: BookId, number: SegmentNumber, limit?: number): Promise<readonly StoredSegment[]>
  /** The segment with the highest number of a generation, without its entries. */
  last(book: BookId, generation: Generation): Promise<SegmentEnd | undefined>
}

/**
 * A segment of which only the number and the mark were looked at. In a superseded chain, others may be unreadable, and no
 * reader is to meet them. `open` throws when it is unreadable itself.
 */
type StoredSegment = {
  readonly number: SegmentNumber
  readonly mark: string | undefined
  readonly open: () => SealedSegment
}

/** One text for each chain. "#" stands neither in a merchant's id nor in a day, so no other book has this key. */
export const chainKey = (book: BookId, generation: Generation): string =>
  generation === 0 ? bookKey(book) : `${bookKey(book)}#${generation}`

/** The readers of the chains that count. */
export const followingChains = (chains: StoredChains): Pick<Journal, 'read' | 'end'> => ({
  async read(book, after, limit) {
    for (let before = after; ;) {
      const found = await chains.from(book, isFront(before) ? before : before + 1, limit)
      const [first] = found
      const last = found.at(-1)
      if (first === undefined || last === undefined) return []
      if (isFront(first.number)) before = frontOf(supersedingOf(book, first) ?? refuseFront(book, first))
      else {
        // The reader has segments of the chain from before it was superseded.
        const by = supersedingOf(book, last)
        if (by !== undefined) throw new Superseded(book, by)
        return found.map((stored) => stored.open())
      }
    }
  },

  async end(book) {
    for (let generation = 0; ;) {
      const last = await chains.last(book, generation)
      const next = last && supersedingOf(book, { number: last.number, mark: last.mark })
      if (next === undefined) return last
      generation = next
    }
  },
})

/** The chains that a person looks at, as they were before they were superseded. */
export const eachGeneration =
  (chains: StoredChains): Generations =>
  (generation) => {
    const read: Journal['read'] = async (book, after, limit) => {
      const found = await chains.from(book, Math.max(after, frontOf(generation)) + 1, limit)
      const end = found.findIndex((stored) => supersedingOf(book, stored) !== undefined)
      return found.slice(0, end === -1 ? undefined : end).map((stored) => stored.open())
    }
    return { read, end: async (book) => (await read(book, frontOf(generation))).at(-1) }
  }

/** The generation that supersedes the chain of this segment; undefined when the segment says nothing of it. */
const supersedingOf = (
  book: BookId,
  { number, mark: text }: Pick<StoredSegment, 'number' | 'mark'>,
): Generation | undefined => {
  // Nearly no segment has a mark.
  if (text === undefined) return undefined
  const mark = markIn(text)
  if (mark?.kind !== 'superseding') return undefined
  if (mark.generation <= generationOf(number))
    throw new UnreadableSegment(book, number, `generation ${mark.generation} cannot supersede its own`)
  return mark.generation
}

/** Whether a segment with this mark may stand anywhere in a chain. */
export const standsAnywhere = (text: string | undefined): boolean => text !== undefined && isOfBrokenChain(markIn(text))

/** A mark that cannot be read is for the reader of the segment to refuse. */
const markIn = (text: string) => {
  try {
    return parseMark(text)
  } catch {
    return undefined
  }
}

const refuseFront = (book: BookId, { number }: StoredSegment): never => {
  throw new UnreadableSegment(book, number, 'it stands before the first segment and supersedes nothing')
}
