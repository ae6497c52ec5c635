/**
 * The entries that a book holds by the archive. Of an id with several contents, the one that the broken chain counts is
 * taken, and otherwise the first in stream order. What waits in quarantine, was discarded there or was replayed as another
 * entry counts only if the chain counts it. Late entries of other days count by the decision that the archive has of them.
 */
import type { ArchivedEntry, ArchiveObjects, UnreadableObject } from '#ledger/archive'
import { contentHash, type ContentHash, type Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId } from '#ledger/identifiers'
import { everyListed } from '#ledger/listed'
import type { Quarantine } from '#ledger/ports'
import { isReleased } from '#ledger/quarantine'
import type { ToldDays, ToldLateEntry } from '#ledger/rebuilt-days'
import { movedTo, type Mark } from '#ledger/segment'
import { entryLine } from '#wire/stream/record'
import type { PositionedEntry } from '../journal/sort-records.ts'
import type { BrokenChainRead } from './broken-chain.ts'
import { redirected } from './other-books.ts'

export type GoodEntries = {
  /** Those of the day of which no decision says that they came after its close, in stream order. */
  readonly own: readonly PositionedEntry[]
  /** Those that came after the close of the day, with what became of each, in stream order. */
  readonly late: readonly LateEntry[]
  /** Late entries of other days, by their day. */
  readonly received: ReadonlyMap<BusinessDay, readonly PositionedEntry[]>
  /** Late entries that are told of, and whose rows the archive does not have. */
  readonly lacking: readonly EntryId[]
  readonly unreadable: readonly UnreadableObject[]
  /** What the archive tells of closed days. */
  readonly told: ToldDays
}

export type LateEntry = { readonly candidate: PositionedEntry; readonly became: ToldLateEntry['became'] }

/** `toldByOthers` are late entries that count on other days than their own, as other books say it. */
export const goodEntries = async (
  { objects: archive, quarantine }: { readonly objects: ArchiveObjects; readonly quarantine: Pick<Quarantine, 'list'> },
  listed: Awaited<ReturnType<ArchiveObjects['list']>>,
  book: BookId,
  { counted, decided: decidedInChain }: Pick<BrokenChainRead, 'counted' | 'decided'>,
  toldByOthers: readonly ToldLateEntry[],
): Promise<GoodEntries> => {
  const decided = await archive.decisions()
  const unreadable: UnreadableObject[] = [...listed.unreadable, ...decided.unreadable]
  const entriesOf = async (day: BusinessDay): Promise<ReadonlyMap<EntryId, readonly ArchivedEntry[]>> => {
    const found: ArchivedEntry[] = []
    const ofDay = listed.objects.filter(({ businessDay }) => businessDay === day)
    for await (const part of archive.entries(ofDay)) {
      if ('unreadable' in part) unreadable.push(part.unreadable)
      else if ('entries' in part)
        found.push(...part.entries.filter(({ entry }) => entry.merchantId === book.merchantId))
    }
    return Map.groupBy(found, ({ entry }) => entry.entryId)
  }

  const countedHere = new Map(counted.filter(isOf(book.day)).map((entry) => [entry.entryId, contentHash(entry)]))
  const { aside, released } = await inQuarantine(quarantine, book)
  const ofMerchant = decided.days.late.filter(({ book: { merchantId } }) => merchantId === book.merchantId)
  const ends = endsOf([...ofMerchant, ...toldByOthers, ...released], decidedBy(book, decidedInChain))
  const own: PositionedEntry[] = []
  const late: LateEntry[] = []
  for (const [entryId, copies] of await entriesOf(book.day)) {
    const end = ends.get(idOf(book.day, entryId))
    if (end !== undefined) {
      const copy = copies.find(({ entry }) => contentHash(entry) === end.contentHash)
      if (copy === undefined) continue
      late.push({ candidate: positioned(copy), became: end.became })
      ends.delete(idOf(book.day, entryId))
      continue
    }
    const standing = countedHere.get(entryId)
    const chosen =
      copies.find(({ entry }) => contentHash(entry) === standing) ??
      copies.find(({ entry }) => aside.get(entryId)?.has(contentHash(entry)) !== true)
    if (chosen !== undefined) own.push(positioned(chosen))
  }

  const received = new Map<BusinessDay, PositionedEntry[]>()
  const left = [...ends.values()]
  const lacking: EntryId[] = left.filter(({ book: { day } }) => day === book.day).map(({ entryId }) => entryId)
  const passedOn = left.filter(({ became }) => became.what === 'redirected' && became.to === book.day)
  for (const [day, late] of Map.groupBy(passedOn, ({ book: home }) => home.day)) {
    const ofDay = await entriesOf(day)
    const found: PositionedEntry[] = []
    for (const { entryId, contentHash: content } of late) {
      const copy = ofDay.get(entryId)?.find(({ entry }) => contentHash(entry) === content)
      if (copy === undefined) lacking.push(entryId)
      else found.push(positioned(copy))
    }
    received.set(day, found)
  }
  return { own, late, received, lacking, unreadable, told: decided.days }
}

