import { hash } from 'node:crypto'
import { ok, refuse, type Result } from '#ledger/result'

/** A page of a list as clients read it; without a next place it is the last one. */
export const listResponse = <T>(list: string, data: readonly T[], next: string | undefined) => ({
  data,
  nextCursor: next === undefined ? null : cursorToken(list, next),
})

/**
 * Where a list goes on, as clients hold it: opaque, safe in a URL, and good only for the list it came from. `list` names
 * that list with its filter, `place` is the last thing shown or the next to show, as the list likes.
 */
export const cursorToken = (list: string, place: string): string =>
  Buffer.from(checksum(list, place) + place).toString('base64url')

/** Every cursor matches; some texts that are no cursor do, too. */
export const CURSOR_PATTERN = '^[A-Za-z0-9_-]+$'

/** The place that a cursor of this very list names. */
export const parseCursor = (list: string, token: string): Result<string, 'not-a-cursor'> => {
  const text = Buffer.from(token, 'base64url').toString()
  const place = text.slice(CHECKSUM_LENGTH)
  // The cursor is made again and compared whole, because decoding alone forgives characters that we never wrote.
  return cursorToken(list, place) === token ? ok(place) : refuse('not-a-cursor')
}

const CHECKSUM_LENGTH = 8

// This guards against mistakes, not against forgers: a client that may read the list may start at any place.
const checksum = (list: string, place: string): string =>
  hash('sha256', `${list}\n${place}`, 'base64url').slice(0, CHECKSUM_LENGTH)
