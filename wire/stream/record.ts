/**
 * What travels on the stream: records of many entries, audit events, and signals.
 *
 * A record is "D", the version of the format, a codec, and a body of newline-separated JSON. The first line names the
 * kind; in a record of entries each further line is one accepted entry, and its place among them is the index of its
 * position; in a record of audit events (`wire/stream/audit-event.ts`) each is one audit event:
 *
 *     {"kind":"entries"}
 *     {"entry":{…the content, canonical…},"businessDay":"2026-11-20","receivedAt":1795179600000}
 *
 * docs/stream-record.md specifies the format for the consumers of others; docs/vectors/ has records and what they hold.
 * Kinds a consumer does not know are passed over, so that new ones can be sent before every consumer is new. Records of
 * a newer version are neither read nor refused: a consumer waits at them until it is new.
 */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { AnyAuditEvent } from '#ledger/audit-event'
import { canonicalContent, type Entry } from '#ledger/entry'
import { UnknownFormat } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import { auditEventLine, parseAuditEventLine } from './audit-event.ts'
import { parseAcceptedEntry } from '../entry/schema.ts'
import { explainFields } from '../json/fields.ts'
import { decodeUtf8, parseJson } from '../json/json.ts'
import { readUsualLine } from './usual-line.ts'

export type StreamRecord =
  | { readonly kind: 'entries'; readonly entries: readonly DecodedEntry[] }
  | { readonly kind: 'decisions'; readonly auditEvents: readonly DecodedAuditEvent[] }
  /** Proves that a shard is alive and its consumer up to date; says nothing else. */
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'unknown' }

/** An entry as decoded, or the reason why its line is no valid entry; with the line either way. */
export type DecodedEntry = DecodedLine & { readonly entry: Result<Entry, string> }

/** An audit event as decoded, or the reason why its line is no audit event; with the line either way. */
export type DecodedAuditEvent = DecodedLine & { readonly auditEvent: Result<AnyAuditEvent, string> }

/** `threw` when our own code failed on the line, which says nothing of the line: it is not known to be wrong. */
type DecodedLine = { readonly line: string; readonly threw?: true }

/** A record of entries is closed when its lines reach about this size, before compression. */
export const FULL_RECORD_BYTES = 120_000

// Of lines like these the fastest level makes less than the usual one: 21.6 bytes an entry instead of 23.2, or 37.1 instead
// of 42.0 with random ids, in 0.6 of its time.
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

const MAGIC = 'D'.charCodeAt(0)
const VERSION = 1
// No version and no codec is ever a printable character, so a text that starts with "D" is not taken for a newer record.
const VERSIONS_END = 32
const CODECS_END = 32
const CODECS = { plain: 0, gzip: 1, zstd: 2 } as const

// Kinesis bills a record in steps of 1 KB (on-demand), so a smaller one gains nothing by compression.
const PLAIN_BELOW_BYTES = 1_000
// Below this, gzip's cheaper set-up wins over zstd's ratio.
const GZIP_BELOW_BYTES = 8_000
// None of our producers makes more. A compression bomb is set aside unexpanded.
const MAX_EXPANDED_BYTES = 8 * 1024 * 1024
// A full record holds a few thousand entries; each line that cannot be read would be an item in quarantine.
const MAX_LINES = 20_000

/** One line of a record: the entry as accepted. */
export const entryLine = (entry: Entry): string =>
  `{"entry":${canonicalContent(entry)},"businessDay":"${entry.businessDay}","receivedAt":${entry.receivedAtMs}}`

/** Reads what `entryLine` wrote. */
export const parseEntryLine = (line: string): Result<Entry, string> => {
  const usual = readUsualLine(line)
  return usual === undefined ? parseUnusualLine(line) : ok(usual)
}

/** The same by JSON and schema, for any line. */
export const parseUnusualLine = (line: string): Result<Entry, string> => {
  const json = parseJson(line)
  if (!json.ok) return json
  const entry = parseAcceptedEntry(json.value)
  if (entry.ok) return entry
  return refuse(explainFields(entry.error))
}

/** A record of entries that is being filled. */
export class EntriesRecord {
  readonly #pieces: Buffer[] = []
  #pieceBytes = 0
  #text = '{"kind":"entries"}'