/**
 * One decision for each late entry: the first that is told. Another one replaces "set aside", because the entry may have been
 * released since, and the event of that may be lost. What the altered chain says counts only where nothing else tells.
 */
const endsOf = (told: readonly ToldLateEntry[], toldInChain: readonly ToldLateEntry[]): Map<string, ToldLateEntry> => {
  const ends = new Map(toldInChain.map((end) => [idOf(end.book.day, end.entryId), end]))
  const known = new Map<string, ToldLateEntry>()
  for (const end of told) {
    const id = idOf(end.book.day, end.entryId)
    const before = known.get(id)
    if (before === undefined || before.became.what === 'set-aside') known.set(id, end)
  }
  for (const [id, end] of known) ends.set(id, end)
  return ends
}

const idOf = (day: BusinessDay, entryId: EntryId): string => `${day} ${entryId}`

/** What the chain itself says of late entries of its day. */
const decidedBy = (book: BookId, decided: BrokenChainRead['decided']): readonly ToldLateEntry[] =>
  [...decided.values()].flatMap(({ entry, mark }) => {
    const became = becameBy(mark)
    return became === undefined ? [] : [{ book, entryId: entry.entryId, contentHash: contentHash(entry), became }]
  })

const becameBy = (mark: Mark): ToldLateEntry['became'] | undefined => {
  if (mark.kind === 'restating') return { what: 'restated', restatement: mark.restatement }
  if (mark.kind === 'setting-aside') return { what: 'set-aside', reason: mark.reason }
  const to = movedTo(mark)
  return to === undefined ? undefined : { what: 'redirected', to }
}

const isOf =
  (day: BusinessDay) =>
  ({ businessDay }: Entry): boolean =>
    businessDay === day

const positioned = ({ entry, position }: ArchivedEntry): PositionedEntry => ({ entry, position, raw: entryLine(entry) })

type InQuarantine = {
  /** The contents of the day that wait, were discarded, or were replayed as another entry. One that was replayed as it is counts. */
  readonly aside: ReadonlyMap<EntryId, ReadonlySet<ContentHash>>
  /** Late entries of the merchant that were released. The transaction that releases an entry notes it in the item. */
  readonly released: readonly ToldLateEntry[]
}

const inQuarantine = async (
  quarantine: Pick<Quarantine, 'list'>,
  { merchantId, day }: BookId,
): Promise<InQuarantine> => {
  const aside = new Map<EntryId, Set<ContentHash>>()
  const released: ToldLateEntry[] = []
  for await (const item of everyListed((page) => quarantine.list({ merchantId }, page))) {
    const { subject, actions, movedTo } = item
    if (subject === 'unreadable') continue
    // A replay that was only begun may be released already.
    const replay = actions.findLast(({ action }) => action === 'replay-begun')
    if (movedTo !== undefined)
      released.push(redirected(replay?.action === 'replay-begun' ? replay.entry : subject, movedTo))
    else if (subject.businessDay === day && !isReleased(item, contentHash(subject)))
      aside.set(subject.entryId, (aside.get(subject.entryId) ?? new Set()).add(contentHash(subject)))
  }
  return { aside, released }
}
