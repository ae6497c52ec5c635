/**
 * Proves that the archive has what the seals of a closed day say, version by version. A seal has totals and a digest of the
 * entries, so it also tells which entries came before the close: the archive may have further ones, of which nothing is decided
 * yet because the broken book holds them up.
 */
import { totalsOf } from '#ledger/day-view'
import { contentHash, type Entry } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { IssuedSeal } from '#ledger/issued-seals'
import { areSameTotals, type Totals } from '#ledger/money'
import type { ToldDays } from '#ledger/rebuilt-days'
import { sealText } from '#ledger/seal'
import { digestOf } from '#ledger/segment'
import type { PositionedEntry } from '../journal/sort-records.ts'
import type { LateEntry } from './good-entries.ts'
import { sealsOfMerchant, verifySeals, type SealWorld } from '../seals/verify-seals.ts'

/** What was issued of a day, in the order of versions, and where its table, its objects and the archive do not agree on it. */
export const issuedOf = async (
  world: SealWorld,
  book: BookId,
): Promise<{ readonly issued: readonly IssuedSeal[]; readonly faults: readonly string[] }> => {
  const issued = (await sealsOfMerchant(world, book.merchantId)).of(book.day)
  const { faults, isBroken } = await verifySeals(world, book, issued, undefined)
  return { issued, faults: isBroken ? faults.map(({ version, detail }) => `version ${version}: ${detail}`) : [] }
}

/** What the archive tells of the day's seals and the table `days` does not say. */
export const toldOtherwise = (
  { merchantId, day }: BookId,
  issued: readonly IssuedSeal[],
  { closed, restated }: ToldDays,
): readonly string[] => {
  const known = new Set(issued.map(({ seal }) => sealText(seal)))
  return [...closed, ...restated]
    .filter(({ book, seal }) => book.merchantId === merchantId && book.day === day && !known.has(sealText(seal)))
    .map(({ seal }) => `version ${seal.version}: the archive tells of another seal than the table days has`)
}

/** The entries of a day that came before its close, and those of which nothing is decided. */
export const inTimeOf = (
  closing: IssuedSeal | undefined,
  own: readonly PositionedEntry[],
  /** The entries that the chain shows as in time. */
  shown: ReadonlySet<EntryId>,
  received: number,
): { readonly inTime: readonly PositionedEntry[]; readonly undecided: readonly PositionedEntry[] } => {
  // The journal takes the entries of a merchant in stream order, so those before the close are the first ones.
  const [first, rest] = [own.filter(isIn(shown)), own.filter((one) => !isIn(shown)(one))]
  const ordered = [...first, ...rest]
  const count = Math.max(0, (closing?.seal.totals.entryCount ?? 0) - received)
  return { inTime: ordered.slice(0, count), undecided: ordered.slice(count) }
}

/**
 * Takes the entries of restatements of which no event tells them, because a worker died before it told them. The seal of a version
 * says how many they are. The journal takes entries in stream order, so they are the first undecided ones. The digest proves it.
 */
export const restatedUntold = (
  issued: readonly IssuedSeal[],
  told: readonly LateEntry[],
  undecided: readonly PositionedEntry[],
): { readonly untold: readonly LateEntry[]; readonly undecided: readonly PositionedEntry[] } => {
  const untold: LateEntry[] = []
  for (const [index, { mark, seal }] of issued.entries()) {
    if (mark.kind !== 'restating') continue
    const { restatement } = mark
    const added = seal.totals.entryCount - (issued[index - 1]?.seal.totals.entryCount ?? 0)
    const known = told.filter(({ became }) => became.what === 'restated' && became.restatement === restatement)
    const lacking = undecided.slice(untold.length, untold.length + Math.max(0, added - known.length))
    untold.push(...lacking.map((candidate) => ({ candidate, became: { what: 'restated', restatement } as const })))
  }
  return { untold, undecided: undecided.slice(untold.length) }
}

const isIn =
  (ids: ReadonlySet<EntryId>) =>
  ({ entry }: PositionedEntry): boolean =>
    ids.has(entry.entryId)

/** A version as its seal says it and as the archive has it. */
export type ComparedVersion = {
  readonly version: number
  readonly isSame: boolean
  readonly sealed: Totals
  readonly archived: Totals
}

/** `added` are the entries that each version has beside those of the version before it. */
export const comparedVersions = (
  issued: readonly IssuedSeal[],
  added: (of: IssuedSeal) => readonly Entry[],
): readonly ComparedVersion[] => {
  const entries: Entry[] = []
  return issued.map((one) => {
    entries.push(...added(one))
    const archived = totalsOf(entries)
    const digest = digestOf(entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })))
    const { version, totals: sealed, digest: sealedDigest } = one.seal
    return { version, isSame: digest === sealedDigest && areSameTotals(archived, sealed), sealed, archived }
  })
}
