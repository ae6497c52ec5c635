/**
 * Writes the same trade to two places: through the production processor into the live books, and as the rows of the archive
 * into Parquet objects. One entry in a hundred comes twice, one in ten thousand comes again with another amount, and the
 * rows of the objects are in no order.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { ArchivedEntry } from '#ledger/archive'
import type { Entry } from '#ledger/entry'
import type { Merchant } from '#ledger/merchant'
import type { BatchOutcome, ShardBatch } from '#processors/shard-batch'
import { auditEventsParquet, entriesParquet } from '#test/parquet-object'
import { seededRandom, type Random } from '#test/simulation/random'
import { decodeRecord } from '#wire/stream/record'
import { recordedStream } from '../stream.ts'
import { merchantOf, trade } from '../trade.ts'

export type Filling = {
  readonly entryCount: number
  readonly s3: S3Client
  readonly bucket: string
  /** Keeps a copy of every object of entries. */
  readonly folder: string
  readonly process: (batch: ShardBatch) => Promise<BatchOutcome>
  readonly register: (merchant: Merchant) => Promise<unknown>
  readonly onProgress: (entries: number) => void
}

export type Filled = {
  readonly merchants: readonly Merchant[]
  readonly rows: number
  readonly objects: number
  readonly bytes: number
}

const MERCHANTS = 1_000
const DUPLICATES = 0.01
const CONFLICTS = 0.0001
const ENTRIES_PER_ROUND = 50_000
/** A row waits among this many others before it is written, so that neighbours on the stream end in different objects. */
const ROWS_MIXED = 60_000
const ROWS_PER_OBJECT = 25_000

export const fill = async (filling: Filling): Promise<Filled> => {
  const { s3, bucket, folder, entryCount } = filling
  const random = seededRandom(2)
  const { shops, requests } = trade({ merchantCount: MERCHANTS, ids: 'till', perRequest: 500, spanMs: 3_600_000 })
  const merchants = shops.map(({ merchantId }) => merchantOf(merchantId))
  for (const merchant of merchants) await filling.register(merchant)
  const auditEvents = await auditEventsParquet(merchants.map(savedRow))
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'decisions/day=2026-11-19/a.parquet', Body: auditEvents }))

  const stream = recordedStream(2)
  const waiting: ArchivedEntry[] = []
  const sums = { rows: 0, objects: 0, bytes: 0 }
  const writeObject = async (): Promise<void> => {
    // The drawn row is swapped to the end and cut off, so that no other rows move.
    for (let end = waiting.length - 1; end >= Math.max(0, waiting.length - ROWS_PER_OBJECT); end -= 1) {
      const drawn = random.below(end + 1)
      ;[waiting[end], waiting[drawn]] = [waiting[drawn] as ArchivedEntry, waiting[end] as ArchivedEntry]
    }
    const rows = waiting.splice(-ROWS_PER_OBJECT)
    const parquet = await entriesParquet(rows)
    const name = `${String(sums.objects).padStart(5, '0')}.parquet`
    await writeFile(join(folder, name), parquet)
    const day = rows[0]?.entry.businessDay
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `entries/business_day=${day}/${name}`, Body: parquet }))
    sums.rows += rows.length
    sums.objects += 1
    sums.bytes += parquet.length
  }

  for (let sent = 0; sent < entryCount; sent += ENTRIES_PER_ROUND) {
    const round = requests(Math.min(ENTRIES_PER_ROUND, entryCount - sent))
    for (const batch of await stream.send([...round, ...sentAgain(round.flat(), random)])) {
      const { redeliverFrom } = await filling.process(batch)
      if (redeliverFrom !== undefined) throw new Error('the live books did not take everything')
      for (const archived of archivedOf(batch)) waiting.push(archived)
    }
    while (waiting.length > ROWS_MIXED) await writeObject()
    filling.onProgress(sent + round.flat().length)
  }
  while (waiting.length > 0) await writeObject()
  return { merchants, ...sums }
}

const sentAgain = (entries: readonly Entry[], random: Random): (readonly Entry[])[] => {
  const duplicates = entries.filter(() => random.chance(DUPLICATES))
  const conflicts = entries.filter(() => random.chance(CONFLICTS))
  return [duplicates, conflicts.map((entry) => ({ ...entry, amountMinor: entry.amountMinor + 1n }))].filter(
    ({ length }) => length > 0,
  )
}

function* archivedOf({ shardId, records }: ShardBatch): Generator<ArchivedEntry> {
  for (const { sequenceNumber, arrivedAtMs, data } of records) {
    const decoded = decodeRecord(data)
    if (!decoded.ok || decoded.value.kind !== 'entries') throw new Error('a record of ours cannot be read')
    for (const [index, { entry }] of decoded.value.entries.entries()) {
      if (!entry.ok) throw new Error(entry.error)
      yield { entry: entry.value, position: { shardId, sequenceNumber, index }, arrivedAtMs }
    }
  }
}

const savedRow = (merchant: Merchant) => ({
  decision_id: `merchant.saved/${merchant.merchantId}/${merchant.revision}`,
  kind: 'merchant.saved',
  merchant_id: merchant.merchantId,
  decided_at: '2026-11-19 00:00:00.000',
  body: JSON.stringify(merchant),
  schema_version: 1,
})
