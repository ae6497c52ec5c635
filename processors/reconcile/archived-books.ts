import { hash } from 'node:crypto'
import { contentHash, type ContentHash, type Direction, type Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId, MerchantId, Position } from '#ledger/identifiers'
import type { ArchivedEntry, ArchiveQueries } from '#ledger/archive'
import { refuse, type Result } from '#ledger/result'
import { CONTENT_COLUMNS, ENTRY_COLUMNS, type Column } from '#wire/archive/columns'
import { parseArchiveRow } from '#wire/archive/row'
import { parseJson } from '#wire/json/json'
import { literal, MERCHANT_ID, oneOf, ofMerchants } from './statements.ts'

/** The archive's copy of a book: the distinct contents of every id. */
export type ArchivedBook = {
  readonly merchantId: MerchantId
  readonly contents: ReadonlyMap<EntryId, readonly ArchivedContent[]>
  /** The number of rows; every copy counts. */
  readonly copies: number
  readonly unreadable: readonly UnreadableRow[]
}

export type ArchivedContent = {
  readonly contentHash: ContentHash
  readonly direction: Direction
  readonly amountMinor: bigint
  readonly isBeforeBarrier: boolean
}

/** A row that cannot be read as an entry. */
type UnreadableRow = { readonly entryId: string; readonly position: string; readonly detail: string }

type IsBefore = (position: Position, arrivedAtMs: number) => boolean

/**
 * The books of a day that the archive has, in the order of merchants. The engine sorts, and its rows are read part by
 * part, so memory holds the contents of one book only: about 300 bytes for each entry.
 */
export async function* archivedBooks(
  queries: ArchiveQueries,
  day: BusinessDay,
  merchants: readonly MerchantId[] | 'all',
  isBefore: IsBefore,
): AsyncGenerator<ArchivedBook> {
  let book: BookInMaking | undefined
  for await (const { merchantId, entryId, archived, position } of copiesOf(queries, copiesSql(day, merchants))) {
    if (book !== undefined && book.merchantId !== merchantId) yield book
    if (book?.merchantId !== merchantId) book = { merchantId, contents: new Map(), copies: 0, unreadable: [] }
    book.copies += 1
    if (archived.ok) addCopy(book, archived.value, isBefore)
    else book.unreadable.push({ entryId, position, detail: archived.error })
  }
  if (book !== undefined) yield book
}

/** The entries of some ids of a book: every copy that can be read, in stream order. */
export const archivedEntries = async (
  queries: ArchiveQueries,
  { merchantId, day }: BookId,
  entryIds: readonly EntryId[],
): Promise<Entry[]> => {
  const entries: Entry[] = []
  for await (const { archived } of copiesOf(queries, copiesSql(day, [merchantId], entryIds))) {
    if (archived.ok) entries.push(archived.value.entry)
  }
  return entries
}

type BookInMaking = {
  readonly merchantId: MerchantId
  readonly contents: Map<EntryId, ArchivedContent[]>
  copies: number
  readonly unreadable: UnreadableRow[]
}

const addCopy = (book: BookInMaking, { entry, position, arrivedAtMs }: ArchivedEntry, isBefore: IsBefore): void => {
  const ofContent = contentHash(entry)
  const contents = book.contents.get(entry.entryId) ?? []
  book.contents.set(entry.entryId, contents)
  const known = contents.findIndex((content) => content.contentHash === ofContent)
  const isBeforeBarrier = isBefore(position, arrivedAtMs)
  const content = {
    contentHash: ofContent,
    direction: entry.direction,
    amountMinor: entry.amountMinor,
    isBeforeBarrier,
  }
  if (known === -1) contents.push(content)
  else if (isBeforeBarrier) contents[known] = content
}

/**
 * These statements mean the same on every engine. So the map travels as JSON text, because each engine prints a map in
 * its own way. `text_hash` is the engine's own hash of the texts of a row; it shows a loss on the way from the engine
 * to this program.
 */
const copiesSql = (
  day: BusinessDay,
  merchants: readonly MerchantId[] | 'all',
  entryIds: readonly EntryId[] | 'all' = 'all',
): string => `
SELECT
  business_day, ${ENTRY_COLUMNS.map((column) => `${cellOf(column)} AS ${column.name}`).join(', ')},
  lower(to_hex(sha256(to_utf8(concat_ws('|',
    ${TEXTS.map(cellOf).join(', ')}
  ))))) AS text_hash
FROM archived_entries
WHERE business_day = ${literal(day)} ${ofMerchants(merchants)} ${oneOf('entry_id', entryIds)}
ORDER BY merchant_id, entry_id, length(sequence_number), sequence_number, record_index, shard_id`

const isPairs = ({ type }: Column): boolean => type === 'map<string,string>'

const cellOf = (column: Column): string => {
  if (column.name === 'merchant_id') return MERCHANT_ID
  return isPairs(column) ? `json_format(CAST(${column.name} AS JSON))` : column.name
}

/** The columns that hold the texts of the client. */
const TEXTS = CONTENT_COLUMNS.filter((column) => column.type === 'string' || isPairs(column))

type Copy = {
  readonly merchantId: MerchantId
  readonly entryId: string
  readonly position: string
  readonly archived: Result<ArchivedEntry, string>
}

async function* copiesOf(queries: ArchiveQueries, sql: string): AsyncGenerator<Copy> {
  for await (const { columns, rows } of queries.stream(sql)) {
    for (const cells of rows) {
      const row = Object.fromEntries(columns.map((column, at) => [column, cells[at]]))
      yield {
        merchantId: String(row['merchant_id']) as MerchantId,
        entryId: String(row['entry_id']),
        position: `${String(row['shard_id'])} ${String(row['sequence_number'])} ${String(row['record_index'])}`,
        archived: isReadAsStored(row)
          ? parseArchiveRow(jsonRow(row))
          : refuse('its texts were altered between the archive and this program'),
      }
    }
  }
}

type Row = Readonly<Record<string, unknown>>

const isReadAsStored = (row: Row): boolean => {
  const texts = TEXTS.map(({ name }) => row[name]).filter((cell) => typeof cell === 'string')
  const digits = hash('sha256', texts.join('|'), 'hex')
  // In DuckDB, sha256 returns hexadecimal digits, and to_hex returns the hexadecimal digits of that text. In Trino,
  // sha256 returns bytes.
  return row['text_hash'] === digits || row['text_hash'] === Buffer.from(digits).toString('hex')
}

/** The row with the values that JSON has. */
const jsonRow = ({ text_hash: _hash, ...row }: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, jsonValue(column, cell)]))

const PAIRS = new Set(TEXTS.filter(isPairs).map(({ name }) => name))

const jsonValue = (column: string, cell: unknown): unknown => {
  if (typeof cell === 'bigint') return Number(cell)
  if (!PAIRS.has(column) || typeof cell !== 'string') return cell
  const pairs = parseJson(cell)
  return pairs.ok ? pairs.value : cell
}
