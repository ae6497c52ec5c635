/**
 * Positions as clients hold them: opaque, safe in a URL. The first character is the version of the format: "2" names the
 * position of one entry, "3" positions on 2 to 8 shards. Each is `shard and number in base64url`.`index in the record`.
 */
import type { Position } from '#ledger/identifiers'
import { furthestPositions, MOST_SHARDS, type Positions } from '#ledger/positions'
import { ok, refuse, type Result } from '#ledger/result'

/** The token of one entry. What all entries of a record have in common is encoded once for them. */
export const positionToken = ({ shardId, sequenceNumber, index }: Position): string => {
  let encoded = encodedRecords.get(sequenceNumber)
  // Two shards never give the same number, as far as is known; it is not promised.
  if (encoded?.shardId !== shardId) {
    encoded = { shardId, token: `2${placeText({ shardId, sequenceNumber })}.` }
    if (encodedRecords.size === MOST_RECORDS) encodedRecords.clear()
    encodedRecords.set(sequenceNumber, encoded)
  }
  return encoded.token + index
}

/** The records whose entries are answered now, by their sequence numbers. */
const encodedRecords = new Map<string, { readonly shardId: string; readonly token: string }>()
const MOST_RECORDS = 100

/** The token of several entries. A single position has one spelling only, so that a token can be compared as text. */
export const positionsToken = (positions: Positions): string => {
  const [first, ...more] = positions
  if (first === undefined || positions.length > MOST_SHARDS) {
    throw new Error(`a token names 1 to ${MOST_SHARDS} positions, not ${positions.length}`)
  }
  return more.length === 0 ? positionToken(first) : `3${positions.map(positionText).join('.')}`
}

const positionText = (position: Position): string => `${placeText(position)}.${position.index}`

const placeText = ({ shardId, sequenceNumber }: Omit<Position, 'index'>): string =>
  Buffer.from(`${shardId} ${sequenceNumber}`).toString('base64url')

// 344 characters take a shard's id of 128 and a number of 129 digits.
const ONE = String.raw`[A-Za-z0-9_-]{1,344}\.(?:0|[1-9]\d{0,8})`

/** How every token is written, and some that name no position. */
export const POSITION_TOKEN = new RegExp(String.raw`^(?:2${ONE}|3${ONE}(?:\.${ONE}){1,${MOST_SHARDS - 1}})$`)

export const parsePositionToken = (token: string): Result<Positions, 'not-a-position'> => {
  if (!POSITION_TOKEN.test(token)) return refuse('not-a-position')
  const parts = token.slice(1).split('.')
  const positions: Position[] = []
  for (let at = 0; at < parts.length; at += 2) {
    const position = parsePosition(parts[at] ?? '', parts[at + 1] ?? '')
    if (position === undefined) return refuse('not-a-position')
    positions.push(position)
  }
  const furthest = furthestPositions(positions)
  // Made again rather than trusted: decoding forgives characters that we never wrote, and a shard may stand there twice.
  return positionsToken(furthest) === token ? ok(furthest) : refuse('not-a-position')
}

const parsePosition = (place: string, index: string): Position | undefined => {
  const text = Buffer.from(place, 'base64url').toString()
  const [, shardId, sequenceNumber] = /^([A-Za-z0-9_.-]{1,128}) (0|[1-9]\d{0,128})$/.exec(text) ?? []
  if (shardId === undefined || sequenceNumber === undefined) return undefined
  return { shardId, sequenceNumber, index: Number(index) }
}
