import { generationOf } from '#ledger/generation'
import type { BookId } from '#ledger/identifiers'
import type { Journal } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { Generation } from '#ledger/segment'
import { verifyBook, type BrokenBook, type WholeBook } from '../journal/verify-book.ts'
import { verifySeals, type MerchantSeals, type SealWorld } from './verify-seals.ts'

export type SealedBook = WholeBook & {
  /** The versions of the day that issued a seal. */
  readonly versions: readonly number[]
  /** Those of which the objects are on their way. */
  readonly notYetKept: readonly number[]
}

/** `isBroken` is false for a whole book of which an object of a seal is missing. `generation` is that of the chain. */
export type FaultyBook = BrokenBook & { readonly isBroken: boolean; readonly generation: Generation }

/** Whether a book is what its chain says, and what was said of it when its day was closed. */
export const verifySealedBook = async (
  world: Pick<SealWorld, 'seals' | 'clock'> & { readonly journal: Pick<Journal, 'read' | 'end'> },
  book: BookId,
  sealsOf: Pick<MerchantSeals, 'of'>,
): Promise<Result<SealedBook, FaultyBook>> => {
  const walked = await verifyBook(world.journal, book)
  const issued = sealsOf.of(book.day)
  const { faults, isBroken, notYetKept } = await verifySeals(world, book, issued, walked.ok ? walked.value : undefined)
  const ofSeals = faults.map(
    ({ version, detail }) => ({ what: 'seal', detail: `version ${version}: ${detail}` }) as const,
  )
  const generation = generationOf(walked.ok ? walked.value.lastSegment : walked.error.segment)
  if (!walked.ok)
    return refuse({ ...walked.error, faults: [...walked.error.faults, ...ofSeals], isBroken: true, generation })
  if (ofSeals.length > 0)
    return refuse({ segment: firstSegment(issued, faults[0]?.version), faults: ofSeals, isBroken, generation })
  return ok({ ...walked.value, versions: issued.map(({ seal }) => seal.version), notYetKept })
}

const firstSegment = (issued: ReturnType<MerchantSeals['of']>, version: number | undefined): number =>
  issued.find(({ seal }) => seal.version === version)?.segment ?? 0