  add(line: string): void {
    this.#text += `\n${line}`
    // Text is turned into bytes many lines at a time, at half of what it costs line by line; but not all of them in the
    // end, for text put together from small parts takes four times the memory of its bytes while it waits.
    if (this.#text.length > PIECE_LENGTH) this.#turnIntoBytes()
  }

  /** Its size before compression. The last few lines count with one byte for each character. */
  get bytes(): number {
    return this.#pieceBytes + this.#text.length
  }

  encode(): Uint8Array {
    this.#turnIntoBytes()
    return encode(Buffer.concat(this.#pieces))
  }

  #turnIntoBytes(): void {
    const piece = Buffer.from(this.#text)
    this.#pieces.push(piece)
    this.#pieceBytes += piece.length
    this.#text = ''
  }
}

const PIECE_LENGTH = 16_000

export const encodeEntries = (lines: readonly string[]): Uint8Array => {
  const record = new EntriesRecord()
  for (const line of lines) record.add(line)
  return record.encode()
}

export const encodeAuditEvents = (auditEvents: readonly AnyAuditEvent[]): Uint8Array =>
  encode(Buffer.from(['{"kind":"decisions"}', ...auditEvents.map(auditEventLine)].join('\n')))

export const encodeHeartbeat = (): Uint8Array => encode(Buffer.from('{"kind":"heartbeat"}'))

/**
 * Reads a record. A refusal means that no retry will ever read it. What our own code fails on is thrown, and so is an
 * UnknownFormat for a record of a newer version, which the next deployment may read.
 */
export const decodeRecord = (data: Uint8Array): Result<StreamRecord, string> => {
  const body = expand(data)
  if (!body.ok) return body
  const text = decodeUtf8(body.value)
  if (!text.ok) return text
  const [first = '', ...lines] = text.value.split('\n', MAX_LINES + 2)
  if (lines.length > MAX_LINES) return refuse(`more than ${MAX_LINES} lines`)
  const kind = kindOf(first)
  if (kind === undefined) return refuse('the first line names no kind')
  switch (kind) {
    case 'entries':
      return ok({ kind, entries: lines.map(decodeLine) })
    case 'decisions':
      return ok({ kind, auditEvents: lines.map(decodeAuditEvent) })
    case 'heartbeat':
      return ok({ kind })
    default:
      return ok({ kind: 'unknown' })
  }
}

const encode = (body: Uint8Array): Uint8Array => {
  const [codec, packed] =
    body.length < PLAIN_BELOW_BYTES
      ? [CODECS.plain, body]
      : body.length < GZIP_BELOW_BYTES
        ? [CODECS.gzip, gzipSync(body, { level: 1 })]
        : [CODECS.zstd, zstdCompressSync(body, FAST)]
  return Buffer.concat([Buffer.of(MAGIC, VERSION, codec), packed])
}

const expand = (data: Uint8Array): Result<Uint8Array, string> => {
  const [magic, version, codec] = data
  if (magic !== MAGIC) return refuse('not a Daybook record')
  if (version === undefined || version === 0 || version >= VERSIONS_END) return refuse('not a Daybook record')
  if (codec === undefined || codec >= CODECS_END) return refuse('not a Daybook record')
  if (version > VERSION) {
    throw new UnknownFormat(
      `The stream record is in format ${version}, and this version of Daybook reads formats up to ${VERSION}. ` +
        'Deploy the consumers of the version that wrote it.',
    )
  }
  const packed = data.subarray(3)
  try {
    switch (codec) {
      case CODECS.plain:
        return ok(packed)
      case CODECS.gzip:
        return ok(gunzipSync(packed, { maxOutputLength: MAX_EXPANDED_BYTES }))
      case CODECS.zstd:
        return expandZstd(packed)
      default:
        return refuse(`codec ${codec} is not known here`)
    }
  } catch (error) {
    if (!isFaultOfBytes(error)) throw error
    return refuse(`the body does not expand: ${error.message}`)
  }
}

// The types do not tell what `info: true` answers.
/** The library stops without a word at the end of the first frame, and what stands behind it would be lost. */
const expandZstd = (packed: Uint8Array): Result<Uint8Array, string> => {
  const { buffer, engine } = zstdDecompressSync(packed, {
    maxOutputLength: MAX_EXPANDED_BYTES,
    info: true,
  }) as unknown as {
    readonly buffer: Uint8Array
    readonly engine: { readonly bytesWritten: number }
  }
  return engine.bytesWritten === packed.length ? ok(buffer) : refuse('bytes stand behind the compressed body')
}

/** Whether the bytes are at fault. Without memory, or without the library, every record fails alike. */
const isFaultOfBytes = (error: unknown): error is Error =>
  error instanceof Error &&
  'code' in error &&
  /^(Z_DATA_ERROR|Z_BUF_ERROR|Z_NEED_DICT|ERR_BUFFER_TOO_LARGE|ZSTD_error_(?!memory_allocation).*)$/.test(
    String(error.code),
  )

const kindOf = (line: string): string | undefined => {
  const head = parseJson(line)
  if (!head.ok || typeof head.value !== 'object' || head.value === null || !('kind' in head.value)) return undefined
  return typeof head.value.kind === 'string' ? head.value.kind : undefined
}

const decodeLine = (line: string): DecodedEntry => {
  try {
    return { line, entry: parseEntryLine(line) }
  } catch (error) {
    return { line, entry: refuse(String(error)), threw: true }
  }
}

const decodeAuditEvent = (line: string): DecodedAuditEvent => {
  try {
    return { line, auditEvent: parseAuditEventLine(line) }
  } catch (error) {
    return { line, auditEvent: refuse(String(error)), threw: true }
  }
}
