import { bookKey } from '#ledger/identifiers'
import { SEGMENT_BYTES, type Journal } from '#ledger/ports'
import type { SealedSegment } from '#ledger/segment'

/** The chains by the keys of their books. */
export type MemoryChains = Map<string, readonly SealedSegment[]>

export const memoryJournal = (chains: MemoryChains = new Map()): Journal => ({
  async read(book, after, limit) {
    return chainOf(chains, bookKey(book)).slice(after, limit === undefined ? undefined : after + limit)
  },
  async end(book) {
    const last = chainOf(chains, bookKey(book)).at(-1)
    if (last === undefined) return undefined
    const { entries: _entries, ...end } = last
    return end
  },
  async append(segment) {
    if (!isFree(chains, segment)) return 'taken'
    addSegment(chains, segment)
    return 'appended'
  },
})

const chainOf = (chains: MemoryChains, key: string): readonly SealedSegment[] => chains.get(key) ?? []

/** Whether the number of a segment is free in its book. Throws when the segment can never be stored. */
export const isFree = (chains: MemoryChains, segment: SealedSegment): boolean => {
  const key = bookKey(segment.book)
  const bytes = segment.view.length + segment.entries.length
  if (bytes > SEGMENT_BYTES)
    throw new Error(`segment ${segment.number} of ${key} has ${bytes} bytes, too many to store`)
  const { length } = chainOf(chains, key)
  if (segment.number > length + 1) throw new Error(`segment ${segment.number} would leave a gap in ${key}`)
  return segment.number === length + 1
}

/** Adds a segment whose number is free. */
export const addSegment = (chains: MemoryChains, segment: SealedSegment): void => {
  const key = bookKey(segment.book)
  chains.set(key, [...chainOf(chains, key), segment])
}
