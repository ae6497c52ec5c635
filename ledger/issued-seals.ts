/**
 * Whether the closed days of a merchant are what they were when they were issued. Each seal names the one before it, and the
 * head names the newest. So the seals of a merchant are one chain, and an item of the table `days` that was altered, removed
 * or added breaks it. What a closed day opened and closed with is in no seal; it follows from the seals in their order.
 */
import { dayClosed, dayRestated, type AuditEvent } from './audit-event.ts'
import { closedVersion, standsIn, type ClosedDay, type Restatement } from './close.ts'
import type { Head } from './head.ts'
import type { BusinessDay } from './identifiers.ts'
import { netMinor } from './money.ts'
import { sealHash, type Seal, type SealHash } from './seal.ts'
import type { Mark, SegmentNumber } from './segment.ts'

/** A version of a closed day that issued a seal, as the table `days` has it. */
export type IssuedSeal = {
  readonly seal: Seal
  /** The closing or restating segment in the chain that counts now, and its mark. */
  readonly segment: SegmentNumber
  /**
   * The segment of which the seal has the chain hash. It is another one when that chain was superseded since, and null when that
   * chain was lost and the book was built again from the archive.
   */
  readonly issuedIn: SegmentNumber | null
  readonly mark: Mark
  readonly issuedAtMs: number
  /** The audit event that tells of it. */
  readonly event: () => AuditEvent
  /** What is wrong with the item beside the other items of the merchant, in words. */
  readonly faults: readonly string[]
}

type Item =
  | { readonly kind: 'closed'; readonly closed: ClosedDay; readonly seal: Seal }
  | { readonly kind: 'restated'; readonly restatement: Restatement; readonly seal: Seal }

/** The seals of a merchant, and what is wrong with the head. Closed days and restatements are those that the head covers. */
export const issuedSeals = (
  head: Head,
  closed: readonly ClosedDay[],
  restatements: readonly Restatement[],
): { readonly issued: readonly IssuedSeal[]; readonly faults: readonly string[] } => {
  const items: Item[] = [
    ...closed.map((one) => ({ kind: 'closed', closed: one, seal: one.seal }) as const),
    ...restatements.map((one) => ({ kind: 'restated', restatement: one, seal: one.seal }) as const),
  ]
  const chain = inOrder(head, items)
  const wrong = chain.isWhole ? wrongSums(head, chain.items) : new Map<Item | Head, string[]>()
  const faultsOf = (item: Item): string[] => [
    ...(chain.faults.get(item) ?? []),
    ...(wrong.get(item) ?? []),
    ...(versionOf(item, closed, restatements) === item.seal.version ? [] : ['it has the number of another version']),
  ]
  return {
    issued: items.map((item) => ({ ...issuedOf(item), ...placeOf(item, head, restatements), faults: faultsOf(item) })),
    faults: [...(chain.faults.get(head) ?? []), ...(wrong.get(head) ?? [])],
  }
}

const issuedOf = (item: Item): Omit<IssuedSeal, 'faults' | 'segment' | 'issuedIn'> => {
  if (item.kind === 'closed') {
    const { seal, closedAtMs: issuedAtMs } = item.closed
    return { seal, mark: { kind: 'closing' }, issuedAtMs, event: () => dayClosed(item.closed) }
  }
  const { seal, number, restatedAtMs: issuedAtMs } = item.restatement
  const mark = { kind: 'restating', restatement: number } as const
  return { seal, mark, issuedAtMs, event: () => dayRestated(item.restatement) }
}

const placeOf = (
  item: Item,
  { mended }: Head,
  restatements: readonly Restatement[],
): Pick<IssuedSeal, 'segment' | 'issuedIn'> => {
  const mendedIn = mended.get(item.seal.day)
  const { segment, isRebuilt } = item.kind === 'closed' ? item.closed : item.restatement
  const issuedIn = isRebuilt ? null : segment
  if (item.kind === 'closed') return { issuedIn, segment: standsIn(segment, mendedIn, 0) }
  const { number, book } = item.restatement
  const upTo = restatements.filter((one) => one.book.day === book.day && one.number <= number)
  return { issuedIn, segment: standsIn(segment, mendedIn, upTo.length) }
}

/** The items in the order of issuing, when their seals are one chain that ends at the head's. */
const inOrder = (head: Head, items: readonly Item[]) => {
  const hashes = new Map(items.map((item) => [sealHash(item.seal), item]))
  const named = Map.groupBy(items, ({ seal }) => seal.previous)
  const faults = new Map<Item | Head, string[]>()
  const fault = (of: Item | Head, detail: string) => faults.set(of, [...(faults.get(of) ?? []), detail])
  for (const [hash, item] of hashes) {
    const { previous } = item.seal
    if (previous !== null && !hashes.has(previous)) {
      fault(item, `it names the seal ${previous} before it, and no closed day of the merchant has that one`)
    }
    if ((named.get(previous)?.length ?? 0) > 1) fault(item, 'another seal names the same one before it')
    if (hash !== head.lastSeal && !named.has(hash)) {
      fault(item, 'it is not the newest seal of the merchant, and no later one names it')
    }
  }
  if (head.lastSeal !== null && !hashes.has(head.lastSeal)) {
    fault(head, `the head names ${head.lastSeal} as the newest seal, and no closed day has that one`)
  }
  const ordered: Item[] = []
  let before: SealHash | null = null
  for (;;) {
    const next: Item | undefined = named.get(before)?.[0]
    if (next === undefined || ordered.length > items.length) break
    ordered.push(next)
    before = sealHash(next.seal)
  }
  return { items: ordered, faults, isWhole: faults.size === 0 && ordered.length === items.length }
}

/** The balances that the items and the head have, where they are not what the seals add up to. */
const wrongSums = (head: Head, ordered: readonly Item[]): ReadonlyMap<Item | Head, string[]> => {
  const faults = new Map<Item | Head, string[]>()
  const nets = new Map<BusinessDay, bigint>()
  let [closingMinor, restated] = [0n, 0]
  for (const item of ordered) {
    const { day, totals } = item.seal
    const net = netMinor(totals)
    const movedMinor = net - (nets.get(day) ?? 0n)
    const wrong =
      item.kind === 'closed'
        ? [
            ...(item.closed.openingMinor === closingMinor ? [] : ['its opening is not what was closed before it']),
            ...(item.closed.netMinor === net ? [] : ['its net is not that of its seal']),
            ...(item.closed.base === restated ? [] : ['its base is not the number of restatements before it']),
          ]
        : [
            ...(item.restatement.number === restated + 1 ? [] : ['its number is not the next one']),
            ...(item.restatement.deltaMinor === movedMinor ? [] : ['its delta is not what its seal moves']),
          ]
    if (wrong.length > 0) faults.set(item, wrong)
    nets.set(day, net)
    closingMinor += movedMinor
    if (item.kind === 'restated') restated += 1
  }
  if (head.closingMinor !== closingMinor) {
    faults.set(head, [`the head has the balance ${head.closingMinor}, and the seals add up to ${closingMinor}`])
  }
  return faults
}

/** The version that the item issued, by the rule of `closedVersion`. */
const versionOf = (
  item: Item,
  closed: readonly ClosedDay[],
  restatements: readonly Restatement[],
): number | undefined => {
  if (item.kind === 'closed') return 1
  const { book, number } = item.restatement
  const newest = closed.findLast(({ book: { day } }) => day <= book.day)
  const known = restatements.filter((one) => one.number <= number && one.number > (newest?.base ?? 0))
  return closedVersion(book.day, { newest, restatements: known })?.versions
}
