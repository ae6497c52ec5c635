import { bookKey } from '#ledger/identifiers'
import { SEGMENT_BYTES, type Journal } from '#ledger/ports'
import type { SealedSegment } from '#ledger/segment'

export const memoryJournal = (): Journal => {
  const chains = new Map<string, SealedSegment[]>()
  const chainOf = (key: string): readonly SealedSegment[] => chains.get(key) ?? []
  return {
    async read(book, after, limit) {
      return chainOf(bookKey(book)).slice(after, limit === undefined ? undefined : after + limit)
    },
    async end(book) {
      const last = chainOf(bookKey(book)).at(-1)
      if (last === undefined) return undefined
      const { entries: _entries, ...end } = last
      return end
    },
    async append(segment) {
      const key = bookKey(segment.book)
      const bytes = segment.view.length + segment.entries.length
      if (bytes > SEGMENT_BYTES)
        throw new Error(`segment ${segment.number} of ${key} has ${bytes} bytes, too many to store`)
      const chain = chains.get(key) ?? []
      if (segment.number <= chain.length) return 'taken'
      if (segment.number !== chain.length + 1) throw new Error(`segment ${segment.number} would leave a gap in ${key}`)
      chains.set(key, [...chain, segment])
      return 'appended'
    },
  }
}
