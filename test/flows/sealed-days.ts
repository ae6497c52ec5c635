/** A merchant whose Monday was closed and restated, and whose Tuesday was closed; the seals of all are kept. */
import { memoryArchive } from '#adapters/archive/memory-archive'
import { memorySeals } from '#adapters/seals/memory-seals'
import type { Entry } from '#ledger/entry'
import { USAGE, verifyJournal, type JournalStore } from '#operations/verify-journal'
import { keepingSeals } from '#processors/archive/keep-seals'
import { closeDays } from '#processors/close/close-days'
import { anEntry, day, entryId, merchantId } from '../builders.ts'
import { runIn } from '../operations/run.ts'
import { aSystem, DELIVERY_MS } from './a-system.ts'

export const m1 = merchantId('m1')
export const MON = day('2026-11-16')
export const TUE = day('2026-11-17')
export const WED = day('2026-11-18')

export const sale = (id: string, of: typeof MON, amountMinor: bigint): Entry => {
  const occurredAtMs = Date.parse(`${of}T09:30:00-03:00`)
  const times = { occurredAtMs, receivedAtMs: occurredAtMs }
  return anEntry({ entryId: entryId(id), businessDay: of, amountMinor, ...times })
}

/** Monday was closed and restated, Tuesday was closed, and Wednesday is open. */
export const sealedDays = async () => {
  const system = await aSystem({ lateEntries: 'restate' })
  const { books, world, auditTrail, send } = system
  await send(sale('a', MON, 500n), sale('b', TUE, 30n))
  const closing = { ...books, ...world, auditTrail }
  await closeDays(closing, { through: TUE, merchantIds: [m1], deliveryMs: DELIVERY_MS })
  await send(sale('late', MON, 70n), sale('c', WED, 1n))
  const seals = memorySeals()
  const keep = async () =>
    await keepingSeals(memoryArchive(), seals, { warn() {}, error() {} }).putAuditEvents(auditTrail.published)
  await keep()
  const store: JournalStore = { ...books, merchants: world.merchants, seals, clock: world.clock }
  const verify = async (instead: Partial<JournalStore> = {}, args = ['--merchant', 'm1']) =>
    await runIn(
      verifyJournal(() => ({ ...store, ...instead })),
      USAGE,
      args,
    )
  return { ...system, seals, keep, verify }
}
