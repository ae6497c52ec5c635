/** Operators who reconcile: in the middle of a history, at its end, and after entries were lost. */
import type { ArchiveQueries } from '#ledger/archive'
import type { BusinessDay } from '#ledger/identifiers'
import type { EntryStream } from '#ledger/ports'
import { reconcileDay, type DayReport } from '#processors/reconcile/reconcile-day'
import { DELIVERY_MS } from './firehose.ts'
import type { Ports } from './ports.ts'
import type { Scheduler } from './scheduler.ts'

export type ReconcilingWorld = {
  readonly ports: Ports
  readonly stream: EntryStream
  readonly archive: ArchiveQueries
  readonly scheduler: Scheduler
}

export const reconcile = async (
  { ports, stream, archive, scheduler }: ReconcilingWorld,
  day: BusinessDay,
  { repair }: { readonly repair: boolean },
): Promise<DayReport> => {
  const { journal, quarantine, merchants, progress } = ports
  const clock = () => scheduler.nowMs
  const sleep = (ms: number) => scheduler.sleep(ms)
  return await reconcileDay(
    { journal, quarantine, merchants, progress, stream, archive, clock, sleep },
    { day, repair, deliveryMs: 2 * DELIVERY_MS },
  )
}
