/**
 * Adds to a comparison what the seals of its closed books say: in the table `days`, as objects, and in the chains. Marks the
 * books whose chains cannot be trusted. With `repair`, each close and restatement whose seal is not kept is told again, so that the archive consumer keeps it.
 */
import type { AuditTrail, Journal } from '#ledger/ports'
import type { IssuedSeal } from '#ledger/issued-seals'
import { verifyBook } from '../journal/verify-book.ts'
import { markAsBroken, type MarkWorld } from '../mark-book.ts'
import { isOurs, ourReason } from '../own-fault.ts'
import {
  compareWithSeals,
  sealsOfMerchant,
  verifySeals,
  type SealWorld,
  type VerifiedSeals,
} from '../seals/verify-seals.ts'
import type { BookReport } from './compare-book.ts'
import { PATIENCE_MS, type DayReport } from './reconcile-day.ts'

export type CompareSealsWorld = SealWorld &
  MarkWorld & {
    readonly journal: Pick<Journal, 'read' | 'end'>
    readonly auditTrail: AuditTrail
    readonly sleep: (ms: number) => Promise<unknown>
  }

export const withSeals = async (
  world: CompareSealsWorld,
  report: DayReport,
  { repair }: { readonly repair: boolean },
): Promise<DayReport> => {
  if (report.status !== 'compared') return report
  const books: BookReport[] = []
  for (const book of report.books) books.push(await bookWithSeals(world, book, repair))
  return { ...report, books, isEqual: report.isEqual && books.every(({ isEqual }) => isEqual) }
}

const bookWithSeals = async (world: CompareSealsWorld, report: BookReport, repair: boolean): Promise<BookReport> => {
  if (report.brokenIn !== undefined) await markAsBroken(world, report.book, report.brokenIn)
  const faults = await faultsOf(world, report, repair)
  if (faults.length === 0) return report
  return { ...report, isEqual: false, faults: [...report.faults, ...faults] }
}

const faultsOf = async (world: CompareSealsWorld, { book }: BookReport, repair: boolean): Promise<string[]> => {
  try {
    const first = await sealsOfMerchant(world, book.merchantId)
    const { found, seals } = await compareWithSeals(world, book, first, async (known) => {
      const faults = await faultsBeside(world, book, known.of(book.day), repair)
      return { isSame: faults.length === 0, found: faults }
    })
    return [...seals.faults.map((fault) => `seals: ${fault}`), ...found]
  } catch (error) {
    if (!isOurs(error)) throw error
    return [`seals: ${ourReason(error)}`]
  }
}

/** What is wrong with a book beside the seals of its day. */
const faultsBeside = async (
  world: CompareSealsWorld,
  book: BookReport['book'],
  issued: readonly IssuedSeal[],
  repair: boolean,
): Promise<string[]> => {
  if (issued.length === 0) return []
  const walked = await verifyBook(world.journal, book)
  const look = () => verifySeals(world, book, issued, walked.ok ? walked.value : undefined)
  let found = await look()
  if (repair && found.missing.length > 0) found = await untilKept(world, found, look)
  return found.faults.map(({ version, detail }) => `seal of version ${version}: ${detail}`)
}

/** Tells of the seals that are missing, and waits for the archive consumer to keep them. */
const untilKept = async (
  { auditTrail, clock, sleep }: CompareSealsWorld,
  first: VerifiedSeals,
  look: () => Promise<VerifiedSeals>,
): Promise<VerifiedSeals> => {
  await auditTrail.publish(...first.missing.map(({ event }) => event()))
  const untilMs = clock() + PATIENCE_MS
  for (;;) {
    await sleep(LOOK_AGAIN_MS)
    const found = await look()
    if (found.missing.length === 0 || clock() >= untilMs) return found
  }
}

const LOOK_AGAIN_MS = 1_000
