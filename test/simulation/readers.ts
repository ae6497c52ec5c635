/** Readers of the query API: they wait for what they were acknowledged, and read days, periods and balances. */
import { readBalance, readBalanceOf, readDay, readDayAt, readPeriod } from '#query-api/books'
import { journalFreshness, type Freshness } from '#query-api/freshness'
import { knownShards } from '#query-api/known-shards'
import { remembering, type RememberingStore } from '#query-api/memory'
import type { Entry } from '#ledger/entry'
import type { BusinessDay, MerchantId, Position } from '#ledger/identifiers'
import type { EntryStream } from '#ledger/ports'
import { isSimulatedFault } from './machine.ts'
import type { Oracle } from './oracle.ts'
import type { Ports } from './ports.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { SimShard } from './stream.ts'

/** What runs on a machine of the query API. */
export type QueryMachine = { readonly store: RememberingStore; readonly freshness: Freshness }

export const queryMachine = (ports: Ports, stream: EntryStream, scheduler: Scheduler): QueryMachine => {
  const timer = { nowMs: () => scheduler.nowMs, sleep: (ms: number) => scheduler.sleep(ms) }
  const shards = knownShards({ openShards: stream.openShards, timer, log: { error() {} } as never })
  const store = remembering(ports)
  return { store, freshness: journalFreshness({ progress: ports.progress, shards, timer }) }
}

export type ReadersWorld = {
  readonly random: Random
  readonly scheduler: Scheduler
  readonly oracle: Oracle
  readonly machines: readonly QueryMachine[]
  readonly merchants: readonly MerchantId[]
  readonly days: readonly BusinessDay[]
  readonly shards: () => readonly SimShard[]
  /** What clients were acknowledged so far. */
  readonly acknowledged: readonly { readonly entry: Entry; readonly position: Position }[]
  /** Whether days are closed. */
  readonly isClosing: boolean
}

/** Reads this many times. */
export const read = async (world: ReadersWorld, reads: number): Promise<void> => {
  const { random, scheduler, machines } = world
  for (let made = 0; made < reads; made += 1) {
    await scheduler.sleep(random.below(world.isClosing ? READ_CLOSED_EVERY_MS : READ_EVERY_MS))
    const kind = random.pick(world.isClosing ? [...READS, ...READS_OF_CLOSED] : READS)
    try {
      await kind(world, random.pick(machines))
    } catch (error) {
      if (!isSimulatedFault(error)) throw error
    }
  }
}

const READ_EVERY_MS = 2_000
const READ_CLOSED_EVERY_MS = 200_000

type Read = (world: ReadersWorld, machine: QueryMachine) => Promise<void>

const readAcknowledged: Read = async ({ random, oracle, acknowledged }, { store, freshness }) => {
  if (acknowledged.length === 0) return
  const { entry, position } = random.pick(acknowledged)
  if (!(await freshness.reaches([position], random.below(4_000)))) return
  const { merchantId, businessDay: day, entryId } = entry
  // A late entry counts on another day.
  const countsOn = oracle.closes.placeOf(entry) ?? day
  const { segment } = await readDay(store, { merchantId, day: countsOn })
  const aside = await store.quarantine.ofEntry({ merchantId, day }, entryId, 50)
  oracle.noteReadBack(entry, segment, aside)
}

const readOneDay: Read = async ({ random, oracle, merchants, days }, { store }) => {
  const [merchantId, day] = [random.pick(merchants), random.pick(days)]
  const during = oracle.reads.begin(merchantId)
  const view = await readDay(store, { merchantId, day })
  oracle.reads.checkDay({ merchantId, day }, view, during())
}

const readAllDays: Read = async ({ random, oracle, merchants, days }, { store }) => {
  const merchantId = random.pick(merchants)
  const [from, to] = [random.pick(days), days.at(-1)]
  if (to === undefined) return
  const during = oracle.reads.begin(merchantId)
  const period = await readPeriod(store, merchantId, { from, to })
  oracle.reads.checkPeriod(merchantId, period, during())
}

const readAll: Read = async ({ random, oracle, merchants }, { store }) => {
  const merchantId = random.pick(merchants)
  const during = oracle.reads.begin(merchantId)
  const balance = await readBalance(store, merchantId)
  oracle.reads.checkBalance(merchantId, balance, during())
}

const readFreshness: Read = async ({ random, oracle, merchants, shards }, { freshness }) => {
  const merchantId = random.pick(merchants)
  const appliedThroughMs = await freshness.appliedThroughMs(merchantId)
  if (appliedThroughMs !== null) oracle.noteAppliedThrough(merchantId, appliedThroughMs, shards())
}

const READS = [readAcknowledged, readAcknowledged, readOneDay, readAllDays, readAll, readFreshness]

const readBalanceOfDay: Read = async ({ random, oracle, merchants, days }, { store }) => {
  const [merchantId, day] = [random.pick(merchants), random.pick(days)]
  const during = oracle.reads.begin(merchantId)
  const balance = await readBalanceOf(store, { merchantId, day })
  oracle.reads.checkBalance(merchantId, balance, during(), day)
}

const readOldVersion: Read = async ({ random, oracle, merchants, days }, { store }) => {
  const book = { merchantId: random.pick(merchants), day: random.pick(days) }
  const version = 1 + random.below(4)
  const wasIssued = oracle.closes.issuedAs(book, version) !== undefined
  const read = await readDayAt(store, book, version)
  const newest = oracle.closes.newestOf(book.merchantId).get(book.day)?.version ?? 0
  const issued = oracle.closes.issuedAs(book, version)
  oracle.reads.checkVersion(book, version, read, { wasIssued, issued, newest })
}

const READS_OF_CLOSED = [readOneDay, readAll, readBalanceOfDay, readOldVersion]
