/**
 * Closed days as the archive tells of them, to be built again. What was issued stays as it was issued: amounts, seals and
 * times are those that were told. Only the numbers of segments are those of the rebuilt chains.
 */
import type { ClosedDay, Restatement, ToldClose, ToldRestatement } from './close.ts'
import type { ContentHash } from './entry.ts'
import { isClosed, type Head } from './head.ts'
import type { BookId, BusinessDay, EntryId, MerchantId } from './identifiers.ts'
import type { QuarantineReason } from './quarantine.ts'
import { sealHash, type SealHash } from './seal.ts'
import type { Mark } from './segment.ts'

/** What audit events tell of closed days and of late entries. */
export type ToldDays = {
  readonly closed: readonly ToldClose[]
  readonly restated: readonly ToldRestatement[]
  /** The last day up to which days without a book were closed. */
  readonly closedThrough: ReadonlyMap<MerchantId, BusinessDay>
  readonly late: readonly ToldLateEntry[]
}

/** The end of a late entry, known in its own day. Of an entry that was set aside and released, the release counts. */
export type ToldLateEntry = {
  readonly book: BookId
  readonly entryId: EntryId
  readonly contentHash: ContentHash
  readonly became:
    | { readonly what: 'redirected'; readonly to: BusinessDay }
    | { readonly what: 'restated'; readonly restatement: number }
    | { readonly what: 'set-aside'; readonly reason: QuarantineReason }
}

export const NOTHING_TOLD: ToldDays = { closed: [], restated: [], closedThrough: new Map(), late: [] }

/**
 * What stands in a book behind its closing segment when that is built again: each restatement in its order, then what was passed
 * on. `restated` are the numbers of the day's restatements; entries may tell of further ones.
 */
export const partsAfterClose = <Late extends { readonly became: ToldLateEntry['became'] }>(
  restated: readonly number[],
  late: readonly Late[],
): readonly { readonly mark: Mark; readonly late: readonly Late[] }[] => {
  const parts = new Map<string, { readonly mark: Mark; readonly late: Late[] }>()
  const partOf = (mark: Mark) => {
    const key = JSON.stringify(mark)
    const part = parts.get(key) ?? { mark, late: [] }
    parts.set(key, part)
    return part
  }
  const told = late.flatMap(({ became }) => (became.what === 'restated' ? [became.restatement] : []))
  const rest = told.filter((number) => !restated.includes(number))
  for (const restatement of [...restated, ...rest].toSorted((a, b) => a - b)) partOf({ kind: 'restating', restatement })
  for (const one of late.toSorted((a, b) => TURNS[a.became.what] - TURNS[b.became.what]))
    partOf(markOf(one.became)).late.push(one)
  return [...parts.values()]
}

const TURNS: Readonly<Record<ToldLateEntry['became']['what'], number>> = { restated: 0, redirected: 1, 'set-aside': 2 }

const markOf = (became: ToldLateEntry['became']): Mark => {
  switch (became.what) {
    case 'restated':
      return { kind: 'restating', restatement: became.restatement }
    case 'redirected':
      return { kind: 'redirecting', to: became.to }
    case 'set-aside':
      return { kind: 'setting-aside', reason: became.reason }
  }
}

/** The closed days and restatements of one merchant. */
export type ClosedHistory = {
  readonly closedThrough: BusinessDay | undefined
  readonly closed: readonly ClosedDay[]
  readonly restatements: readonly Restatement[]
}

/** The head of a merchant with all books open, after its days were closed and issued again like this. */
export const headAfter = (head: Head, { closedThrough: through, closed, restatements }: ClosedHistory): Head => {
  const newest = closed.toSorted((a, b) => (a.book.day < b.book.day ? -1 : 1)).at(-1)
  const days = [newest?.book.day, through, ...restatements.map(({ book }) => book.day)]
  const closedThrough =
    days
      .filter((day) => day !== undefined)
      .toSorted()
      .at(-1) ?? null
  const deltas = restatements.filter(({ number }) => number > (newest?.base ?? 0)).map(({ deltaMinor }) => deltaMinor)
  const closingMinor = deltas.reduce(
    (sum, delta) => sum + delta,
    (newest?.openingMinor ?? 0n) + (newest?.netMinor ?? 0n),
  )
  return {
    ...head,
    closedThrough,
    closingMinor,
    open: new Set([...head.open].filter((day) => !isClosed({ ...head, closedThrough }, day))),
    restatements: Math.max(0, ...restatements.map(({ number }) => number)),
    lastSeal: lastSealOf(closed, restatements),
    revision: head.revision + 1,
  }
}

/** The seal that no other one names as the one before it. */
const lastSealOf = (closed: readonly ClosedDay[], restatements: readonly Restatement[]): SealHash | null => {
  const issued = [
    ...closed.map(({ seal, closedAtMs: atMs }) => ({ seal, atMs })),
    ...restatements.map(({ seal, restatedAtMs: atMs }) => ({ seal, atMs })),
  ]
  const named = new Set(issued.map(({ seal }) => seal.previous))
  const last = issued.map(({ seal, atMs }) => ({ hash: sealHash(seal), atMs })).filter(({ hash }) => !named.has(hash))
  // There are several only when some event is missing.
  return last.toSorted((a, b) => a.atMs - b.atMs).at(-1)?.hash ?? null
}
