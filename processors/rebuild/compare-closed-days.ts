/**
 * Compares what two places say of a merchant's closed days: the head, the items of closed days, and the restatements. The
 * numbers of segments may differ, because a rebuilt chain has other segments; the views at them may not.
 */
import { standsIn, type ClosedDay, type Restatement } from '#ledger/close'
import { FIRST_DAY, LAST_DAY } from '#ledger/days-with-books'
import { bookKey, type BookId, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import type { Head } from '#ledger/head'
import type { Days, Heads } from '#ledger/ports'
import { sealText, type Seal } from '#ledger/seal'
import type { SegmentNumber } from '#ledger/segment'

/** Where each side has the view of a version, and what the version's seal says of it. */
export type VersionPlaces = {
  readonly rebuilt: SegmentNumber
  readonly live: SegmentNumber
  readonly seal: Seal
}

export type ClosedDaysFound = {
  /** The differences, in sentences that name the merchant and the day. */
  readonly differences: readonly string[]
  /** The versions that both sides have, by the keys of their books. */
  readonly versions: ReadonlyMap<string, readonly VersionPlaces[]>
  /** The books that either side says it has. */
  readonly books: readonly BookId[]
}

type Side = { readonly heads: Pick<Heads, 'read'>; readonly days: Pick<Days, 'closed' | 'restatements'> }

export const compareClosedDays = async (
  sides: { readonly rebuilt: Side; readonly live: Side },
  merchantId: MerchantId,
): Promise<ClosedDaysFound> => {
  const [rebuilt, live] = [await read(sides.rebuilt, merchantId), await read(sides.live, merchantId)]
  const differences = differingParts(headParts(rebuilt.head), headParts(live.head)).map(
    ([part, here, there]) => `${merchantId}: ${part} is ${here} in the rebuilt head and ${there} in the live one.`,
  )
  const versions = new Map<string, VersionPlaces[]>()
  for (const [name, here, there] of pairs(rebuilt.issued, live.issued)) {
    if (here === undefined || there === undefined) {
      differences.push(`${name} is only in the ${here === undefined ? 'live' : 'rebuilt'} store.`)
      continue
    }
    for (const [part, ours, theirs] of differingParts(here.parts, there.parts))
      differences.push(`${name}: ${part} is ${ours} rebuilt and ${theirs} live.`)
    const key = bookKey(here.book)
    const places = { rebuilt: here.segment, live: there.segment, seal: here.seal }
    if (key === bookKey(there.book)) versions.set(key, [...(versions.get(key) ?? []), places])
  }
  const days = new Set([...rebuilt.days, ...live.days])
  return { differences, versions, books: [...days].map((day) => ({ merchantId, day })) }
}

/** A close or a restatement, with where it stands in the chain that counts, and with what of it may not differ. */
type Issued = { readonly book: BookId; readonly segment: SegmentNumber; readonly seal: Seal; readonly parts: Parts }
type Parts = Readonly<Record<string, string | number | bigint | null>>

const read = async ({ heads, days }: Side, merchantId: MerchantId) => {
  const head = await heads.read(merchantId)
  const closed = head.closedThrough === null ? [] : await days.closed(merchantId, FIRST_DAY, LAST_DAY)
  const restated = await days.restatements(merchantId, 0, head.restatements)
  const issued = new Map<string, Issued>()
  for (const one of closed) {
    const segment = standsIn(one.segment, head.mended.get(one.book.day), 0)
    issued.set(`${merchantId} ${one.book.day}`, { ...closedParts(one), segment })
  }
  const ofDay = new Map<BusinessDay, number>()
  for (const one of restated) {
    const { day } = one.book
    ofDay.set(day, (ofDay.get(day) ?? 0) + 1)
    const segment = standsIn(one.segment, head.mended.get(day), ofDay.get(day) ?? 0)
    issued.set(`${merchantId}: restatement ${one.number}`, { ...restatedParts(one), segment })
  }
  const all: BusinessDay[] = [...head.open, ...[...closed, ...restated].map(({ book }) => book.day)]
  return { head, issued, days: all }
}

const headParts = ({ closedThrough, closingMinor, open, restatements, lastSeal }: Head): Parts => ({
  closedThrough,
  closing: closingMinor,
  'the list of open days': [...open].toSorted().join(' ') || null,
  'the number of restatements': restatements,
  'the newest seal': lastSeal,
})

const closedParts = ({ book, openingMinor, netMinor, base, seal, closedAtMs }: ClosedDay): Omit<Issued, 'segment'> => ({
  book,
  seal,
  parts: {
    opening: openingMinor,
    net: netMinor,
    base,
    'the time of its close': closedAtMs,
    'its seal': sealText(seal),
  },
})

const restatedParts = ({ book, deltaMinor, seal, restatedAtMs }: Restatement): Omit<Issued, 'segment'> => ({
  book,
  seal,
  parts: { day: book.day, delta: deltaMinor, 'its time': restatedAtMs, 'its seal': sealText(seal) },
})

const differingParts = (here: Parts, there: Parts) =>
  Object.entries(here)
    .map(([part, value]) => [part, value, there[part] ?? null] as const)
    .filter(([, ours, theirs]) => ours !== theirs)

const pairs = <T>(here: ReadonlyMap<string, T>, there: ReadonlyMap<string, T>) =>
  [...new Set([...here.keys(), ...there.keys()])]
    .toSorted()
    .map((name) => [name, here.get(name), there.get(name)] as const)
