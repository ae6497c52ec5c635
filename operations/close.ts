/** `npm run close`: closes the days of merchants that the archive proves, and says which days stay open and why. */
import { setTimeout as sleep } from 'node:timers/promises'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { readSettings, type Settings } from '#infra/settings'
import { useNamedOrRunningSystem } from '#infra/local/running-system'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { everyListed } from '#ledger/listed'
import type { Merchants } from '#ledger/ports'
import { closeDays, type CloseWorld } from '#processors/close/close-days'
import type { DayOutcome } from '#processors/close/day-outcome'
import { archiveQueries } from './archive-queries.ts'
import { booksInStore } from './books-in-store.ts'
import { closeArguments, CLOSE_USAGE } from './close-arguments.ts'
import { closingLines } from './close-output.ts'
import { EXIT, runCommand, UsageError, type Command } from './command.ts'
import { counted, type Terminal } from './terminal.ts'

/** `worldOf` gives the stores of the system that the settings name. */
export const closeCommand =
  (worldOf: (settings: Settings) => CloseWorld): Command =>
  async (args, terminal) => {
    const asked = closeArguments(args)
    const settings = readSettings()
    const world = worldOf(settings)
    // Only a merchant's calendar says when its day ends, and the earliest one is 14 hours ahead of UTC.
    const lastDay = new Date(world.clock() + FIRST_ZONE_MS).toISOString().slice(0, 10)
    if (asked.day > lastDay) throw new UsageError(`${asked.day} has not begun anywhere. Check --day.`)
    const merchantIds = await merchantsOf(world.merchants, asked.merchantId)
    const outcomes = await closeDays(world, {
      through: asked.day,
      merchantIds,
      deliveryMs: settings.archiveDeliveryMs,
      onDay: showClosed(terminal),
    }).finally(() => terminal.status(undefined))
    if (asked.json) terminal.printJson({ day: asked.day, merchants: merchantIds.length, days: outcomes.map(toJson) })
    else terminal.print(...closingLines(asked.day, merchantIds.length, outcomes))
    return outcomes.every(({ status }) => status === 'closed') ? EXIT.done : EXIT.refused
  }

const FIRST_ZONE_MS = 14 * 3_600_000

const merchantsOf = async (
  merchants: Pick<Merchants, 'find' | 'items'>,
  only: MerchantId | undefined,
): Promise<MerchantId[]> => {
  if (only !== undefined) {
    if ((await merchants.find(only)) !== undefined) return [only]
    throw new UsageError(`No merchant is registered as ${only}. Check --merchant.`)
  }
  const ids: MerchantId[] = []
  for await (const { merchantId } of everyListed((page) => merchants.items(page))) ids.push(merchantId)
  return ids
}

const showClosed = ({ status }: Terminal): ((outcome: DayOutcome) => void) => {
  let count = 0
  return () => {
    count += 1
    status(`${counted(count, 'day', 'days')} looked at`)
  }
}

type JsonOutcome = {
  readonly merchantId: MerchantId
  readonly businessDay: BusinessDay
  readonly status: DayOutcome['status']
  readonly reason?: string
}

const toJson = (outcome: DayOutcome): JsonOutcome => {
  const { merchantId, day: businessDay, status } = outcome
  return { merchantId, businessDay, status, ...('reason' in outcome && { reason: outcome.reason }) }
}

const storedWorld = (settings: Settings): CloseWorld => {
  if (settings.athena === undefined) useNamedOrRunningSystem()
  const client = documentClient({ maxAttempts: 10 })
  const stream = kinesisEntryStream(kinesisClient(), settings.streamName)
  return {
    ...booksInStore(client, settings.tables),
    stream,
    progress: dynamoProgress(client, settings.tables.progress),
    auditTrail: streamAuditTrail(stream),
    archive: archiveQueries(settings),
    sleep,
  }
}

export const close: Command = closeCommand(storedWorld)

if (import.meta.main) await runCommand(close, CLOSE_USAGE)
