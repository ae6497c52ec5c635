/**
 * The obvious design, for comparison: one transaction per entry, which puts the entry if its id is new and adds it to its
 * book's counters. The transactions run on the local DynamoDB.
 */
import { CreateTableCommand, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { PutCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { documentClient } from '#adapters/aws/dynamodb'
import { keySchema, type TableKey } from '#adapters/dynamodb/tables'
import { startTestServices } from '#infra/local/test-services'
import { HOUR_MS } from '#ledger/calendar'
import { windowOf } from '#ledger/day-view'
import { METHODS, type Entry } from '#ledger/entry'
import { bookKey } from '#ledger/identifiers'
import { encodeEntries, entryLine } from '#wire/stream/record'
import { itemBytes, writeUnits, type Item } from './item-size.ts'
import { billedRecordGB } from './prices.ts'
import { cpuMicros } from './rounds.ts'
import { bookOf, terms, trade } from './trade.ts'

/** Figures are per entry unless their name says otherwise. */
export type Naive = {
  readonly recordGB: number
  readonly cpuMicros: number
  /** Write units late in the day, when every hour and method has a counter, as the local DynamoDB bills them. */
  readonly writeUnits: number
  /** Write units with counters of the day's totals alone, which cannot answer Daybook's queries. */
  readonly bareWriteUnits: number
  readonly mixedPerSecond: number
  readonly hotPerSecond: number
}

const MERCHANTS = 1_000
const ENTRIES = 1_000
const AT_ONCE = 32

export const measureNaive = async (): Promise<Naive> => {
  const services = await startTestServices()
  try {
    const client = documentClient()
    await createTable(client, ENTRIES_TABLE, entriesKey)
    await createTable(client, COUNTERS_TABLE, countersKey)
    const { shops, requests } = trade({ merchantCount: MERCHANTS, ids: 'till' })
    const hot = trade({ merchantCount: 1, ids: 'uuid' }).requests(ENTRIES).flat()
    const mixed = requests(ENTRIES).flat()
    for (const { merchantId } of shops) {
      const Item = countersItem(bookKey(bookOf(merchantId)), { withView: true })
      await client.send(new PutCommand({ TableName: COUNTERS_TABLE, Item }))
    }
    const ofMixed = await countAll(client, mixed)
    const ofHot = await countAll(client, hot)
    const average = (of: (entry: Entry) => number) => mixed.reduce((sum, entry) => sum + of(entry), 0) / mixed.length
    return {
      recordGB: average((entry) => billedRecordGB(encodeEntries([entryLine(entry)]))),
      cpuMicros: ofMixed.cpuMicros,
      writeUnits: ofMixed.units,
      bareWriteUnits: average(bareUnitsOf),
      mixedPerSecond: ofMixed.perSecond,
      hotPerSecond: ofHot.perSecond,
    }
  } finally {
    await services.stop()
  }
}

const ENTRIES_TABLE = 'naive-entries'
const COUNTERS_TABLE = 'naive-counters'
const entriesKey: TableKey = { partition: { name: 'book', type: 'S' }, sort: { name: 'entryId', type: 'S' } }
const countersKey: TableKey = { partition: { name: 'book', type: 'S' } }

const createTable = async (client: DynamoDBDocumentClient, TableName: string, key: TableKey): Promise<void> => {
  await client.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...keySchema(key) }))
}

type Counted = { readonly perSecond: number; readonly cpuMicros: number; readonly units: number }

const countAll = async (client: DynamoDBDocumentClient, entries: readonly Entry[]): Promise<Counted> => {
  const queue = entries.values()
  let units = 0
  const lane = async (): Promise<void> => {
    for (const entry of queue) {
      const used = await countEntry(client, entry)
      units += used
    }
  }
  const before = cpuMicros()
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return {
    perSecond: (1_000 * entries.length) / (performance.now() - startedMs),
    cpuMicros: (cpuMicros() - before) / entries.length,
    units: units / entries.length,
  }
}

/** Counts an entry once and returns its write units. Tries again after a conflict with another transaction. */
const countEntry = async (client: DynamoDBDocumentClient, entry: Entry): Promise<number> => {
  const transaction = new TransactWriteCommand({
    ReturnConsumedCapacity: 'TOTAL',
    TransactItems: [
      {
        Put: {
          TableName: ENTRIES_TABLE,
          Item: entryItem(entry),
          ConditionExpression: 'attribute_not_exists(#book)',
          ExpressionAttributeNames: { '#book': 'book' },
        },
      },
      { Update: { TableName: COUNTERS_TABLE, Key: { book: keyOf(entry) }, ...addToCounters(entry) } },
    ],
  })
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { ConsumedCapacity = [] } = await client.send(transaction)
      return ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
    } catch (error) {
      if (!isConflict(error) || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

const MAX_ATTEMPTS = 100

const isConflict = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).some(({ Code }) => Code === 'TransactionConflict')

/** A transaction pays for every unit twice. */
const bareUnitsOf = (entry: Entry): number =>
  2 * writeUnits(itemBytes(entryItem(entry))) +
  2 * writeUnits(itemBytes(countersItem(keyOf(entry), { withView: false })))

const keyOf = ({ merchantId, businessDay }: Entry): string => bookKey({ merchantId, day: businessDay })

const entryItem = (entry: Entry): Item => {
  const { merchantId: _merchant, businessDay: _day, ...rest } = entry
  return { book: keyOf(entry), ...rest }
}

/** Every number of the day view is an attribute of its own, "credits@13", because `ADD` reaches no deeper. */
const addToCounters = (entry: Entry) => {
  const sum = entry.direction === 'credit' ? 'credits' : 'debits'
  const hour = windowOf(entry, terms.startsAtMs, HOUR_MS)
  const rows = ['day', entry.method ?? 'other', hour]
  return {
    UpdateExpression: `ADD ${rows.map((_, index) => `#sum${index} :amount, #count${index} :one`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(
      rows.flatMap((row, index) => [
        [`#sum${index}`, `${sum}@${row}`],
        [`#count${index}`, `count@${row}`],
      ]),
    ),
    ExpressionAttributeValues: { ':amount': entry.amountMinor, ':one': 1 },
  }
}

/** The counters late in the day, when all of them exist. */
const countersItem = (book: string, { withView }: { withView: boolean }): Item => {
  const rows = ['day', ...(withView ? [...METHODS, ...Array(24).keys()] : [])]
  const numbers = rows.flatMap((row) => [
    [`credits@${row}`, 123_456_789],
    [`debits@${row}`, 1_234_567],
    [`count@${row}`, 12_345],
  ])
  return { book, ...(Object.fromEntries(numbers) as Item) }
}
