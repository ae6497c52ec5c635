import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'

/** A value as `QueryResult` has it. */
export const cellOf = (value: DuckDBValue): unknown => {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return timeText(value.micros)
  if (value instanceof DuckDBTimestampMillisecondsValue) return timeText(value.millis * 1_000n)
  if (value instanceof DuckDBDecimalValue) return decimal(value)
  if (value instanceof DuckDBListValue) return value.items.map(cellOf)
  // fromEntries defines keys instead of assigning them, so a key named "__proto__" stays an ordinary key.
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value }) => [String(cellOf(key)), cellOf(value)]))
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, value]) => [name, cellOf(value)]))
  }
  return value.toString()
}

/** Milliseconds as every engine writes them, and the rest of the microseconds where there is one. */
const timeText = (micros: bigint): string => {
  const rest = ((micros % 1_000n) + 1_000n) % 1_000n
  const instant = new Date(Number((micros - rest) / 1_000n))
  // The ends of DuckDB's time, and its infinities, lie outside of Date's.
  if (Number.isNaN(instant.valueOf())) return new DuckDBTimestampValue(micros).toString()
  const text = instant.toISOString().replace('T', ' ').slice(0, -1)
  return rest === 0n ? text : `${text}${String(rest).padStart(3, '0')}`
}

/** A number where that keeps every digit, otherwise text. */
const decimal = (value: DuckDBDecimalValue): number | string =>
  value.width <= 15 ? Number(value.toString()) : value.toString()
