/** Keeps the answers of the system for every entry that was ever sent. */
import type { Answer, Sale } from '#test/flows/client'

/**
 * Of one content under one id, the strongest that any of its sendings was told:
 * - acknowledged: it must be counted, or set aside if the id is counted with other content;
 * - unanswered: no answer or a 5xx; it may be counted, once;
 * - refused: every time with 4xx; it must not be counted.
 */
export type Outcome = 'acknowledged' | 'unanswered' | 'refused'

/** The outcomes of a book, by id and by content. */
export type SentToBook = ReadonlyMap<string, ReadonlyMap<string, Outcome>>

export type Acknowledged = { readonly sale: Sale; readonly position: string }

export class Witness {
  readonly #books = new Map<string, Map<string, Map<string, Outcome>>>()
  /** The newest acknowledged entry, for someone to look it up. */
  latest: Acknowledged | undefined
  /** When the last request that was acknowledged had been sent. */
  acknowledgedSentAtMs = 0

  /** Records the answer to a request, single or batch. A missing answer is recorded as well. */
  note(sales: readonly Sale[], answer: Answer | undefined, sentAtMs: number): void {
    const results = answer?.body['results'] as readonly EntryResult[] | undefined
    for (const [index, sale] of sales.entries()) {
      const { status, position } =
        results === undefined
          ? { status: answer?.status ?? 0, position: answer?.body['position'] as string | undefined }
          : { status: results[index]?.problem?.status ?? 202, position: results[index]?.position }
      const isAcknowledged = status === 202 && position !== undefined
      this.#raise(sale, isAcknowledged ? 'acknowledged' : status >= 400 && status < 500 ? 'refused' : 'unanswered')
      if (!isAcknowledged) continue
      this.latest = { sale, position }
      this.acknowledgedSentAtMs = Math.max(this.acknowledgedSentAtMs, sentAtMs)
    }
  }

  get books(): ReadonlyMap<string, SentToBook> {
    return this.#books
  }

  /** How many contents came to each outcome. */
  counts(): Record<Outcome, number> {
    const counts = { acknowledged: 0, unanswered: 0, refused: 0 }
    for (const book of this.#books.values()) {
      for (const contents of book.values()) for (const outcome of contents.values()) counts[outcome] += 1
    }
    return counts
  }

  #raise(sale: Sale, outcome: Outcome): void {
    const book = bookOf(sale)
    const ids = this.#books.get(book) ?? new Map<string, Map<string, Outcome>>()
    const contents = ids.get(sale.entryId) ?? new Map<string, Outcome>()
    const content = contentOf(sale)
    const before = contents.get(content) ?? 'refused'
    contents.set(content, STRENGTH[outcome] > STRENGTH[before] ? outcome : before)
    this.#books.set(book, ids.set(sale.entryId, contents))
  }
}

type EntryResult = { readonly position?: string; readonly problem?: { readonly status: number } }

const STRENGTH: Readonly<Record<Outcome, number>> = { refused: 0, unanswered: 1, acknowledged: 2 }

/** The merchants trade in UTC, so anyone can tell the business day. */
const bookOf = ({ merchantId, occurredAt }: Sale): string =>
  `${merchantId}/${new Date(occurredAt).toISOString().slice(0, 10)}`

/** One text for all ways to write the same content. */
export const contentOf = (sale: Sale): string => {
  const fields = { ...sale, occurredAt: new Date(sale.occurredAt).toISOString() }
  return JSON.stringify(Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
