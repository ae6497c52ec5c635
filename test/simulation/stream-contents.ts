/** Reads what stands on the stream as docs/stream-record.md says it, without the code that Daybook reads it by. */
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Entry } from '#ledger/entry'
import { isCursedToRead } from './curses.ts'

/** What a record holds. What is unreadable is a line, or the whole record. */
export type Contents = {
  readonly entries: readonly (Entry | undefined)[]
  readonly auditEvents: readonly { readonly decisionId: string; readonly kind: string; readonly body: object }[]
  readonly unreadable: number
}

/** The small worlds put the same bytes on the stream in every history. */
const known = new WeakMap<Uint8Array, Contents>()

export const readContents = (data: Uint8Array): Contents => {
  const contents = known.get(data) ?? read(data)
  known.set(data, contents)
  return contents
}

const read = (data: Uint8Array): Contents => {
  const [magic, version, codec] = data
  if (magic !== 'D'.charCodeAt(0) || version !== 1) return { entries: [], auditEvents: [], unreadable: 1 }
  const body = data.subarray(3)
  const bytes = codec === 2 ? zstdDecompressSync(body) : codec === 1 ? gunzipSync(body) : Buffer.from(body)
  const [first = '', ...lines] = bytes.toString('utf8').split('\n')
  const { kind } = JSON.parse(first) as { kind: string }
  if (kind === 'decisions') return { entries: [], auditEvents: lines.map((line) => JSON.parse(line)), unreadable: 0 }
  if (kind !== 'entries') return { entries: [], auditEvents: [], unreadable: 0 }
  const entries = lines.map(readEntry)
  return { entries, auditEvents: [], unreadable: entries.filter((entry) => entry === undefined).length }
}

type Line = {
  readonly entry: Omit<Entry, 'amountMinor' | 'occurredAtMs'> & { readonly amount: number; readonly occurredAt: number }
  readonly businessDay: string
  readonly receivedAt: number
}

const readEntry = (text: string): Entry | undefined => {
  if (!text.startsWith('{"entry":{"')) return undefined
  const { entry, businessDay, receivedAt } = JSON.parse(text) as Line
  if (isCursedToRead(entry)) return undefined
  const { amount, occurredAt, ...fields } = entry
  return {
    ...fields,
    amountMinor: BigInt(amount),
    occurredAtMs: occurredAt,
    businessDay: businessDay as Entry['businessDay'],
    receivedAtMs: receivedAt,
  }
}
