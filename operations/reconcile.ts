/** `npm run reconcile`: proves that the archive and the books of a day hold the same entries, or names those that differ. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { documentClient } from '#adapters/dynamodb/client'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { kinesisClient } from '#adapters/kinesis/client'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { useRunningSystem } from '#infra/local/running-system'
import { parseBusinessDay, parseMerchantId } from '#ledger/identifiers'
import { reconcileDay, type ReconcileRequest, type ReconcileWorld } from '#processors/reconcile/reconcile-day'
import { jsonText } from '#wire/json'
import { readSettings, type Settings } from '#wire/settings'
import { archiveQueries } from './archive-queries.ts'
import { runCommand, UsageError } from './command.ts'
import { reconciliationText } from './reconcile-output.ts'

const USAGE = `\
npm run -s reconcile -- --day DAY         compares the archive with every book of a business day (YYYY-MM-DD)
  --merchant M                            with the book of one merchant
  --repair                                publishes again what is missing in the journal, and compares once more
  --json                                  all there is to say, as JSON
The exit code is 0 only when they are equal.`

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      day: { type: 'string' },
      merchant: { type: 'string' },
      repair: { type: 'boolean', default: false },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const asked = { day: dayOf(values.day), ...merchantOf(values.merchant), repair: values.repair }

  const settings = readSettings()
  if (settings.athena === undefined) useRunningSystem()
  const request = { ...asked, deliveryMs: settings.archiveDeliveryMs, onReport: compared() }
  const report = await reconcileDay(worldOf(settings), request)
  console.log(values.json ? jsonText({ day: asked.day, ...report }) : reconciliationText(asked.day, report))
  return report.status === 'compared' && report.isEqual ? 0 : 1
}

const dayOf = (text = ''): ReconcileRequest['day'] => {
  const day = parseBusinessDay(text)
  if (!day.ok) throw new UsageError(text === '' ? 'Which --day?' : `${text} is no day; write YYYY-MM-DD.`)
  return day.value
}

const merchantOf = (text: string | undefined): Pick<ReconcileRequest, 'merchantId'> => {
  if (text === undefined) return {}
  const merchantId = parseMerchantId(text)
  if (!merchantId.ok) throw new UsageError(`${text} is no merchant's id.`)
  return { merchantId: merchantId.value }
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

await runCommand(USAGE, main)
