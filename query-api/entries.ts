/** The entries of a book, in journal order: page by page, or one by its id. */
import { setImmediate as otherRequests } from 'node:timers/promises'
import { contentHash, type Entry } from '#ledger/entry'
import { frontOf } from '#ledger/generation'
import type { BookId, BusinessDay, EntryId } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { movedTo, type ChainHash, type SealedSegment, type SegmentNumber } from '#ledger/segment'
import type { QuarantineOutline, QuarantineReason } from '#ledger/quarantine'
import { openSegment, outlineSegment } from '#wire/journal/segment'
import { segmentsAfter } from '#ledger/chain'
import { entriesOf } from './chain.ts'
import { supersededBy, unusable, type Store } from './store.ts'

/** Where an entry stands in its book: its segment, and its index in that segment. */
export type Place = { readonly segment: SegmentNumber; readonly index: number }

export const START_OF_BOOK: Place = { segment: 1, index: 0 }

export type EntriesPage = {
  readonly rows: readonly Row[]
  /** The place of the next entry; absent while there is none. */
  readonly next?: Place
}

/**
 * Up to `limit` entries of a book, from a place on. When the place is in a chain that was superseded, the whole chain that
 * counts now follows, so that no entry is missed.
 */
export const readEntries = async (
  journal: Store['journal'],
  book: BookId,
  page: { from: Place; limit: number },
): Promise<EntriesPage> => {
  const rows: Row[] = []
  try {
    return await fillPage(rows, journal, book, page)
  } catch (error) {
    const by = supersededBy(error)
    if (by === undefined) throw error
    return { rows, next: { segment: frontOf(by) + 1, index: 0 } }
  }
}

type Row = { readonly entry: Entry; readonly segment: SegmentNumber }

const fillPage = async (
  rows: Row[],
  journal: Store['journal'],
  book: BookId,
  { from, limit }: { from: Place; limit: number },
): Promise<EntriesPage> => {
  for await (const sealed of segmentsAfter(journal, book, from.segment - 1)) {
    const firstIndex = sealed.number === from.segment ? from.index : 0
    for (const [index, entry] of entriesOf(sealed).entries()) {
      if (index < firstIndex) continue
      if (rows.length === limit) return { rows, next: { segment: sealed.number, index } }
      rows.push({ entry, segment: sealed.number })
    }
  }
  return { rows }
}

export type FoundEntry = (
  | {
      readonly status: 'applied'
      readonly entry: Entry
      readonly segment: SegmentNumber
      /** The hash of the chain up to that segment. */
      readonly hash: ChainHash
    }
  | {
      readonly status: 'redirected'
      readonly entry: Entry
      /** The day in whose book it counts, because its own was closed. */
      readonly movedTo: BusinessDay
      /** Where its own book says so. */
      readonly segment: SegmentNumber
      readonly hash: ChainHash
    }
  | { readonly status: 'quarantined'; readonly entry: Entry; readonly reason: QuarantineReason }
) & {
  /** Other contents with the same id that were set aside, the earliest first; at most MAX_CONFLICTS. */
  readonly conflicts: readonly QuarantineOutline[]
}

// A till that reuses an id causes few conflicts. The quarantine lists all of them.
const MAX_CONFLICTS = 50

/**
 * What became of an id in a book: the entry that is counted, or else the first one that was set aside. An item that was
 * set aside with the same content as that entry is no conflict: it was counted later, or it waits although it is
 * counted.
 */
export const findEntry = async (
  { journal, quarantine }: Pick<Store, 'journal' | 'quarantine'>,
  book: BookId,
  entryId: EntryId,
): Promise<FoundEntry | undefined> => {
  const [counted, setAside] = await Promise.all([
    findCounted(journal, book, entryId),
    // One more than is shown, because one of them may be no conflict.
    quarantine.ofEntry(book, entryId, MAX_CONFLICTS + 1),
  ])
  const claims = setAside.toSorted((a, b) => a.setAsideAtMs - b.setAsideAtMs)
  const found = counted ?? firstSetAside(claims)
  if (found === undefined) {
    // To answer that there is no such entry would be wrong: what was set aside may be it.
    for (const { subject, detail } of claims) if (subject === 'unreadable') throw unusable(detail)
    return undefined
  }
  const content = contentHash(found.entry)
  const conflicts = claims.filter(({ subject }) => subject !== 'unreadable' && contentHash(subject) !== content)
  return { ...found, conflicts: conflicts.slice(0, MAX_CONFLICTS) }
}

const findCounted = async (journal: Store['journal'], book: BookId, entryId: EntryId) => {
  for await (const sealed of segmentsAfter(journal, book, 0)) {
    const found = outlineSegment(sealed).segment.entryIds.includes(entryId) ? becameIn(sealed, entryId) : undefined
    if (found !== undefined) return found
    // Reading only the ids of a full segment takes a millisecond, and a book may have hundreds of segments.
    await otherRequests()
  }
  return undefined
}

/** What became of an entry in a segment that holds it. One that was set aside there waits, or a later segment releases it. */
const becameIn = (sealed: SealedSegment, entryId: EntryId) => {
  const { mark, entries, passedOn } = openSegment(sealed).segment
  const place = { segment: sealed.number, hash: sealed.hash }
  const isIt = (entry: Entry): boolean => entry.entryId === entryId
  const counted = entries.find(isIt)
  if (counted !== undefined) return { status: 'applied', entry: counted, ...place } as const
  const entry = passedOn.find(isIt)
  const to = movedTo(mark)
  return entry && to && ({ status: 'redirected', entry, movedTo: to, ...place } as const)
}

const firstSetAside = (claims: readonly QuarantineOutline[]) => {
  for (const { subject, reason } of claims) {
    if (subject !== 'unreadable') return { status: 'quarantined', entry: subject, reason } as const
  }
  return undefined
}

export const placeText = ({ segment, index }: Place): string => `${segment}.${index}`

export const parsePlace = (text: string): Result<Place, 'not-a-place'> => {
  const [, segment, index] = /^([1-9]\d{0,14})\.(\d{1,9})$/.exec(text) ?? []
  if (segment === undefined) return refuse('not-a-place')
  return ok({ segment: Number(segment), index: Number(index) })
}
