import type { Position } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'

/** A position as clients hold it: opaque, safe in a URL. The first character is the version of the format. */
export const positionToken = ({ shardId, sequenceNumber, index }: Position): string =>
  `1${Buffer.from(`${shardId} ${sequenceNumber} ${index}`).toString('base64url')}`

/** How every token is written, and some that name no position. */
export const POSITION_TOKEN = /^1[A-Za-z0-9_-]{1,400}$/

export const parsePositionToken = (token: string): Result<Position, 'not-a-position'> => {
  if (!POSITION_TOKEN.test(token)) return refuse('not-a-position')
  const text = Buffer.from(token.slice(1), 'base64url').toString()
  const [, shardId, sequenceNumber, index] = /^([A-Za-z0-9_.-]{1,128}) (0|[1-9]\d{0,128}) (\d{1,9})$/.exec(text) ?? []
  if (shardId === undefined || sequenceNumber === undefined) return refuse('not-a-position')
  return ok({ shardId, sequenceNumber, index: Number(index) })
}
