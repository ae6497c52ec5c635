/**
 * A segment as the journal stores it: entries packed column by column, the day view as short text, sealed by the hash.
 *
 * Neighbours in a column resemble each other, so columns compress to a third of what rows do; what every entry of a
 * book shares (merchant, day, currency) is not in them. The first byte says how to read the rest:
 *
 *     1  the columns as text, one line each
 *     2  the same, deflated (raw, RFC 1951)
 *
 * A line holds one value per entry, separated by commas where the alphabet allows it and as a JSON array where it is
 * free text. A column that no entry has is an empty line.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { BookTerms, Book } from '#ledger/book'
import type { DayView } from '#ledger/day-view'
import { contentHash, METHODS, type Entry, type Method } from '#ledger/entry'
import type { BookId, EntryId } from '#ledger/identifiers'
import type { Currency, Totals } from '#ledger/money'
import {
  BrokenChain,
  sealingHash,
  type HashedEntry,
  type SealedSegment,
  type Segment,
  type SegmentOutline,
} from '#ledger/segment'

/** Packs and seals the segment that follows `book`. */
export const sealSegment = (book: Book, segment: Omit<Segment, 'hash'>): SealedSegment => {
  const unsealed = {
    book: book.id,
    number: segment.number,
    totals: segment.view.totals,
    view: packView(book.terms, segment.view),
    entries: packEntries(
      segment.entries.map(({ entry }) => entry),
      book.terms,
    ),
  }
  return { ...unsealed, hash: sealingHash(book.hash, unsealed) }
}

/** Reads a stored segment. Throws when it cannot be read: then the journal was altered, and nothing may build on it. */
export const openSegment = (sealed: SealedSegment): { readonly terms: BookTerms; readonly segment: Segment } => {
  const { terms, view } = unpackView(sealed.view, sealed.totals)
  const entries = unpackEntries(sealed.entries, sealed.book, terms).map((entry): HashedEntry => ({
    entry,
    contentHash: contentHash(entry),
  }))
  return { terms, segment: { number: sealed.number, entries, view, hash: sealed.hash } }
}

/** Reads of a stored segment only what appending behind it takes: a fifth of the work. Throws as `openSegment` does. */
export const outlineSegment = (
  sealed: SealedSegment,
): { readonly terms: BookTerms; readonly segment: SegmentOutline } => {
  const { terms, view } = unpackView(sealed.view, sealed.totals)
  const [count, ids = ''] = expand(sealed.entries).toString().split('\n', 2)
  const entryIds = count === '0' ? [] : (readFrontCoded(ids) as EntryId[])
  return { terms, segment: { number: sealed.number, entryIds, view, hash: sealed.hash } }
}

const PLAIN = 1
const DEFLATED = 2

// A DynamoDB write unit is 1 KB; what fits one anyway is not worth the 10 µs that a compression call takes to set up.
const PLAIN_BELOW_BYTES = 700

export const packEntries = (entries: readonly Entry[], terms: BookTerms): Uint8Array => {
  const text = Buffer.from(
    [
      String(entries.length),
      frontCoded(entries.map((entry) => entry.entryId)),
      entries.map((entry) => (entry.direction === 'debit' ? -entry.amountMinor : entry.amountMinor)).join(),
      deltas(entries.map((entry) => entry.occurredAtMs - terms.startsAtMs)),
      deltas(entries.map((entry) => entry.receivedAtMs - entry.occurredAtMs)),
      sparse(entries.map((entry) => entry.method && String(METHODS.indexOf(entry.method)))),
      sparse(entries.map((entry) => entry.terminalId)),
      sparseDeltas(entries.map((entry) => entry.terminalSeq)),
      sparse(entries.map((entry) => entry.reverses)),
      json(entries.map((entry) => entry.category)),
      json(entries.map((entry) => entry.description)),
      json(entries.map((entry) => entry.reference)),
      json(entries.map((entry) => entry.metadata)),
    ].join('\n'),
  )
  if (text.length < PLAIN_BELOW_BYTES) return Buffer.concat([Buffer.of(PLAIN), text])
  return Buffer.concat([Buffer.of(DEFLATED), deflateRawSync(text)])
}

export const unpackEntries = (packed: Uint8Array, book: BookId, terms: BookTerms): Entry[] => {
  const lines = expand(packed).toString().split('\n')
  const count = Number(lines[0])
  const column = (index: number): string => lines[index] ?? ''
  const ids = readFrontCoded(column(1))
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
    return {
      merchantId: book.merchantId,
      businessDay: book.day,
      entryId: ids[row] as EntryId,
      direction: signedMinor < 0n ? 'debit' : 'credit',
      amountMinor: signedMinor < 0n ? -signedMinor : signedMinor,
      currency: terms.currency,
      occurredAtMs,
      receivedAtMs: occurredAtMs + (delays[row] ?? Number.NaN),
      ...(method !== undefined && { method: METHODS[Number(method)] as Method }),
      ...present('terminalId', terminalIds[row]),
      ...present('terminalSeq', terminalSeqs[row]),
      ...present('reverses', reverses[row]),
      ...present('category', categories[row]),
      ...present('description', descriptions[row]),
      ...present('reference', references[row]),
      ...present('metadata', metadata[row]),
    }
  })
}

/** The terms and the view but for its totals, which the journal stores as numbers of their own. */
export const packView = (terms: BookTerms, view: DayView): string => {
  const row = ([key, { creditsMinor, debitsMinor, entryCount }]: [string | number, Totals]): string =>
    [key, creditsMinor, debitsMinor, entryCount].join()
  return [
    VIEW_VERSION,
    terms.currency,
    terms.startsAtMs,
    view.lateEntries,
    Array.from(view.byMethod, row).join(';'),
    Array.from(view.byHour, row).join(';'),
  ].join('|')
}

export const unpackView = (packed: string, totals: Totals): { readonly terms: BookTerms; readonly view: DayView } => {
  const [version, currency, startsAtMs, lateEntries, byMethod = '', byHour = ''] = packed.split('|')
  if (version !== VIEW_VERSION) throw new BrokenChain(`day view format ${version} is not known here`)
  return {
    terms: { currency: currency as Currency, startsAtMs: Number(startsAtMs) },
    view: {
      totals,
      lateEntries: Number(lateEntries),
      byMethod: new Map(readRows(byMethod).map(([key, sum]) => [key as Method, sum])),
      byHour: new Map(readRows(byHour).map(([key, sum]) => [Number(key), sum])),
    },
  }
}

const VIEW_VERSION = '1'

const readRows = (packed: string): [string, Totals][] =>
  packed === ''
    ? []
    : packed.split(';').map((row) => {
        const [key = '', credits = '', debits = '', count] = row.split(',')
        return [key, { creditsMinor: BigInt(credits), debitsMinor: BigInt(debits), entryCount: Number(count) }]
      })

const expand = (packed: Uint8Array): Buffer => {
  switch (packed[0]) {
    case PLAIN:
      return Buffer.from(packed.subarray(1))
    case DEFLATED:
      return inflateRawSync(packed.subarray(1))
    default:
      throw new BrokenChain(`packed segment format ${packed[0]} is not known here`)
  }
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

const present = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]: V })
