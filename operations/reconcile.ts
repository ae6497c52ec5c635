/** `npm run reconcile`: proves that the archive and the books of a day hold the same entries, or names those that differ. */
import { setTimeout as sleep } from 'node:timers/promises'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { useRunningSystem } from '#infra/local/running-system'
import { reconcileDay, type ReconcileWorld } from '#processors/reconcile/reconcile-day'
import { jsonTextOfAnySize } from '#wire/json/json'
import { readSettings, type Settings } from '#infra/settings'
import { archiveQueries } from './archive-queries.ts'
import { EXIT, runCommand, UsageError, type Command } from './command.ts'
import { RECONCILE_USAGE, reconcileArguments } from './reconcile-arguments.ts'
import { reconciliationText } from './reconcile-output.ts'

const reconcile: Command = async (args, { print }) => {
  const asked = reconcileArguments(args)
  const settings = readSettings()
  if (settings.athena === undefined) useRunningSystem()
  const world = worldOf(settings)
  // Nothing equals nothing, so a name that was mistyped would pass.
  if (asked.merchantId !== undefined && (await world.merchants.find(asked.merchantId)) === undefined) {
    throw new UsageError(`No merchant is registered as ${asked.merchantId}.`)
  }
  const request = { ...asked, deliveryMs: settings.archiveDeliveryMs, onReport: compared() }
  const report = await reconcileDay(world, request)
  print(asked.json ? jsonTextOfAnySize({ day: asked.day, ...report }) : reconciliationText(asked.day, report))
  return report.status === 'compared' && report.isEqual ? EXIT.done : EXIT.refused
}

const worldOf = (settings: Settings): ReconcileWorld => {
  const { tables } = settings
  const store = documentClient()
  return {
    stream: kinesisEntryStream(kinesisClient(), settings.streamName),
    progress: dynamoProgress(store, tables.progress),
    journal: dynamoJournal(store, tables.journal),
    quarantine: dynamoQuarantine(store, tables.quarantine),
    merchants: dynamoMerchants(store, tables.merchants),
    archive: archiveQueries(settings),
    clock: Date.now,
    sleep,
  }
}

/** Shows on a terminal that something happens, out of the way of the report. */
const compared = (): (() => void) => {
  let count = 0
  return () => {
    count += 1
    if (process.stderr.isTTY) process.stderr.write(`\r${count} compared\r`)
  }
}

await runCommand(reconcile, RECONCILE_USAGE)
