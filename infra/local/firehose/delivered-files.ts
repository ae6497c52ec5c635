/** Turns the records of a segment into the files that Firehose would write: Parquet by day, and rows that it cannot convert. */
import { setImmediate as immediate } from 'node:timers/promises'
import { parquetFile } from './parquet.ts'
import { readRow, type Cell, type Row } from './rows.ts'
import type { Table } from '#infra/archive-tables'

export type DeliveredFile = { readonly key: string; readonly body: Uint8Array }

type Segment = {
  readonly name: string
  readonly segment: string
  readonly table: Table
  readonly records: readonly Uint8Array[]
}

/** Makes one file for each day and for each kind of failure. Their names follow from the segment's. */
export const filesOf = async function* ({ name, segment, table, records }: Segment): AsyncGenerator<DeliveredFile> {
  const days = new Map<string, Row[]>()
  const failures = new Map<string, string[]>()
  let count = 0
  for (const text of documentsOf(records)) {
    // Producers that put records meanwhile must not wait for all files.
    if ((count += 1) % ROWS_AT_ONCE === 0) await immediate()
    const row = readRow(text, table)
    if (row.ok) listIn(days, row.value.day).push(row.value.row)
    else listIn(failures, row.error.kind).push(failedRow(text, row.error))
  }
  for (const [day, rows] of days) {
    const body = parquetFile(table, sorted(rows, table))
    yield { key: `${table.keyPrefix(day)}${name}-${segment}.parquet`, body }
  }
  for (const [kind, lines] of failures) {
    yield { key: `errors/${kind}/${name}-${segment}.json`, body: Buffer.from(lines.join('')) }
  }
}

const ROWS_AT_ONCE = 1_000
const decoder = new TextDecoder()

// Firehose also takes documents with nothing between them; here each stands on its own line.
function* documentsOf(records: readonly Uint8Array[]): Generator<string> {
  for (const record of records) {
    for (const line of decoder.decode(record).split('\n')) if (line.trim() !== '') yield line
  }
}

/** The fields that Firehose writes for a row it could not convert, as far as they have a value here. */
const failedRow = (text: string, { code, message }: { readonly code: string; readonly message: string }): string =>
  JSON.stringify({ errorCode: code, errorMessage: message, rawData: Buffer.from(text).toString('base64') }) + '\n'

const sorted = (rows: readonly Row[], { columns, sortedBy }: Table): Row[] => {
  const cells = sortedBy.map((name) => columns.findIndex((column) => column.name === name))
  return rows.toSorted((a, b) => {
    const cell = cells.find((index) => a[index] !== b[index])
    return cell === undefined ? 0 : compare(a[cell], b[cell])
  })
}

// Sequence numbers are decimal numbers of any length.
const compare = (a: Cell, b: Cell): number => {
  if (typeof a === 'string' && typeof b === 'string') return a.length - b.length || (a < b ? -1 : 1)
  return Number(a ?? 0) - Number(b ?? 0)
}

const listIn = <T>(lists: Map<string, T[]>, key: string): T[] => {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
