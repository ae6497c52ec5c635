import type { Position } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'

/**
 * A position as clients hold it: opaque, safe in a URL. The first character is the version of the format. What all
 * entries of a record have in common is encoded once for them.
 */
export const positionToken = ({ shardId, sequenceNumber, index }: Position): string => {
  let encoded = encodedRecords.get(sequenceNumber)
  // Two shards never give the same number, as far as is known; it is not promised.
  if (encoded?.shardId !== shardId) {
    const text = Buffer.from(`${shardId} ${sequenceNumber}`).toString('base64url')
    encoded = { shardId, token: `2${text}.` }
    if (encodedRecords.size === MOST_RECORDS) encodedRecords.clear()
    encodedRecords.set(sequenceNumber, encoded)
  }
  return encoded.token + index
}

/** The records whose entries are answered now, by their sequence numbers. */
const encodedRecords = new Map<string, { readonly shardId: string; readonly token: string }>()
const MOST_RECORDS = 100

/** How every token is written, and some that name no position. */
export const POSITION_TOKEN = /^2([A-Za-z0-9_-]{1,400})\.(0|[1-9]\d{0,8})$/

export const parsePositionToken = (token: string): Result<Position, 'not-a-position'> => {
  const [, encoded = '', index] = POSITION_TOKEN.exec(token) ?? []
  const text = Buffer.from(encoded, 'base64url').toString()
  const [, shardId, sequenceNumber] = /^([A-Za-z0-9_.-]{1,128}) (0|[1-9]\d{0,128})$/.exec(text) ?? []
  if (shardId === undefined || sequenceNumber === undefined) return refuse('not-a-position')
  return ok({ shardId, sequenceNumber, index: Number(index) })
}
