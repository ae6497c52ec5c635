/**
 * Losses that are planted at the end of a history, when archive and books are equal. Each is a view of a sound world, which
 * itself stays as it is. Reconciling has to name exactly what was lost.
 */
import { contentHash, type Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId } from '#ledger/identifiers'
import type { Consumer, Journal, Progress, Quarantine } from '#ledger/ports'
import { quarantineKey, quarantinePlace, type SetAside } from '#ledger/quarantine'
import type { Difference } from '#ledger/reconciliation'
import { NO_CHAIN, sealingHash, type SealedSegment } from '#ledger/segment'
import type { DayReport } from '#processors/reconcile/reconcile-day'
import { packEntries } from '#wire/journal/packed-entries'
import { openSegment } from '#wire/journal/segment'
import type { Row } from './firehose.ts'
import type { Random } from './random.ts'

/** What reconciling sees. */
export type Sides = {
  readonly journal: Journal
  readonly quarantine: Quarantine
  readonly progress: Progress
  readonly rows: readonly Row[]
}

/** What it has to say. */
export type Expected =
  | { readonly book: BookId; readonly entryIds: readonly EntryId[]; readonly kind: Difference['kind'] }
  | { readonly book: BookId; readonly fault: RegExp }
  | { readonly behind: Consumer }

type Loss = { readonly sides: Sides; readonly expected: Expected }

type Planted = Loss | undefined | Promise<Loss | undefined>

/** Undefined where the history has nothing that can be lost this way. */
export const LOSSES: Readonly<Record<string, (sides: Sides, day: BusinessDay, random: Random) => Planted>> = {
  'the archive lost a content': (sides, day, random) =>
    inArchive(sides, day, random, (row, same) => ({
      rows: sides.rows.filter((other) => !same(other)),
      expected: { kind: 'missing-in-archive', ...placeOf(row) },
    })),
  'the archive holds another amount': (sides, day, random) =>
    inArchive(sides, day, random, (row, same) => ({
      rows: sides.rows.map((other) =>
        same(other) ? { ...other, amount: Number(other['amount']) + 1_000_000 } : other,
      ),
      expected: { kind: 'different', ...placeOf(row) },
    })),
  'the archive holds another text': (sides, day, random) =>
    inArchive(sides, day, random, (row, same) => ({
      rows: sides.rows.map((other) => (same(other) ? { ...other, reference: 'altered' } : other)),
      expected: { kind: 'different', ...placeOf(row) },
    })),
  'the archive holds an entry that the book lacks': (sides, day, random) =>
    inArchive(sides, day, random, (row) => ({
      rows: [...sides.rows, { ...row, entry_id: 'only-here' }],
      expected: { kind: 'missing-in-journal', ...placeOf({ ...row, entry_id: 'only-here' }) },
    })),
  'the archive holds a row that cannot be read': (sides, day, random) =>
    inArchive(sides, day, random, (row) => ({
      // Every content is still there, so only the row itself can be named.
      rows: [...sides.rows, { ...row, direction: 'sideways' }],
      expected: { book: placeOf(row).book, fault: /^archive: / },
    })),
  'the end of a chain is cut off': (sides, day, random) =>
    inChain(sides, day, random, (chain) => {
      const lost = ofOwnDay(chain.slice(-1)).map(({ entryId }) => entryId)
      // A close has no entries, and those of another day are compared on that day.
      if (lost.length === 0) return undefined
      return { chain: chain.slice(0, -1), expected: { kind: 'missing-in-journal', entryIds: lost } }
    }),
  'a byte of a chain is altered': (sides, day, random) =>
    inChain(sides, day, random, (chain) => ({
      chain: chain.map((sealed, index) => (index === 0 ? { ...sealed, hash: NO_CHAIN } : sealed)),
      expected: { fault: /^journal: segment 1 does not match its hash/ },
    })),
  'an entry is taken out of a chain': (sides, day, random) =>
    inChain(sides, day, random, (chain) => {
      const at = random.below(chain.length)
      const sealed = chain[at] as SealedSegment
      const entries = sealed.mark === undefined ? openSegment(sealed).segment.entries : []
      if (entries.length === 0) return undefined
      const taken = random.pick(entries)
      return {
        chain: resealed(chain, at, (all) => all.filter(({ entryId }) => entryId !== taken.entryId)),
        expected: { kind: 'missing-in-journal', entryIds: [taken.entryId] },
      }
    }),
  'an entry stands in a chain twice': (sides, day, random) =>
    inChain(sides, day, random, (chain) => {
      const at = chain.findLastIndex(({ mark }) => mark === undefined)
      if (at === -1) return undefined
      return {
        chain: resealed(chain, at, (all) => [...all, ...all.slice(-1)]),
        expected: { fault: /^journal: .* a second time/ },
      }
    }),
  'a chain shows other totals than its entries': (sides, day, random) =>
    inChain(sides, day, random, (chain) => ({
      chain: resealed(chain, chain.length - 1, (all) => all, 1n),
      expected: { fault: /^journal: the totals that readers see/ },
    })),
  'an item is gone from quarantine': async (sides, day, random) => {
    const { items } = await sides.quarantine.list({}, { limit: 100_000 })
    const ofDay = items.filter(({ subject }) => subject !== 'unreadable' && subject.businessDay === day)
    if (ofDay.length === 0) return undefined
    const gone = random.pick(ofDay)
    if (gone.subject === 'unreadable') return undefined
    const { merchantId, entryId } = gone.subject
    const book = { merchantId, day }
    const chain = await sides.journal.read(book, 0)
    const quarantine: Quarantine = {
      ...sides.quarantine,
      list: async (filter, page) => {
        const found = await sides.quarantine.list(filter, page)
        return { ...found, items: found.items.filter((item) => placeIn(item) !== placeIn(gone)) }
      },
    }
    const counted = ofOwnDay(chain).find((entry) => entry.entryId === entryId)
    // What was released as it is counts, with or without its item.
    if (counted !== undefined && contentHash(counted) === contentHash(gone.subject)) return undefined
    const kind = counted === undefined ? 'missing-in-journal' : 'different'
    return { sides: { ...sides, quarantine }, expected: { book, entryIds: [entryId], kind } }
  },
  "the archive's consumer stands still": (sides) => standingStill(sides, 'archive'),
  "the journal's consumer stands still": (sides) => standingStill(sides, 'journal'),
}

