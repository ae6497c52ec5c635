/** Server-sent events as they travel (WHATWG HTML, section 9.2): lines of fields, ended by an empty line. */
import { parseBusinessDay, type BusinessDay } from '#ledger/identifiers'
import type { SegmentNumber } from '#ledger/segment'
import { jsonText } from './json.ts'
import { problemBody, type Problem } from './problem.ts'

/** What the id of an event says: the client has seen this day as it was at this segment. */
export type SeenDay = { readonly day: BusinessDay; readonly segment: SegmentNumber }

/** One day's view; JSON text holds no line break, so it is one field. */
export const dayEvent = (seen: SeenDay, view: object): Uint8Array => event('day', seen, view)

/** In place of a day's view the problem with which its own route answers. Browsers have a meaning of their own for `error`. */
export const problemEvent = (seen: SeenDay, problem: Problem): Uint8Array =>
  event('problem', seen, { businessDay: seen.day, ...problemBody(problem) })

const event = (name: string, { day, segment }: SeenDay, data: object): Uint8Array =>
  utf8(`event: ${name}\nid: ${day}.${segment}\ndata: ${jsonText(data)}\n\n`)

/** `Last-Event-ID` of a client that comes back. One that we never gave counts as none: the client gets everything. */
export const parseEventId = (text: string | undefined): SeenDay | undefined => {
  const [, date = '', segment] = /^([\d-]{10})\.(\d{1,15})$/.exec(text ?? '') ?? []
  const day = parseBusinessDay(date)
  return day.ok ? { day: day.value, segment: Number(segment) } : undefined
}

/** What a stream begins with: how long a client waits before it comes back. */
export const streamStart = (retryMs: number): Uint8Array => utf8(`retry: ${retryMs}\n\n`)

/** A comment, which clients pass over: it keeps the connection from looking dead to whoever stands between. */
export const heartbeat = (): Uint8Array => utf8(': heartbeat\n\n')

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
