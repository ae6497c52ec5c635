/** An entry's way into the archive and back: Firehose's rows, its Parquet, and both ways to read them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ObjectStore } from '#adapters/archive-objects/object-store'
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import { packRows } from '#adapters/archive/pack-rows'
import { parquetFile } from '#infra/local/firehose/parquet'
import { readRow } from '#infra/local/firehose/rows'
import { entriesTable } from '#infra/archive-tables'
import { contentHash, type Entry } from '#ledger/entry'
import { archivedBooks } from '#processors/reconcile/archived-books'
import { viewStatements } from '#sql/files'
import { archiveRow } from '#wire/archive/row'
import { memoryBucket } from '../archive/memory-bucket.ts'
import { aBookId, anArchivedEntry, anEntry, entryId } from '../builders.ts'

const KEY = 'entries/business_day=2026-11-20/a.parquet'

/** The Parquet object that Firehose makes of the entries. */
const delivered = (entries: readonly Entry[]): Uint8Array => {
  const rows = entries.map((entry) => ({ day: entry.businessDay, row: archiveRow(anArchivedEntry({ entry })) }))
  const documents = packRows(rows).flatMap((record) => Buffer.from(record).toString().trimEnd().split('\n'))
  const read = documents.map((document) => readRow(document, entriesTable))
  return parquetFile(
    entriesTable,
    read.flatMap((row) => (row.ok ? [row.value.row] : [])),
  )
}

test('the content hash of an entry is the same in the archive, for any keys of its metadata', async () => {
  const entries = [
    { 9: 'nine', 10: 'ten', a: 'letter', '-1': '', '01': '' },
    { '€': '', '\r': '', '\ufb33': '', 1: '', '😀': '', '\u0080': '', ö: '' },
    { constructor: '1', toString: '2', hasOwnProperty: '3', __proto: '4' },
    { '': '', '"': '\\', '\\u0041': 'A', "'": "''" },
  ].map((metadata, index) => anEntry({ entryId: entryId(`e${index}`), metadata: { ...metadata } }))
  const expected = new Map(entries.map((entry) => [entry.entryId, contentHash(entry)]))

  const bytes = delivered(entries)
  const store: ObjectStore = {
    async *list() {
      yield { key: KEY, bytes: bytes.length, storedAtMs: 0 }
    },
    get: async () =>
      (async function* () {
        yield bytes
      })(),
  }
  const objects = parquetArchiveObjects(store)
  const rebuilt = new Map<string, string>()
  for await (const part of objects.entries((await objects.list()).objects)) {
    if ('entries' in part) for (const { entry } of part.entries) rebuilt.set(entry.entryId, contentHash(entry))
  }
  expect(rebuilt).toEqual(expected)

  const bucket = memoryBucket()
  bucket.objects.set(KEY, Buffer.from(bytes))
  const folder = mkdtempSync(join(tmpdir(), 'daybook-archived-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const queries = duckdbArchiveQueries({ ...bucket, bucket: 'archive', folder, views: viewStatements() })
  const reconciled = new Map<string, string>()
  for await (const { contents } of archivedBooks(queries, aBookId().day, 'all', () => true)) {
    for (const [id, [content]] of contents) reconciled.set(id, content?.contentHash ?? '')
  }
  expect(reconciled).toEqual(expected)
})
