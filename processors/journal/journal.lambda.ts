import { pino } from 'pino'
import { documentClient } from '#adapters/dynamodb/client'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { readSettings } from '#wire/settings'
import { kinesisBatch } from '../kinesis-batch.ts'
import { recordEntries } from './record-entries.ts'

const { tables, logLevel, booksAtOnce, bookCacheBytes } = readSettings()
const store = documentClient()

const world = {
  journal: dynamoJournal(store, tables.journal),
  heads: dynamoHeads(store, tables.days),
  merchants: dynamoMerchants(store, tables.merchants),
  quarantine: dynamoQuarantine(store, tables.quarantine),
  progress: dynamoProgress(store, tables.progress),
  clock: Date.now,
  log: pino({ level: logLevel }),
}

/** The journal consumer of the entry stream. */
export const handler = kinesisBatch(recordEntries(world, { booksAtOnce, cacheBytes: bookCacheBytes }))
