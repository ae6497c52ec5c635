/**
 * `npm run bench:reconcile` measures how long it takes to prove a day equal. The books of the day and the archive's objects
 * of the same entries, as `bench:rebuild` makes them, are in memory. DuckDB and the comparison are those of
 * `npm run reconcile`. Exit code 1 when the day is not equal.
 */
import { memoryBooks } from '#adapters/transactions/memory-books'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { S3Client } from '@aws-sdk/client-s3'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { BusinessDay } from '#ledger/identifiers'
import { recordEntries } from '#processors/journal/record-entries'
import { reconcileDay } from '#processors/reconcile/reconcile-day'
import { viewStatements } from '#sql/files'
import { memoryBucket } from '#test/archive/memory-bucket'
import { fill } from '../rig/rebuild/fill.ts'

const options = { entries: { type: 'string', default: '1000000' } } as const
const entryCount = Number(parseArgs({ options }).values.entries)

/** The one business day of all entries. */
const DAY = '2026-11-19' as BusinessDay

const main = async (folder: string): Promise<number> => {
  const bucket = memoryBucket()
  const inMemory = memoryBooks()
  const stores = {
    journal: inMemory.journal,
    quarantine: inMemory.quarantine,
    merchants: memoryMerchants(),
    stream: memoryEntryStream(),
    // Both consumers count as past every record of the stream.
    progress: {
      ...memoryProgress(),
      of: async (_consumer: unknown, shardId: string) => ({
        shardId,
        sequenceNumber: '9'.repeat(60),
        appliedThroughMs: Date.now(),
      }),
    },
    clock: Date.now,
    sleep: async () => {},
  }
  const log = { warn() {}, error: console.error }
  const recorder = { ...inMemory, ...stores, auditTrail: memoryAuditTrail(), progress: memoryProgress(), log }
  const { rows } = await fill({
    entryCount,
    s3: bucket.client as S3Client,
    bucket: 'archive',
    folder,
    process: recordEntries(recorder, { booksAtOnce: 4, cacheBytes: 256 * 1024 * 1024 }),
    register: (merchant) => stores.merchants.save(merchant),
    onProgress: (entries) => console.log(`${n(entries)} entries archived and counted`),
  })
  const archive = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() })
  // Objects are copied once, before the measurement.
  await archive.run('SELECT 1')

  const [startedAtMs, usedBefore] = [performance.now(), process.cpuUsage()]
  const report = await reconcileDay({ ...stores, archive }, { day: DAY, repair: false, deliveryMs: 0 })
  const seconds = (performance.now() - startedAtMs) / 1_000
  const { user, system } = process.cpuUsage(usedBefore)
  const isEqual = report.status === 'compared' && report.isEqual
  const books = report.status === 'compared' ? report.books.length : 0
  console.log(
    `${isEqual ? '✓ equal' : '✗ not equal'}: ${n(rows)} rows, ${n(books)} books in ${seconds.toFixed(1)} s, ` +
      `${n(Math.round(rows / seconds))} rows a second; CPU ${((user + system) / 1e6).toFixed(1)} s`,
  )
  return isEqual ? 0 : 1
}

const n = (value: number): string => value.toLocaleString('en')

const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'))
try {
  process.exitCode = await main(folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
