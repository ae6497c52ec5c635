/** A small system in memory, with its consumers, a Firehose that delivers, and an archive. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryBooks, type MemoryBooks } from '#adapters/transactions/memory-books'
import type { ArchivedEntry, ArchiveQueries } from '#ledger/archive'
import type { Entry } from '#ledger/entry'
import type { LatePolicy } from '#ledger/merchant'
import type { Journal } from '#ledger/ports'
import { recordEntries } from '#processors/journal/record-entries'
import { reconcileDay, type DayReport, type ReconcileRequest } from '#processors/reconcile/reconcile-day'
import { archiveRow, type ArchiveRow } from '#wire/archive/row'
import { decodeRecord, encodeEntries, entryLine } from '#wire/stream/record'
import { viewStatements } from '../../sql/files.ts'
import { memoryBucket, putEntries } from '../archive/memory-bucket.ts'
import { aMerchant, day, merchantId } from '../builders.ts'
import { queriesOver } from '../simulation/firehose.ts'

export const NOON_MS = Date.parse('2026-11-20T12:00:00-03:00')
export const DELIVERY_MS = 305_000

type SystemOptions = {
  readonly lateEntries?: LatePolicy
  readonly books?: MemoryBooks
  /** What answers when days are closed and reconciled. DuckDB reads the objects, and takes 30 ms for each question. */
  readonly answers?: 'DuckDB' | 'memory'
}

/** A system whose consumers run, and whose Firehose delivers, when something is sent and whenever code of ours waits. */
export const aSystem = async ({
  lateEntries = 'nextOpenDay',
  books = memoryBooks(),
  answers = 'DuckDB',
}: SystemOptions = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-archive-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [stream, bucket, progress] = [memoryEntryStream(), memoryBucket(), memoryProgress()]
  const [journal, { quarantine }] = [replaceable(books.journal), books]
  const merchants = memoryMerchants([
    aMerchant({ lateEntries }),
    aMerchant({ merchantId: merchantId('m2'), lateEntries }),
  ])
  const log = { warn() {}, error() {} }
  let nowMs = NOON_MS
  const clock = () => nowMs
  const auditTrail = memoryAuditTrail()
  const journalWorld = { ...books, journal, merchants, progress, auditTrail, clock, log }
  /** What runs; tests stop parts of it. */
  const running = { journal: true, archive: true, firehose: true }
  /** Time passes here only while code of ours waits. Tests may have something happen then. */
  const waiting = { sleptMs: 0, onWait: async (): Promise<void> => {} }
  const handedOver: ArchivedEntry[] = []
  const delivered: ArchiveRow[] = []
  let [counted, archived] = [0, 0]

  const runJournal = async () => {
    const records = stream.records.slice(counted).map((record) => ({ ...record, arrivedAtMs: nowMs }))
    counted = stream.records.length
    // A new worker each time, which knows only what the chains say.
    const worker = recordEntries(journalWorld, { booksAtOnce: 1, cacheBytes: 0 })
    if (records.length > 0) await worker({ shardId: records[0]?.shardId ?? '', records })
  }
  const runArchive = async () => {
    for (const { shardId, sequenceNumber, data } of stream.records.slice(archived)) {
      const record = decodeRecord(data)
      for (const [index, line] of record.ok && record.value.kind === 'entries' ? record.value.entries.entries() : []) {
        if (!line.entry.ok) continue
        const position = { shardId, sequenceNumber, index }
        handedOver.push({ entry: line.entry.value, position, arrivedAtMs: nowMs })
      }
      await progress.advance('archive', { shardId, sequenceNumber, appliedThroughMs: nowMs })
    }
    archived = stream.records.length
  }
  const deliver = async () => {
    const rows = handedOver.splice(0)
    delivered.push(...rows.map(archiveRow))
    for (const ofDay of Map.groupBy(rows, ({ entry }) => entry.businessDay).values()) await putEntries(bucket, ofDay)
  }
  const run = async () => {
    if (running.journal) await runJournal()
    if (running.archive) await runArchive()
    if (running.firehose) await deliver()
  }
  const put = (...entries: Entry[]) => stream.put([{ hashKey: 0n, data: encodeEntries(entries.map(entryLine)) }])
  const send = async (...entries: Entry[]) => {
    await put(...entries)
    await run()
  }
  const archive = alterable(
    answers === 'memory'
      ? queriesOver(delivered)
      : duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() }),
  )
  const world = {
    stream,
    progress,
    clock,
    journal,
    quarantine,
    merchants,
    archive,
    sleep: async (ms: number) => {
      nowMs += ms
      waiting.sleptMs += ms
      await run()
      await waiting.onWait()
    },
  }
  const reconcile = (request: Partial<ReconcileRequest> = {}): Promise<DayReport> =>
    reconcileDay(world, { day: day('2026-11-20'), repair: false, deliveryMs: DELIVERY_MS, ...request })
  return { world, books, auditTrail, bucket, archive, journal, quarantine, running, waiting, put, send, run, reconcile }
}

/** A journal of which a test can replace whole chains, as no append does. */
const replaceable = (journal: Journal): Journal & { replace(next: Journal): void; current(): Journal } => {
  let current = journal
  return {
    read: (...given) => current.read(...given),
    end: (book) => current.end(book),
    append: (segment) => current.append(segment),
    replace: (next) => void (current = next),
    current: () => current,
  }
}

/** An archive of which a test can alter what is read. */
type Alterable = ArchiveQueries & {
  alter: (cell: unknown) => unknown
  alterRow: (sql: string, columns: readonly string[], cells: readonly unknown[]) => readonly unknown[]
}

const alterable = (queries: ArchiveQueries): Alterable => {
  const archive: Alterable = {
    ...queries,
    alter: (cell) => cell,
    alterRow: (_sql, _columns, cells) => cells,
    async *stream(sql) {
      for await (const { columns, rows } of queries.stream(sql)) {
        yield { columns, rows: rows.map((row) => archive.alterRow(sql, columns, row.map(archive.alter))) }
      }
    },
  }
  return archive
}
