import { frontOf, generationOf } from '#ledger/generation'
import { SEGMENT_BYTES, type Journal } from '#ledger/ports'
import type { SealedSegment, SegmentNumber } from '#ledger/segment'
import { chainKey, followingChains, standsAnywhere, type StoredChains } from './generations.ts'

/** The chains by their keys, in the order of numbers. */
export type MemoryChains = Map<string, readonly SealedSegment[]>

export const memoryJournal = (chains: MemoryChains = new Map()): Journal => ({
  ...followingChains(memoryStored(chains)),
  async append(segment) {
    if (!isFree(chains, segment)) return 'taken'
    addSegment(chains, segment)
    return 'appended'
  },
})

export const memoryStored = (chains: MemoryChains): StoredChains => ({
  async from(book, number, limit) {
    const chain = chains.get(chainKey(book, generationOf(number))) ?? []
    const first = placeOf(chain, number)
    const found = chain.slice(first, limit === undefined ? undefined : first + limit)
    return found.map((segment) => ({ number: segment.number, mark: segment.mark, open: () => segment }))
  },
  async last(book, generation) {
    const last = chains.get(chainKey(book, generation))?.at(-1)
    if (last === undefined) return undefined
    const { entries: _entries, ...end } = last
    return end
  },
})

/** The place of a number in a chain, or that of the next higher one. */
const placeOf = (chain: readonly SealedSegment[], number: SegmentNumber): number => {
  let [low, high] = [0, chain.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((chain[middle]?.number ?? 0) < number) low = middle + 1
    else high = middle
  }
  return low
}

const chainOf = (chains: MemoryChains, { book, number }: SealedSegment) => {
  const key = chainKey(book, generationOf(number))
  return { key, chain: chains.get(key) ?? [] }
}

/** Whether the number of a segment is free in its book. Throws when the segment can never be stored. */
export const isFree = (chains: MemoryChains, segment: SealedSegment): boolean => {
  const { number, mark, view, entries } = segment
  const { key, chain } = chainOf(chains, segment)
  const bytes = view.length + entries.length
  if (bytes > SEGMENT_BYTES) throw new Error(`segment ${number} of ${key} has ${bytes} bytes, too many to store`)
  const place = placeOf(chain, number)
  if (chain[place]?.number === number) return false
  const before = chain[place - 1]?.number ?? frontOf(generationOf(number))
  // Only what supersedes a chain, or fills its gaps, may stand anywhere.
  if (!standsAnywhere(mark) && number !== before + 1) throw new Error(`segment ${number} would leave a gap in ${key}`)
  return true
}

/** Adds a segment whose number is free. */
export const addSegment = (chains: MemoryChains, segment: SealedSegment): void => {
  const { key, chain } = chainOf(chains, segment)
  chains.set(key, chain.toSpliced(placeOf(chain, segment.number), 0, segment))
}
