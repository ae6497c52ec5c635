/**
 * Builds every book from the archive alone, by the rules by which the live books were built, and closes the days that were
 * closed (`settle-days.ts`).
 *
 * A live book counts the first copy of an id in stream order and sets aside later copies with other content. All
 * entries of a merchant stand on one shard at a time, and a shard that follows another shard by a split or a merge
 * numbers its records higher. So the order of sequence numbers, and of places in a record, is the order in which the
 * live book got the entries. It makes no difference in which object a row stands, or how often.
 */
import { everyListed } from '#ledger/listed'
import type { Merchant } from '#ledger/merchant'
import type { ArchiveObjects } from '#ledger/archive'
import type { Merchants } from '#ledger/ports'
import { recordArchive, type ReadArchive, type ReadingProgress } from './archived-days.ts'
import { bookRecorder, type Recorded, type RecorderLimits, type RecorderWorld } from './book-recorder.ts'

export type Rebuilt = ReadArchive &
  Recorded & {
    /** What the archive tells of closed days and its entries do not bear out, in sentences. */
    readonly problems: readonly string[]
    readonly merchantsFromAuditEvents: number
    /** Merchants that no audit event in the archive names. */
    readonly merchantsFromRegister: readonly string[]
    /** Items of the register that cannot be read, of merchants that no audit event in the archive names. */
    readonly unreadableMerchants: readonly { readonly merchantId: string; readonly reason: string }[]
  }

export type RebuildParts = {
  readonly archive: ArchiveObjects
  /** Empty tables that no other process uses. */
  readonly rebuilt: RecorderWorld
  /** The live register, for merchants registered before audit events were archived. */
  readonly register: Pick<Merchants, 'items'>
}

export const rebuildBooks = async (
  { archive, rebuilt, register }: RebuildParts,
  limits: RecorderLimits,
  onProgress: (progress: ReadingProgress) => void,
): Promise<Rebuilt> => {
  const listed = await archive.list()
  const decided = await archive.decisions()
  const { missing, unreadableMerchants } = await missingIn(decided.merchants, register)
  for (const merchant of [...decided.merchants, ...missing]) await enter(rebuilt.merchants, merchant)

  const recorder = bookRecorder(rebuilt, { ...limits, mayHaveMoved: false, told: decided.days })
  const { settler } = recorder
  const read = await recordArchive(archive, listed.objects, (entries) => recorder.archived(entries), {
    onProgress,
    days: settler.days,
    afterDay: settler.settle,
  })
  await settler.settleHeads()
  return {
    problems: settler.problems.toSorted(),
    ...read,
    ...recorder.recorded(),
    unreadableObjects: [...decided.unreadable, ...listed.unreadable, ...read.unreadableObjects],
    merchantsFromAuditEvents: decided.merchants.length,
    merchantsFromRegister: missing.map(({ merchantId }) => merchantId),
    unreadableMerchants,
  }
}

const missingIn = async (known: readonly Merchant[], register: RebuildParts['register']) => {
  const ids = new Set(known.map(({ merchantId }) => merchantId))
  const missing: Merchant[] = []
  const unreadableMerchants: { merchantId: string; reason: string }[] = []
  for await (const { merchantId, merchant } of everyListed((page) => register.items(page))) {
    if (ids.has(merchantId)) continue
    if (merchant.ok) missing.push(merchant.value)
    else unreadableMerchants.push({ merchantId, reason: merchant.error })
  }
  return { missing, unreadableMerchants }
}

/**
 * Saves every revision up to the wanted one, because the register takes revisions one after the other. The last one
 * stays.
 */
const enter = async (merchants: Merchants, merchant: Merchant): Promise<void> => {
  for (let revision = 1; revision <= merchant.revision; revision += 1) await merchants.save({ ...merchant, revision })
}
