/** `npm run reconcile`: compares the entries of a day in the archive with those in the books, and names those that differ. */
import { setTimeout as sleep } from 'node:timers/promises'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { s3Client } from '#adapters/aws/s3'
import { s3Seals } from '#adapters/seals/s3-seals'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { useNamedOrRunningSystem } from '#infra/local/running-system'
import type { MerchantId } from '#ledger/identifiers'
import { UnknownFormat, type Merchants } from '#ledger/ports'
import { withSeals, type CompareSealsWorld } from '#processors/reconcile/compare-seals'
import { reconcileDay, type ReconcileWorld } from '#processors/reconcile/reconcile-day'
import { readSettings, type Settings } from '#infra/settings'
import { archiveQueries } from './archive-queries.ts'
import { EXIT, runCommand, UsageError, type Command } from './command.ts'
import { RECONCILE_USAGE, reconcileArguments } from './reconcile-arguments.ts'
import { reconciliationLines } from './reconcile-output.ts'
import type { Terminal } from './terminal.ts'

export const reconcile: Command = async (args, terminal) => {
  const asked = reconcileArguments(args)
  const settings = readSettings()
  if (settings.athena === undefined) useNamedOrRunningSystem()
  const world = worldOf(settings)
  // An unknown merchant has no entries on either side and would compare as equal.
  if (asked.merchantId !== undefined && !(await isRegistered(world.merchants, asked.merchantId))) {
    throw new UsageError(`No merchant is registered as ${asked.merchantId}. Check --merchant.`)
  }
  const { day, repair, merchantId } = asked
  const which = merchantId === undefined ? {} : { merchantIds: [merchantId] }
  const request = { day, repair, ...which, deliveryMs: settings.archiveDeliveryMs, onReport: showCompared(terminal) }
  const compared = await reconcileDay(world, request).finally(() => terminal.status(undefined))
  const report = await withSeals(world, compared, { repair })
  if (asked.json) terminal.printJson({ day: asked.day, ...report })
  else terminal.print(...reconciliationLines(asked.day, report))
  return report.status === 'compared' && report.isEqual ? EXIT.done : EXIT.refused
}

const isRegistered = async (merchants: Pick<Merchants, 'find'>, merchantId: MerchantId): Promise<boolean> => {
  try {
    return (await merchants.find(merchantId)) !== undefined
  } catch (error) {
    // The report names an item that cannot be read.
    if (error instanceof UnknownFormat) return true
    throw error
  }
}

const worldOf = (settings: Settings): ReconcileWorld & CompareSealsWorld & { readonly merchants: Merchants } => {
  const { tables } = settings
  const client = documentClient()
  const stream = kinesisEntryStream(kinesisClient(), settings.streamName)
  return {
    stream,
    auditTrail: streamAuditTrail(stream),
    ...dynamoBooks(client, tables),
    seals: s3Seals(s3Client(), settings.sealBucket),
    progress: dynamoProgress(client, tables.progress),
    merchants: dynamoMerchants(client, tables.merchants),
    archive: archiveQueries(settings),
    clock: Date.now,
    sleep,
  }
}

const showCompared = ({ status }: Terminal): (() => void) => {
  let count = 0
  return () => {
    count += 1
    status(`${count} compared`)
  }
}

if (import.meta.main) await runCommand(reconcile, RECONCILE_USAGE)
