import type { ContentHash } from './entry.ts'
import type { EntryId } from './identifiers.ts'
import type { HashedEntry } from './segment.ts'

/**
 * The ids of a book in journal order, shared by every state of that book.
 *
 * A chain never forks, because each segment's number is taken once; so the states of a book differ only in how far they
 * have read. Each state therefore remembers a length and shares this one list, which only ever grows: what a state sees
 * never changes under it, and reading a segment copies nothing.
 */
export class SeenIds {
  readonly #place = new Map<EntryId, number>()
  readonly #contents: ContentHash[] = []

  /** The content that stands under an id among the first `length`. */
  find(entryId: EntryId, length: number): ContentHash | undefined {
    const place = this.#place.get(entryId)
    return place !== undefined && place < length ? this.#contents[place] : undefined
  }

  /** Sees to it that `entries` stand after the first `length`; another state of the same book may have done so before. */
  extend(length: number, entries: readonly HashedEntry[]): void {
    for (const [offset, { entry, contentHash }] of entries.entries()) {
      const place = length + offset
      const known = this.#place.get(entry.entryId)
      if (known === undefined && place === this.#contents.length) {
        this.#place.set(entry.entryId, place)
        this.#contents.push(contentHash)
      } else if (known !== place || this.#contents[place] !== contentHash) {
        throw new Error(`broken chain: ${entry.entryId} cannot stand at place ${place} of its book`)
      }
    }
  }

  get length(): number {
    return this.#contents.length
  }
}
