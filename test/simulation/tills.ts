/** Tills that send entries through ingest's writer, and records that come from elsewhere. */
import type { StreamWriter } from '#ingest/stream-writer'
import { businessDayOf } from '#ledger/calendar'
import type { Entry } from '#ledger/entry'
import type { Position } from '#ledger/identifiers'
import { laneOf, shardOf } from '#ledger/lanes'
import { encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'
import type { Fleet } from './fleet.ts'
import type { HistoryWorld } from './history-world.ts'
import { DEPENDENCIES } from './own-code.ts'
import type { SimShard } from './stream.ts'
import type { Ingest } from './workers.ts'
import { START_MS } from './workload.ts'

/** A till sends its entries, and sends them again when it gets no answer or is told to. */
export const trade = async (world: HistoryWorld, ingest: Fleet<Ingest>, till: string): Promise<void> => {
  const { mix, scheduler } = world
  for (let request = 0; request < mix.requests; request += 1) {
    await scheduler.turn(till)
    await pause(world)
    let entries: readonly Entry[] = nextEntries(world)
    for (let attempt = 0; attempt < MOST_ATTEMPTS && entries.length > 0; attempt += 1) {
      entries = await send(world, ingest, entries)
      if (entries.length > 0) await scheduler.sleep(RETRY_MS)
    }
  }
}

/** The world is calm again: every writer takes entries, as soon as its breaker lets a call through. */
export const mustAcknowledge = async (world: HistoryWorld, writer: StreamWriter): Promise<void> => {
  const { scheduler, oracle } = world
  const entries = nextEntries(world)
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const received = entries.map((entry) => ({ ...entry, receivedAtMs: scheduler.nowMs }))
    const outcomes = await writer.write(received)
    if (outcomes.every(({ ok }) => ok)) return
    await scheduler.sleep(RETRY_MS)
  }
  oracle.must(false, 'ingest: a writer acknowledges nothing though the world is calm')
}

const MOST_ATTEMPTS = 4
const RETRY_MS = 2_000

/** Leaves closers time to close a day. */
const pause = async ({ isClosing, scheduler, random, mix }: HistoryWorld): Promise<void> => {
  if (isClosing) await scheduler.sleep(random.below(mix.pauseMs))
}

/** Returns the entries that were not acknowledged. */
const send = async (
  world: HistoryWorld,
  ingest: Fleet<Ingest>,
  entries: readonly Entry[],
): Promise<readonly Entry[]> => {
  const { random, scheduler, oracle, acknowledged } = world
  const received = entries.map((entry) => ({ ...entry, receivedAtMs: scheduler.nowMs }))
  const outcomes = await ingest.ask(random, ({ writer }) => writer.write(received))
  if (outcomes === 'died') return entries
  return entries.filter((entry, index) => {
    const outcome = outcomes[index]
    if (outcome?.ok) {
      oracle.noteAcknowledged(entry, outcome.value)
      mustBeHome(world, entry, outcome.value)
      acknowledged.push({ entry, position: outcome.value })
    }
    return outcome?.ok !== true
  })
}

/** As long as no shard is split or merged, entries of a merchant stand on one shard, that of its lane. */
const mustBeHome = (
  { stream, mix, oracle }: HistoryWorld,
  { merchantId, entryId }: Entry,
  { shardId }: Position,
): void => {
  if (stream.shards.length > mix.shards) return
  const home = shardOf(stream.open, laneOf(merchantId))?.shardId
  oracle.must(home === shardId, `ingest: ${entryId} of ${merchantId} stands on ${shardId}, not on ${home}`)
}

const nextEntries = (world: HistoryWorld): Entry[] => {
  const { random, clients, oracle, isClosing } = world
  const entries = Array.from({ length: 1 + random.below(5) }, () => clients.next())
  for (const entry of entries) {
    oracle.noteSent(entry)
    if (isClosing) mustBeOfSameDay(world, entry)
  }
  return entries
}

/** An entry that comes again is of the same day, whatever calendar its merchant has by then. */
const mustBeOfSameDay = (
  { merchants, oracle }: HistoryWorld,
  { merchantId, entryId, businessDay, occurredAtMs }: Entry,
): void => {
  if (occurredAtMs < START_MS || !merchants.some((merchant) => merchant.merchantId === merchantId)) return
  const now = businessDayOf(oracle.closes.calendarOf(merchantId), occurredAtMs)
  oracle.must(now === businessDay, `${entryId} of ${businessDay} comes again, and is of ${now} by now`)
}

/** Records that do not come from our ingest, or come from an ingest with an old shard map. */
export const putFromElsewhere = async (world: HistoryWorld): Promise<void> => {
  for (let made = 0; made < world.mix.records; made += 1) {
    await world.scheduler.turn('elsewhere')
    await pause(world)
    putRecord(world)
    if (world.misfortune('reshard')) reshard(world)
    if (world.misfortune('badDeployment')) await deployBadly(world)
  }
}

const putRecord = (world: HistoryWorld): void => {
  const { random, scheduler, stream, mix } = world
  const entries = nextEntries(world).map((entry) => ({ ...entry, receivedAtMs: scheduler.nowMs }))
  const home = shardOf(stream.open, laneOf(entries[0]?.merchantId ?? ('m0' as never))) as SimShard | undefined
  const shard = home === undefined || random.chance(mix.astray) ? random.pick(stream.open) : home
  if (random.chance(mix.poison)) stream.put(shard, random.pick(POISON))
  const lines = entries.map(entryLine)
  if (random.chance(mix.poison)) lines.splice(random.below(lines.length + 1), 0, 'no entry')
  stream.put(shard, encodeEntries(lines))
}

/** Records without entries. */
const POISON: readonly Uint8Array[] = [Buffer.from('garbage'), encodeEntries(['{"entry":{}}']), encodeHeartbeat()]

const reshard = ({ stream, random, coverage }: HistoryWorld): void => {
  const { open } = stream
  const [left, right] = open
  if (left !== undefined && right !== undefined && left.lastHashKey + 1n === right.firstHashKey) {
    coverage.note('shards are merged')
    stream.merge(left, right)
  } else if (open.length < 4) {
    coverage.note('a shard is split')
    stream.split(random.pick(open))
  }
}

/** Breaks our own code for a while, and mends it. */
const deployBadly = async ({ random, scheduler, coverage }: HistoryWorld): Promise<void> => {
  const work = random.pick(Object.values(DEPENDENCIES))
  coverage.note('a bad deployment')
  work(false)
  for (let turns = random.below(60); turns > 0; turns -= 1) await scheduler.turn('deployment')
  work(true)
}
