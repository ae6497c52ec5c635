/** Server-sent events as they travel (WHATWG HTML, section 9.2): lines of fields, ended by an empty line. */
import { hash } from 'node:crypto'
import { parseBusinessDay, type BusinessDay, type MerchantId } from '#ledger/identifiers'
import type { SegmentNumber } from '#ledger/segment'

/**
 * The id of an event. The tag says what a client that has this event has been told: everything up to the state that the
 * tag stands for, or, by MORE_TO_COME, not yet everything of any state.
 */
type EventId = { readonly day: BusinessDay; readonly segment: SegmentNumber; readonly tag: string }

/** The tag of an event behind which others of the same change are still to come. It is the tag of no state. */
export const MORE_TO_COME = '0'

/** All that the views of a merchant's open days and of the current day depend on. */
export type LiveState = {
  readonly merchantId: MerchantId
  readonly merchantRevision: number
  readonly today: BusinessDay
  readonly headRevision: number
  /** The ends of all open books, oldest first. */
  readonly ends: readonly (readonly [day: BusinessDay, segment: SegmentNumber])[]
}

/** The same for equal states, whichever process makes it. Revisions and segments only rise, so no state comes back. */
export const tagOf = ({ merchantId, merchantRevision, today, headRevision, ends }: LiveState): string =>
  hash('sha256', JSON.stringify([merchantId, merchantRevision, today, headRevision, ends]), 'base64url').slice(
    0,
    TAG_LENGTH,
  )

const TAG_LENGTH = 16

/**
 * A day's view as JSON text, which holds no line break and so is one field; or in its place the problem with which the
 * day's own route answers. It is not called `error`: browsers have a meaning of their own for that.
 */
export type DayEvent = EventId & { readonly event: 'day' | 'problem'; readonly data: string }

export const dayEvent = ({ event, day, segment, tag, data }: DayEvent): Uint8Array =>
  utf8(`event: ${event}\nid: ${day}.${segment}.${tag}\ndata: ${data}\n\n`)

/** The tag in the last event id of a client that comes back; undefined for an id of no state, and for one never given. */
export const tagInEventId = (text: string | undefined): string | undefined => {
  const [, date = '', tag] = /^([\d-]{10})\.\d{1,15}\.([A-Za-z0-9_-]{16})$/.exec(text ?? '') ?? []
  return parseBusinessDay(date).ok ? tag : undefined
}

/** What a stream begins with: how long a client waits before it comes back. */
export const streamStart = (retryMs: number): Uint8Array => utf8(`retry: ${retryMs}\n\n`)

/** A comment, which clients pass over: it keeps proxies from taking the connection for dead. */
export const heartbeat = (): Uint8Array => utf8(': heartbeat\n\n')

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
