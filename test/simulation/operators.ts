/**
 * Operators who decide about items in quarantine: they replay them unchanged or corrected, or discard them. Two of them
 * may look at the same item. An operator who gets no answer sends the request again, and sometimes one that was answered.
 */
import { ProblemError } from '#http/problem-error'
import type { DecideQuarantine, Operator } from '#ingest/decide-quarantine'
import { grantedMerchants, type MerchantPattern } from '#ledger/access'
import type { Entry } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import type { Currency } from '#ledger/money'
import { quarantineKey, quarantineState, type Quarantined, type QuarantineKey } from '#ledger/quarantine'
import { entryRequestOf } from '#wire/entry/schema'
import type { Correction } from '#wire/http/requests/quarantine'
import type { Decided } from '#wire/http/responses/quarantine'
import type { Oracle } from './oracle.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { MERCHANT_IDS, START_MS } from './workload.ts'

export type OperatorsWorld = {
  readonly random: Random
  readonly scheduler: Scheduler
  readonly oracle: Oracle
  /** Asks a machine of ingest. */
  readonly ask: (request: (desk: DecideQuarantine) => Promise<Decided>) => Promise<Decided | 'died'>
  /** An entry of a client. */
  readonly nextEntry: () => Entry
}

/** What an operator wants to happen to an item, and how it is asked for. */
type Wish = { readonly wanted: Entry | string; readonly send: (desk: DecideQuarantine) => Promise<Decided> }

/** Makes this many decisions, as far as there are items. */
export const decide = async (world: OperatorsWorld, name: string, decisions: number): Promise<void> => {
  const { random, scheduler, oracle } = world
  const operator = { by: name, from: 'desk', merchants: grantedMerchants(['*' as MerchantPattern]) }
  for (let made = 0, looks = 0; made < decisions && looks < MOST_LOOKS; looks += 1) {
    await scheduler.sleep(random.below(random.chance(AWAY) ? AWAY_MS : LOOK_EVERY_MS))
    const { items } = oracle.decisions
    if (items.length === 0) continue
    // The latest items are the ones at which several operators look.
    const item = items[Math.max(0, items.length - 1 - random.below(4))]
    if (item === undefined) continue
    await carryOut(world, wishFor(world, item, operator))
    made += 1
  }
}

const MOST_LOOKS = 12
const LOOK_EVERY_MS = 3_000
/** Now and then operators do something else first, for as long as the archive takes to show what it was given. */
const AWAY = 0.15
const AWAY_MS = 400_000

const carryOut = async ({ random, scheduler, oracle, ask }: OperatorsWorld, wish: Wish): Promise<void> => {
  let answers = random.chance(0.3) ? 2 : 1
  for (let attempt = 0; attempt < MOST_ATTEMPTS && answers > 0; attempt += 1) {
    try {
      const decided = await ask(wish.send)
      if (decided !== 'died') {
        oracle.noteDecided(decided, wish.wanted)
        answers -= 1
        continue
      }
    } catch (error) {
      // Every failure of the world is a problem that says whether the request may be sent again.
      if (!(error instanceof ProblemError)) throw error
      if (error.problem.retryAfterSeconds === undefined) return
    }
    await scheduler.sleep(random.chance(AWAY) ? random.below(AWAY_MS) : RETRY_MS)
  }
}

const MOST_ATTEMPTS = 4
const RETRY_MS = 1_500

const wishFor = (world: OperatorsWorld, item: Quarantined, operator: Operator): Wish => {
  const { random, oracle } = world
  const key = quarantineKey(item)
  const state = quarantineState(item)
  if (random.chance(0.3)) return discarding(key, operator, random.pick(['a test', 'a mistake']))
  // A replay that was begun goes on only when the same one is asked for.
  const begun = state.status === 'waiting' ? state.begun : undefined
  if (begun !== undefined && random.chance(0.8)) {
    return replaying(key, operator, begun, entryRequestOf(begun))
  }
  const { subject } = item
  if (subject === 'unreadable') {
    const entry = world.nextEntry()
    oracle.noteSent(entry)
    return replaying(key, operator, entry, entryRequestOf(entry))
  }
  if (random.chance(0.4)) return replaying(key, operator, subject)
  const { wanted, correction } = corrected(random, subject)
  oracle.noteSent(wanted)
  return replaying(key, operator, wanted, correction)
}

const corrected = (random: Random, subject: Entry): { readonly wanted: Entry; readonly correction: Correction } => {
  if (subject.description !== undefined) {
    const { description: _cursed, ...wanted } = subject
    return { wanted, correction: { description: null } }
  }
  const { currency, merchantId } = subject
  if (currency !== BRL) return { wanted: { ...subject, currency: BRL }, correction: { currency: BRL } }
  const other = MERCHANT_IDS.find((id) => id !== merchantId) ?? merchantId
  const entryId = `${subject.entryId}-fixed` as EntryId
  const amountMinor = subject.amountMinor + BigInt(1 + random.below(3))
  const corrections = [
    { wanted: { ...subject, entryId }, correction: { entryId } },
    { wanted: { ...subject, amountMinor }, correction: { amount: Number(amountMinor) } },
    { wanted: { ...subject, merchantId: other }, correction: { merchantId: other } },
  ]
  // What occurs during a history may be of another day under the calendar of another merchant.
  return random.pick(subject.occurredAtMs < START_MS ? corrections : corrections.slice(0, 2))
}

const BRL = 'BRL' as Currency

const replaying = (key: QuarantineKey, operator: Operator, wanted: Entry, correction?: Correction): Wish => ({
  wanted,
  send: (desk) => desk.replay(key, operator, correction),
})

const discarding = (key: QuarantineKey, operator: Operator, reason: string): Wish => ({
  wanted: reason,
  send: (desk) => desk.discard(key, operator, reason),
})
