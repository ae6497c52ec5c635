/**
 * Owners of merchants, who change the policy for late entries and the calendar while everything goes on; and the operator
 * who brings newer zone data into the calendars.
 */
import { ProblemError } from '#http/problem-error'
import { registrar } from '#ingest/register-merchant'
import type { Actor } from '#ledger/actor'
import type { MerchantId } from '#ledger/identifiers'
import type { LatePolicy, MerchantChange } from '#ledger/merchant'
import { updateZones } from '#ledger/zone-update'
import { zones2026f, zonesWith } from '#test/zone-data'
import { isSimulatedFault } from './machine.ts'
import type { Ports } from './ports.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export const POLICIES: readonly LatePolicy[] = ['nextOpenDay', 'restate', 'quarantine']

export type OwnersWorld = {
  readonly random: Random
  readonly scheduler: Scheduler
  readonly merchants: readonly MerchantId[]
  readonly ports: Pick<Ports, 'merchants'>
  readonly note: (what: string) => void
}

/** Makes this many changes, as far as they succeed. */
export const changeMerchants = async (world: OwnersWorld, changes: number): Promise<void> => {
  const { random, scheduler } = world
  for (let made = 0; made < changes; made += 1) {
    await scheduler.sleep(random.below(CHANGE_EVERY_MS))
    const merchantId = random.pick(world.merchants)
    try {
      if (random.chance(0.2)) await bringNewerZones(world, merchantId)
      else await change(world, merchantId)
    } catch (error) {
      if (!isSimulatedFault(error) && !(error instanceof ProblemError)) throw error
      world.note('a change of a merchant failed')
    }
  }
}

const CHANGE_EVERY_MS = 400_000

const change = async ({ random, scheduler, ports, note }: OwnersWorld, merchantId: MerchantId): Promise<void> => {
  const isPolicy = random.chance(0.7)
  const wanted: MerchantChange = isPolicy
    ? { lateEntries: random.pick(POLICIES) }
    : { timeZone: random.pick(ZONES), dayStartsAt: random.pick(['00:00', '04:00']) }
  const { change: carryOut } = registrar({
    merchants: ports.merchants,
    zones: zones2026f,
    clock: () => scheduler.nowMs,
  })
  await carryOut(merchantId, wanted, { actor: OWNER })
  note(isPolicy ? 'a policy was changed' : 'a calendar was changed')
}

/** Clocks far ahead and far behind, and one that newer data moves. */
const ZONES = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Sao_Paulo']
const OWNER: Actor = { by: 'the owner', from: 'a desk' }

/** From the third night on, the clocks of São Paulo are an hour ahead of what was known. */
const newerZones = zonesWith('2026z', 'America/Sao_Paulo', -3, ['2026-11-25T03:00:00Z', -2])

const bringNewerZones = async ({ scheduler, ports, note }: OwnersWorld, merchantId: MerchantId): Promise<void> => {
  const merchant = await ports.merchants.find(merchantId)
  const update = merchant && updateZones(merchant, newerZones, scheduler.nowMs)
  if (update?.ok !== true || update.value === undefined) return
  if ((await ports.merchants.save(update.value.merchant)) === 'saved') note('newer zone data was brought in')
}
