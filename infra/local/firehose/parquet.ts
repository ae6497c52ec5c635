/** A table's rows as a Parquet file, as Firehose's conversion with GZIP writes it (docs/decisions/0009). */
import { gzipSync } from 'node:zlib'
import { ByteWriter, parquetWrite, type ColumnSource } from 'hyparquet-writer'
import type { ColumnType } from '#wire/archive/columns'
import type { Row } from './rows.ts'
import type { Table } from '#infra/archive-tables'

export const parquetFile = ({ columns }: Table, rows: readonly Row[]): Uint8Array => {
  const writer = new ByteWriter()
  // It returns a promise only if the writer does.
  void parquetWrite({
    writer,
    schema: [
      { name: 'row', num_children: columns.length },
      ...columns.flatMap(({ name, type }) =>
        SCHEMA[type].map((element) => ({ ...element, name: element.name || name })),
      ),
    ],
    columnData: columns.map(({ name, type }, index) => ({
      name,
      data: rows.map((row) => row[index]),
      ...ENCODING[type],
    })),
    codec: 'GZIP',
    compressors: { GZIP: (bytes) => gzipSync(bytes) },
    // A file has the rows of a few seconds.
    rowGroupSize: Math.max(1, rows.length),
  })
  return writer.getBytes()
}

type SchemaElement = NonNullable<Parameters<typeof parquetWrite>[0]['schema']>[number]

const optional = { repetition_type: 'OPTIONAL' } as const
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const

/** The first element is called like the column. */
const SCHEMA: Readonly<Record<ColumnType, readonly SchemaElement[]>> = {
  string: [{ name: '', ...text, ...optional }],
  bigint: [{ name: '', type: 'INT64', ...optional }],
  int: [{ name: '', type: 'INT32', ...optional }],
  timestamp: [{ name: '', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', ...optional }],
  'map<string,string>': [
    { name: '', converted_type: 'MAP', num_children: 1, ...optional },
    { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
    { name: 'key', ...text, repetition_type: 'REQUIRED' },
    { name: 'value', ...text, ...optional },
  ],
}

// Sorted by position, times and counters grow by little from row to row.
const ENCODING: Readonly<Record<ColumnType, Pick<ColumnSource, 'encoding'>>> = {
  string: {},
  bigint: {},
  int: { encoding: 'DELTA_BINARY_PACKED' },
  timestamp: { encoding: 'DELTA_BINARY_PACKED' },
  'map<string,string>': {},
}