/** Why the report does not name the loss as it must; undefined when it does. */
export const unnamed = (expected: Expected, report: DayReport): string | undefined => {
  if ('behind' in expected) {
    return report.status === 'behind' && report.behind.consumer === expected.behind ? undefined : 'a consumer is behind'
  }
  if (report.status !== 'compared') return 'it was not compared'
  if (report.isEqual) return 'it counts as equal'
  const unequal = report.books.filter(({ isEqual }) => !isEqual)
  const [found] = unequal
  if (unequal.length !== 1 || found?.book.merchantId !== expected.book.merchantId) return 'it names other books'
  if ('fault' in expected) return found.faults.some((fault) => expected.fault.test(fault)) ? undefined : 'no such fault'
  const named = found.differences.map(({ entryId, kind }) => `${entryId} ${kind}`).toSorted()
  const wanted = expected.entryIds.map((entryId) => `${entryId} ${expected.kind}`).toSorted()
  return named.join() === wanted.join() ? undefined : `it names ${named.join()} and not ${wanted.join()}`
}

const placeIn = (item: SetAside): string => quarantinePlace(quarantineKey(item))

const inArchive = (
  sides: Sides,
  day: BusinessDay,
  random: Random,
  lose: (row: Row, same: (other: Row) => boolean) => Pick<Sides, 'rows'> & { readonly expected: Expected },
): Loss | undefined => {
  const ofDay = sides.rows.filter((row) => row['business_day'] === day)
  if (ofDay.length === 0) return undefined
  const row = random.pick(ofDay)
  const content = contentOf(row)
  const { rows, expected } = lose(row, (other) => contentOf(other) === content)
  return { sides: { ...sides, rows }, expected }
}

