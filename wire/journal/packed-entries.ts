/**
 * The entries of a segment, packed column by column. Neighbours in a column resemble each other, so columns compress to a
 * third of what rows do; what every entry of a book shares (merchant, day, currency) is not in them.
 *
 *     byte 0   how the columns are compressed: 1 not at all, 2 deflate (raw, RFC 1951), 3 zstd (RFC 8878)
 *     byte 1   how ids are written: 0 in their column; 1 as UUIDs, then 4 bytes with their number (big endian) and
 *              16 bytes for each follow here
 *     rest     the columns as text, one line each
 *
 * A line holds one value per entry, separated by commas where the alphabet allows it and as a JSON array where it is
 * free text. A column that no entry has is an empty line.
 */
import { deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { BookTerms } from '#ledger/book'
import { METHODS, type Entry } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import { BrokenChain } from '#ledger/segment'
import { withOptionalFields } from '../entry/optional-fields.ts'

export const packEntries = (entries: readonly Entry[], terms: BookTerms): Uint8Array => {
  const ids = entries.map((entry) => entry.entryId)
  const uuids = packUuids(ids)
  // They are written in this order.
  const columns: Record<PackedField, string> = {
    entryId: uuids === undefined ? frontCoded(ids) : '',
    amountMinor: entries.map((entry) => (entry.direction === 'debit' ? -entry.amountMinor : entry.amountMinor)).join(),
    occurredAtMs: deltas(entries.map((entry) => entry.occurredAtMs - terms.startsAtMs)),
    receivedAtMs: deltas(entries.map((entry) => entry.receivedAtMs - entry.occurredAtMs)),
    method: sparse(entries.map((entry) => entry.method && String(METHODS.indexOf(entry.method)))),
    terminalId: sparse(entries.map((entry) => entry.terminalId)),
    terminalSeq: sparseDeltas(entries.map((entry) => entry.terminalSeq)),
    reverses: sparse(entries.map((entry) => entry.reverses)),
    category: json(entries.map((entry) => entry.category)),
    description: json(entries.map((entry) => entry.description)),
    reference: json(entries.map((entry) => entry.reference)),
    metadata: json(entries.map((entry) => entry.metadata)),
  }
  const text = Buffer.from([String(entries.length), ...Object.values(columns)].join('\n'))
  const [compression, packed] = compress(text)
  return uuids === undefined
    ? Buffer.concat([Buffer.of(compression, IDS_IN_COLUMN), packed])
    : Buffer.concat([Buffer.of(compression, IDS_AS_UUIDS), uuids, packed])
}

/** The fields that have a column. The others are the same in the whole book, and the direction is the amount's sign. */
type PackedField = Exclude<keyof Entry, 'merchantId' | 'businessDay' | 'currency' | 'direction'>

export const unpackEntries = (packed: Uint8Array, book: BookId, terms: BookTerms): Entry[] => {
  const { uuids, lines } = expand(packed)
  const count = Number(lines[0])
  const column = (index: number): string => lines[index] ?? ''
  const ids = uuids ?? readFrontCoded(column(1))
  const amounts = column(2).split(',')
  const occurred = readDeltas(column(3))
  const delays = readDeltas(column(4))
  const methods = readSparse(column(5))
  const terminalIds = readSparse(column(6))
  const terminalSeqs = readSparseDeltas(column(7))
  const reverses = readSparse(column(8))
  const categories = readJson<string>(column(9))
  const descriptions = readJson<string>(column(10))
  const references = readJson<string>(column(11))
  const metadata = readJson<Record<string, string>>(column(12))

  return Array.from({ length: count }, (_, row): Entry => {
    const signedMinor = BigInt(amounts[row] ?? '')
    const occurredAtMs = terms.startsAtMs + (occurred[row] ?? Number.NaN)
    const method = methods[row]
    return withOptionalFields<Entry>(
      {
        merchantId: book.merchantId,
        businessDay: book.day,
        entryId: ids[row] as EntryId,
        direction: signedMinor < 0n ? 'debit' : 'credit',
        amountMinor: signedMinor < 0n ? -signedMinor : signedMinor,
        currency: terms.currency,
        occurredAtMs,
        receivedAtMs: occurredAtMs + (delays[row] ?? Number.NaN),
      },
      {
        method: method === undefined ? undefined : METHODS[Number(method)],
        category: categories[row],
        description: descriptions[row],
        reference: references[row],
        terminalId: terminalIds[row],
        terminalSeq: terminalSeqs[row],
        reverses: reverses[row],
        metadata: metadata[row],
      },
    )
  })
}

/** Reads only the ids. */
export const unpackIds = (packed: Uint8Array): readonly EntryId[] => {
  const { uuids, lines } = expand(packed, 2)
  if (uuids !== undefined) return uuids as EntryId[]
  return lines[0] === '0' ? [] : (readFrontCoded(lines[1] ?? '') as EntryId[])
}

const COMPRESSION = { none: 1, deflate: 2, zstd: 3 } as const

// A DynamoDB write unit is 1 KB. Entries that fit one beside a full day's view are not worth the 10 µs that a compression
// call takes to set up.
const PLAIN_BELOW_BYTES = 500
// From here on zstd packs as well as deflate, in a third of its time; of little text, deflate makes less.
const DEFLATE_BELOW_BYTES = 8_000

const compress = (text: Buffer): [compression: number, bytes: Uint8Array] => {
  if (text.length < PLAIN_BELOW_BYTES) return [COMPRESSION.none, text]
  if (text.length < DEFLATE_BELOW_BYTES) return [COMPRESSION.deflate, deflateRawSync(text)]
  return [COMPRESSION.zstd, zstdCompressSync(text)]
}

const decompress = (compression: number | undefined, bytes: Uint8Array): Buffer => {
  switch (compression) {
    case COMPRESSION.none:
      return Buffer.from(bytes)
    case COMPRESSION.deflate:
      return inflateRawSync(bytes)
    case COMPRESSION.zstd:
      return zstdDecompressSync(bytes)
    default:
      throw new BrokenChain(`packed entries of compression ${compression} are not known here`)
  }
}

/** The columns, or the first few of them, and the ids where they do not stand in a column. */
const expand = (packed: Uint8Array, columns?: number): { readonly uuids?: string[]; readonly lines: string[] } => {
  const [compression, ids] = packed
  const linesOf = (bytes: Uint8Array) => decompress(compression, bytes).toString().split('\n', columns)
  switch (ids) {
    case IDS_IN_COLUMN:
      return { lines: linesOf(packed.subarray(2)) }
    case IDS_AS_UUIDS: {
      const { uuids, byteLength } = readUuids(packed.subarray(2))
      return { uuids, lines: linesOf(packed.subarray(2 + byteLength)) }
    }
    default:
      throw new BrokenChain(`packed entries with ids written as ${ids} are not known here`)
  }
}

const IDS_IN_COLUMN = 0
const IDS_AS_UUIDS = 1

// Compression brings the 36 characters of a random UUID to 19 bytes, this to 16 and in less time.
const packUuids = (ids: readonly string[]): Uint8Array | undefined => {
  if (ids.length === 0 || !ids.every((id) => UUID.test(id))) return undefined
  const count = Buffer.alloc(4)
  count.writeUInt32BE(ids.length)
  return Buffer.concat([count, Buffer.from(ids.join('').replaceAll('-', ''), 'hex')])
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const readUuids = (bytes: Uint8Array): { readonly uuids: string[]; readonly byteLength: number } => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = buffer.readUInt32BE()
  const byteLength = 4 + 16 * count
  const hex = buffer.toString('hex', 4, byteLength)
  if (hex.length !== 32 * count) throw new BrokenChain('the packed ids end too early')
  const uuids = Array.from({ length: count }, (_, row) => {
    const digits = (from: number, to: number) => hex.slice(32 * row + from, 32 * row + to)
    return `${digits(0, 8)}-${digits(8, 12)}-${digits(12, 16)}-${digits(16, 20)}-${digits(20, 32)}`
  })
  return { uuids, byteLength }
}

/** Each id without the part it shares with the one before; a first character, base 36, says how long that part is. */
const frontCoded = (ids: readonly string[]): string =>
  ids
    .map((id, row) => {
      const shared = sharedPrefix(ids[row - 1] ?? '', id)
      return shared.toString(36) + id.slice(shared)
    })
    .join()

const readFrontCoded = (line: string): string[] => {
  const ids: string[] = []
  for (const coded of line.split(',')) {
    const shared = Number.parseInt(coded.charAt(0), 36)
    ids.push((ids.at(-1) ?? '').slice(0, shared) + coded.slice(1))
  }
  return ids
}

const sharedPrefix = (a: string, b: string): number => {
  const longest = Math.min(a.length, b.length, 35)
  let length = 0
  while (length < longest && a.charCodeAt(length) === b.charCodeAt(length)) length += 1
  return length
}

const deltas = (values: readonly number[]): string =>
  values.map((value, row) => (value - (values[row - 1] ?? 0)).toString(36)).join()

const readDeltas = (line: string): number[] => {
  let value = 0
  return line.split(',').map((delta) => (value += Number.parseInt(delta, 36)))
}

const sparse = (values: readonly (string | undefined)[]): string =>
  values.every((value) => value === undefined) ? '' : values.join()

const readSparse = (line: string): (string | undefined)[] =>
  line === '' ? [] : line.split(',').map((value) => (value === '' ? undefined : value))

const sparseDeltas = (values: readonly (number | undefined)[]): string => {
  let last = 0
  return sparse(
    values.map((value) => {
      if (value === undefined) return undefined
      const delta = value - last
      last = value
      return delta.toString(36)
    }),
  )
}

const readSparseDeltas = (line: string): (number | undefined)[] => {
  let value = 0
  return readSparse(line).map((delta) => (delta === undefined ? undefined : (value += Number.parseInt(delta, 36))))
}

const json = (values: readonly unknown[]): string =>
  values.every((value) => value === undefined) ? '' : JSON.stringify(values.map((value) => value ?? 0))

const readJson = <T>(line: string): (T | undefined)[] =>
  line === '' ? [] : (JSON.parse(line) as (T | 0)[]).map((value) => (value === 0 ? undefined : value))
