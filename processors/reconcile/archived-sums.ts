/**
 * Sums of the archive, book by book. They are enough to prove a book equal, and take a fifth of the work of reading its
 * rows one by one. No entries of a book are kept while it is read.
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

/** The sums of the archive's copy of a book: each distinct content of every id counts once. */
export type ArchivedSum = {
  readonly merchantId: MerchantId
  /** The number of rows; every copy counts. */
  readonly copies: number
  readonly totals: Totals
  /**
   * The digest as `digestOf` makes it. It is absent when some row is not usual, because the sums then prove nothing.
   */
  readonly digest?: string
}

/** The sums of the books of a day, in the order of merchants. */
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
 * The statement means the same on every engine: the map travels as JSON text and the time as milliseconds, because each
 * engine prints both in its own way. Columns that are not part of the content are only checked.
 */
const contentsSql = (day: BusinessDay, merchants: readonly MerchantId[] | 'all'): string => `
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

/** Reads the cells of a row. They stand in the order of the table. */
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

/** The sum of a book whose rows come in the order of entryId. */
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
    // Rows in another order would give another digest, so no digest is made from them.
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