const NO_CONTENT = new Set(['received_at', 'arrived_at', 'shard_id', 'sequence_number', 'record_index'])

const contentOf = (row: Row): string =>
  JSON.stringify(
    Object.entries(row)
      .filter(([column]) => !NO_CONTENT.has(column))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

const placeOf = (row: Row) => ({
  book: { merchantId: row['merchant_id'], day: row['business_day'] } as BookId,
  entryIds: [row['entry_id'] as EntryId],
})

type ChainLoss = {
  readonly chain: readonly SealedSegment[]
  readonly expected:
    { readonly kind: Difference['kind']; readonly entryIds: readonly EntryId[] } | { readonly fault: RegExp }
}

const inChain = async (
  sides: Sides,
  day: BusinessDay,
  random: Random,
  lose: (chain: readonly SealedSegment[]) => ChainLoss | undefined,
): Promise<Loss | undefined> => {
  const rows = sides.rows.filter((row) => row['business_day'] === day)
  if (rows.length === 0) return undefined
  const { book } = placeOf(random.pick(rows))
  const whole = await sides.journal.read(book, 0)
  if (whole.length === 0) return undefined
  const loss = lose(whole)
  if (loss === undefined) return undefined
  const { chain, expected } = loss
  const isOther = ({ merchantId, day: other }: BookId): boolean => merchantId !== book.merchantId || other !== day
  const journal: Journal = {
    ...sides.journal,
    read: async (of, after, limit) =>
      isOther(of) ? await sides.journal.read(of, after, limit) : chain.slice(after, limit && after + limit),
    end: async (of) => (isOther(of) ? await sides.journal.end(of) : chain.at(-1)),
  }
  return { sides: { ...sides, journal }, expected: { ...expected, book } }
}

/** The entries of the chain's own day that count, in this book or in another one. */
const ofOwnDay = (chain: readonly SealedSegment[]): readonly Entry[] =>
  chain.flatMap((sealed) => {
    const { mark, entries, passedOn } = openSegment(sealed).segment
    if (mark?.kind === 'received' || mark?.kind === 'setting-aside') return []
    return mark?.kind === 'redirecting' || mark?.kind === 'releasing' ? passedOn : entries
  })

type Entries = ReturnType<typeof openSegment>['segment']['entries']

/** The chain with other entries in one segment, and with totals and hashes that follow from them. */
const resealed = (
  chain: readonly SealedSegment[],
  at: number,
  change: (entries: Entries) => Entries,
  extraMinor = 0n,
): SealedSegment[] => {
  let hash = NO_CHAIN
  let [credits, debits, count] = [0n, 0n, 0]
  return chain.map((sealed, index) => {
    const { terms, segment } = openSegment(sealed)
    const entries = index === at ? change(segment.entries) : segment.entries
    const all = [...entries, ...segment.passedOn]
    for (const { direction, amountMinor } of entries) {
      if (direction === 'credit') credits += amountMinor
      else debits += amountMinor
      count += 1
    }
    const totals = { creditsMinor: credits + (index === at ? extraMinor : 0n), debitsMinor: debits, entryCount: count }
    const unsealed = { ...sealed, totals, entries: packEntries(all, terms) }
    hash = sealingHash(hash, unsealed)
    return { ...unsealed, hash }
  })
}

/** The consumer's progress never rises from now on. */
const standingStill = (sides: Sides, consumer: Consumer): Loss => {
  const stands = new Map<string, ReturnType<Progress['of']>>()
  const progress: Progress = {
    ...sides.progress,
    of: (asked, shardId) => {
      if (asked !== consumer) return sides.progress.of(asked, shardId)
      const known = stands.get(shardId) ?? sides.progress.of(asked, shardId)
      stands.set(shardId, known)
      return known
    },
  }
  return { sides: { ...sides, progress }, expected: { behind: consumer } }
}
