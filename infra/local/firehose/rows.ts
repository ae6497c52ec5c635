/** A JSON document becomes a row of the table, or a reason why it cannot. */
import { ok, refuse, type Result } from '#ledger/result'
import type { Column, ColumnType } from '#wire/archive/columns'
import type { Table } from '#infra/archive-tables'

export type Cell = string | bigint | number | ReadonlyMap<string, string> | undefined
/** A cell for each column, in the table's order (by name they take twice as long). Times are milliseconds. */
export type Row = readonly Cell[]

/** Firehose's name of the step that failed, of the error, and what is wrong. */
export type RowFailure = {
  readonly kind: 'metadata-extraction-failed' | 'format-conversion-failed'
  readonly code: string
  readonly message: string
}

/** Fields that are no column are passed over, as a JSON SerDe does; a column that is absent or null is NULL. */
export const readRow = (
  text: string,
  table: Table,
): Result<{ readonly day: string; readonly row: Row }, RowFailure> => {
  const document = parseObject(text)
  if (document === undefined) return refuse(noPartition('It is not a JSON object.'))
  const day = dayIn(document[table.dayFrom])
  if (day === undefined) return refuse(noPartition(`${table.dayFrom} does not say the day.`))

  const row: Cell[] = []
  for (const column of table.columns) {
    const json = document[column.name] ?? undefined
    const cell = json === undefined ? undefined : READ[column.type](json)
    if (json !== undefined && cell === undefined) return refuse(malformed(column))
    row.push(cell)
  }
  return ok({ day, row })
}

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const dayIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}(?= |$)/.exec(value)?.[0] : undefined

/** What a column makes of a JSON value; undefined if it is nothing of its type. */
const READ: Readonly<Record<ColumnType, (json: unknown) => Cell>> = {
  string: (json) => (typeof json === 'string' ? json : undefined),
  bigint: (json) => (Number.isSafeInteger(json) ? BigInt(json as number) : undefined),
  int: (json) => (Number.isInteger(json) && Math.abs(json as number) < 2 ** 31 ? (json as number) : undefined),
  timestamp: (json) => (typeof json === 'string' ? timestampMs(json) : undefined),
  'map<string,string>': (json) => {
    if (!isObject(json)) return undefined
    const pairs = Object.entries(json)
    return pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string') ? new Map(pairs) : undefined
  },
}

/** "2026-11-20 09:30:00.123", in UTC. */
const timestampMs = (text: string): number | undefined => {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$/.test(text)) return undefined
  const ms = Date.parse(`${text}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

const noPartition = (message: string): RowFailure => ({
  kind: 'metadata-extraction-failed',
  code: 'DynamicPartitioning.MetadataExtractionFailed',
  message,
})

const malformed = ({ name, type }: Column): RowFailure => ({
  kind: 'format-conversion-failed',
  code: 'DataFormatConversion.MalformedData',
  message: `${name} is not of type ${type}.`,
})
