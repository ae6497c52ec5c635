/**
 * The ids of a book, as a worker remembers them. Only speed and memory explain this file: a Map from id to content hash
 * means the same.
 */
import type { Entry } from '../entry.ts'
import type { EntryId } from '../identifiers.ts'
import { BrokenChain, type SegmentNumber } from '../segment.ts'
import { contentFingerprint, idFingerprint } from './fingerprint.ts'

/**
 * What a book holds under an id: nothing; the same content; another one; or something whose content this worker has not
 * read yet, and where that stands.
 */
export type Standing = 'absent' | 'same' | 'different' | { readonly contentIn: SegmentNumber }

/**
 * The ids of a book in journal order, shared by every state of that book.
 *
 * A chain never forks, because each segment's number is taken once; so the states of a book differ only in how far they
 * have read. Each state therefore remembers a length and shares this one list, which only ever grows: what a state sees
 * never changes under it, and reading a segment copies nothing. An id that is not in the chain may never be added, for
 * nothing takes it out again.
 *
 * A book may hold a million ids, so the list is three arrays of numbers and not a Map of texts: 128 bits for each id, 63
 * for its content, and a table with open addressing to find an id by. Two ids, or two contents of one id, that agree in
 * so many bits do not occur, nor can they be made (see `fingerprint.ts`). Contents may be left out until one is asked
 * for, so that a cold book is ready when its ids are read.
 */
export class SeenIds {
  #count = 0
  /** Four numbers per id, in journal order. */
  #ids = new Uint32Array(4 * 8)
  /** Two numbers per id, the second of them 0 while the content is not known. */
  #contents = new Uint32Array(2 * 8)
  /** Where an id may be found: its place + 1, or 0 for none. At most half full. */
  #table = new Uint32Array(16)
  /** How many ids there are up to each segment, from the first on. */
  readonly #countUpTo: number[] = []
  /** The number before that of the first segment. */
  readonly #front: SegmentNumber

  constructor(front: SegmentNumber = 0) {
    this.#front = front
  }

  /** What stands under an entry's id among the first `length`. */
  look(entry: Entry, length: number): Standing {
    const place = this.#placeOf(fingerprintOf(entry.entryId))
    if (place === undefined || place >= length) return 'absent'
    if (this.#contents[2 * place + 1] === 0) return { contentIn: this.#segmentOf(place) }
    return this.#holds(place, contentOf(entry)) ? 'same' : 'different'
  }

  /**
   * Adds the entries of a segment, or their ids alone, after the first `length`. Another state of the same book may have
   * added them before, with or without their contents.
   */
  extend(segment: SegmentNumber, length: number, entries: readonly Entry[] | readonly EntryId[]): void {
    let place = length
    for (const seen of entries) {
      const entryId = typeof seen === 'string' ? seen : seen.entryId
      const id = fingerprintOf(entryId)
      const slot = this.#slotOf(id)
      const standing = this.#table[slot]
      if (standing === 0 && place === this.#count) this.#append(id, slot)
      else if (standing !== place + 1) {
        throw new BrokenChain(`broken chain: ${entryId} cannot stand at place ${place} of its book`, segment)
      }
      if (typeof seen !== 'string') this.#learn(segment, place, seen)
      place += 1
    }
    this.#countUpTo[segment - this.#front - 1] = place
  }

  /** How many ids stand before a segment that was read. */
  countBefore(segment: SegmentNumber): number {
    return this.#countUpTo[segment - this.#front - 2] ?? 0
  }

  /** The memory that it takes, in bytes. */
  get bytes(): number {
    return this.#ids.byteLength + this.#contents.byteLength + this.#table.byteLength + 8 * this.#countUpTo.length
  }

  #append(id: Uint32Array, freeSlot: number): void {
    const place = this.#count
    this.#count += 1
    this.#table[freeSlot] = place + 1
    // Word by word: `set` takes longer for so few.
    for (let word = 0; word < 4; word += 1) this.#ids[4 * place + word] = id[word] ?? 0
    if (4 * this.#count === this.#ids.length) this.#grow()
  }

  #learn(segment: SegmentNumber, place: number, entry: Entry): void {
    const content = contentOf(entry)
    if (this.#contents[2 * place + 1] !== 0 && !this.#holds(place, content)) {
      throw new BrokenChain(`broken chain: place ${place} of its book has two contents`, segment)
    }
    this.#contents[2 * place] = content[0] ?? 0
    this.#contents[2 * place + 1] = content[1] ?? 0
  }

  #holds(place: number, content: Uint32Array): boolean {
    return this.#contents[2 * place] === content[0] && this.#contents[2 * place + 1] === content[1]
  }

  #placeOf(id: Uint32Array): number | undefined {
    const found = this.#table[this.#slotOf(id)] ?? 0
    return found === 0 ? undefined : found - 1
  }

  /** The slot that holds an id, or the free one where it belongs. */
  #slotOf(id: Uint32Array): number {
    const mask = this.#table.length - 1
    const ids = this.#ids
    let slot = (id[0] ?? 0) & mask
    for (let found = this.#table[slot] ?? 0; found !== 0; found = this.#table[slot] ?? 0) {
      const at = 4 * (found - 1)
      if (ids[at] === id[0] && ids[at + 1] === id[1] && ids[at + 2] === id[2] && ids[at + 3] === id[3]) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    this.#ids = doubled(this.#ids)
    this.#contents = doubled(this.#contents)
    this.#table = new Uint32Array(2 * this.#table.length)
    for (let place = 0; place < this.#count; place += 1) {
      this.#table[this.#slotOf(this.#ids.subarray(4 * place, 4 * place + 4))] = place + 1
    }
  }

  #segmentOf(place: number): SegmentNumber {
    let [low, high] = [0, this.#countUpTo.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#countUpTo[middle] ?? 0) > place) high = middle
      else low = middle + 1
    }
    return this.#front + low + 1
  }
}

// One of each for all, because an array per look-up would cost more than the look-up; nothing keeps them beyond its call.
const idScratch = new Uint32Array(4)
const contentScratch = new Uint32Array(2)

const fingerprintOf = (entryId: EntryId): Uint32Array => {
  idFingerprint(entryId, idScratch)
  return idScratch
}

/** 63 bits: the last one is always set, so that a content that is known is never 0. */
const contentOf = (entry: Entry): Uint32Array => {
  contentFingerprint(entry, contentScratch)
  contentScratch[1] = (contentScratch[1] ?? 0) | 1
  return contentScratch
}

const doubled = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(2 * array.length)
  larger.set(array)
  return larger
}
