import { parseBusinessDay } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'

export type InstantError = 'not-a-time' | 'no-offset' | 'finer-than-milliseconds'

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/

/** An RFC 3339 time with an offset, of at most millisecond precision, as milliseconds since 1970 UTC. */
export const parseInstant = (text: string): Result<number, InstantError> => {
  const [, date, , fraction = '', offset] = RFC3339.exec(text) ?? []
  if (date === undefined || !parseBusinessDay(date).ok) return refuse('not-a-time')
  if (offset === undefined) return refuse('no-offset')
  if (fraction.length > '.123'.length) return refuse('finer-than-milliseconds')
  return ok(Date.parse(text.toUpperCase()))
}

/** RFC 3339 in UTC with milliseconds. */
export const instantText = (ms: number): string => new Date(ms).toISOString()
