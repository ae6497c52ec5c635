/**
 * What the archive adds up to, book by book: enough to prove a book equal, and a fifth of the work of reading its rows one
 * by one. Nothing of a book is kept while it is read.
 */
import { contentHash, type ContentHash, type EntryContent } from '#ledger/entry'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { addTotals, noTotals, type Totals } from '#ledger/money'
import { totalsOf } from '#ledger/day-view'
import type { ArchiveQueries } from '#ledger/archive'
import { sortedDigest } from '#ledger/segment'
import { CONTENT_COLUMNS, type Column } from '#wire/archive/columns'
import { readArchivedContent } from '#wire/archive/content'
import { literal, MERCHANT_ID, ofMerchants } from './statements.ts'

/** The archive's copy of a book, added up: of every id each distinct content once. */
export type ArchivedSum = {
  readonly merchantId: MerchantId
  /** How many rows there are: every copy counts. */
  readonly copies: number
  readonly totals: Totals
  /** The one that `digestOf` makes. Absent when some row is not usual, so that it proves nothing. */
  readonly digest?: string
}

/** By merchant. */
export async function* archivedSums(
  queries: ArchiveQueries,
  day: BusinessDay,
  merchants: readonly MerchantId[] | 'all',
): AsyncGenerator<ArchivedSum> {
  let book: SumInMaking | undefined
  for await (const { rows } of queries.stream(contentsSql(day, merchants))) {
    for (const cells of rows) {
      const merchantId = String(cells[1])
      if (book !== undefined && book.merchantId !== merchantId) yield book.sum()
      if (book?.merchantId !== merchantId) book = new SumInMaking(merchantId)
      book.add(contentIn(cells))
    }
  }
  if (book !== undefined) yield book.sum()
}

/**
 * Of one meaning on every engine: the map travels as JSON text and the time as milliseconds, because engines print both in
 * ways of their own. What is no part of the content is only checked.
 */
export const contentsSql = (day: BusinessDay, merchants: readonly MerchantId[] | 'all'): string => `
SELECT
  ${CONTENT_COLUMNS.map(cellOf).join(', ')},
  CASE
    WHEN schema_version = 1 AND occurred_at = date_trunc('millisecond', occurred_at)
      AND received_at IS NOT NULL AND arrived_at IS NOT NULL AND shard_id <> '' AND record_index >= 0
      AND sequence_number <> '' AND translate(sequence_number, '0123456789', '') = ''
    THEN 1 ELSE 0
  END AS is_usual
FROM archived_entries
WHERE business_day = ${literal(day)} ${ofMerchants(merchants)}
ORDER BY merchant_id, entry_id`

const cellOf = ({ name, type }: Column): string => {
  if (name === 'merchant_id') return `${MERCHANT_ID} AS merchant_id`
  switch (type) {
    case 'timestamp':
      return `date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', ${name}) AS ${name}_ms`
    case 'map<string,string>':
      return `json_format(CAST(${name} AS JSON)) AS ${name}`
    default:
      return name
  }
}

/** The cells of a row, which stand in the order of the table. */
const contentIn = (cells: readonly unknown[]): EntryContent | undefined => {
  const [entryId, merchantId, direction, amountMinor, currency, occurredAtMs, method, category, description] = cells
  const [reference, terminalId, terminalSeq, reverses, metadata, isUsual] = cells.slice(9)
  if (isUsual !== 1) return undefined
  return readArchivedContent({
    entryId,
    merchantId,
    direction,
    amountMinor,
    currency,
    occurredAtMs,
    method,
    category,
    description,
    reference,
    terminalId,
    terminalSeq,
    reverses,
    metadata,
  })
}

/** A book whose rows come by entryId. */
class SumInMaking {
  readonly merchantId: string
  readonly #digest = sortedDigest()
  #copies = 0
  #totals = noTotals
  #isUsual = true
  #entryId = ''
  #contents: ContentHash[] = []

  constructor(merchantId: string) {
    this.merchantId = merchantId
  }

  add(content: EntryContent | undefined): void {
    this.#copies += 1
    // Out of order would be another digest, so it does not matter which.
    if (content === undefined || content.entryId < this.#entryId) this.#isUsual = false
    else if (this.#isUsual) this.#count(content)
  }

  sum(): ArchivedSum {
    this.#endId()
    const sum = { merchantId: this.merchantId as MerchantId, copies: this.#copies, totals: this.#totals }
    return this.#isUsual ? { ...sum, digest: this.#digest.digest() } : sum
  }

  #count(content: EntryContent): void {
    const hash = contentHash(content)
    if (content.entryId !== this.#entryId) this.#endId()
    this.#entryId = content.entryId
    if (this.#contents.includes(hash)) return
    this.#contents.push(hash)
    this.#totals = addTotals(this.#totals, totalsOf([content]))
  }

  #endId(): void {
    for (const hash of this.#contents.toSorted()) this.#digest.add(this.#entryId, hash)
    this.#contents = []
  }
}
