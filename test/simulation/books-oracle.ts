/**
 * Knows what each book counts, and what it must count at the end: each id once, with a content that its copies had (the
 * first one's, when they all came over one shard). Every other content is in quarantine, and the counted one is not. The
 * totals are those of what is counted, and the chain is unbroken.
 */
import { emptyBook, nextSegment } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import { bookKey, bookOf, type BookId } from '#ledger/identifiers'
import { isExactInJson } from '#ledger/money'
import { NO_CHAIN, sealingHash } from '#ledger/segment'
import { openSegment, sealSegment } from '#wire/journal/segment'
import type { AsideOracle } from './aside-oracle.ts'
import type { Appended, ClosesOracle } from './closes-oracle.ts'
import { contentOf } from './content.ts'
import { isCursed } from './curses.ts'
import { idOf, idOfEntry } from './entry-names.ts'
import type { Ports } from './ports.ts'
import type { StandingRecord } from './stream-oracle.ts'
import { isCountable } from './workload.ts'

type Must = (holds: boolean, otherwise: string) => void

/** A copy of an entry, as it came over the stream. */
type Copy = { readonly shardId: string; readonly entry: Entry }

export class BooksOracle {
  readonly #must: Must
  readonly #stores: Ports
  readonly #closes: ClosesOracle
  readonly #aside: AsideOracle
  /** The content that counts under each id of a day. */
  readonly #counted = new Map<string, string>()
  /** The books that have segments. */
  readonly #books = new Map<string, BookId>()
  /** Entries that stood in their books before all others, and were never on the stream. */
  readonly #foundations = new Map<string, Entry>()

  constructor(must: Must, stores: Ports, closes: ClosesOracle, aside: AsideOracle) {
    this.#must = must
    this.#stores = stores
    this.#closes = closes
    this.#aside = aside
  }

  /** Begins a book with one credit and one debit, as large as they are said to be. `ports` tell the oracle of it. */
  async begin(ports: Ports, book: BookId, credits: bigint, debits: bigint): Promise<void> {
    const merchant = await this.#stores.merchants.find(book.merchantId)
    if (merchant === undefined) throw new Error(`no merchant ${book.merchantId}`)
    const startsAtMs = Date.parse(`${book.day}T00:00:00Z`)
    const entries = (['credit', 'debit'] as const).map((direction): Entry => ({
      entryId: `foundation-${direction}` as Entry['entryId'],
      merchantId: book.merchantId,
      businessDay: book.day,
      direction,
      amountMinor: direction === 'credit' ? credits : debits,
      currency: merchant.currency,
      occurredAtMs: startsAtMs,
      receivedAtMs: startsAtMs,
    }))
    const empty = emptyBook(book, { currency: merchant.currency, startsAtMs })
    await ports.heads.open(book)
    await ports.journal.append(sealSegment(empty, nextSegment(empty, entries)))
    for (const entry of entries) this.#foundations.set(idOfEntry(entry), entry)
  }

  isFoundation(book: BookId, entryId: string): boolean {
    return this.#foundations.has(idOf(book, entryId))
  }

  noteAppended(appended: readonly Appended[]): void {
    for (const { sealed, segment } of appended) {
      this.#books.set(bookKey(sealed.book), sealed.book)
      for (const entry of segment.entries) this.#counted.set(idOfEntry(entry), contentOf(entry))
    }
  }

  /** Whether this very content counts. */
  counts(entry: Entry): boolean {
    return this.#counted.get(idOfEntry(entry)) === contentOf(entry)
  }

  /** The books that have segments, by their keys in order. */
  inOrder(): BookId[] {
    return [...this.#books].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, book]) => book)
  }

  /** What must be so at the end. */
  async check(records: readonly StandingRecord[]): Promise<void> {
    const copies = Map.groupBy(
      records.flatMap(({ shardId, entries }) => entries.map((entry): Copy => ({ shardId, entry }))),
      ({ entry }) => bookKey(bookOf(entry)),
    )
    const counted: Entry[] = []
    for (const book of this.#books.values()) counted.push(...(await this.#readBook(book)))
    // A late entry may count in the book of another day.
    const byOwnBook = Map.groupBy(counted, (entry) => bookKey(bookOf(entry)))
    for (const key of new Set([...copies.keys(), ...byOwnBook.keys()])) {
      this.#checkBook(key, copies.get(key) ?? [], byOwnBook.get(key) ?? [])
    }
  }

  /** `counted` are the entries of a day that count, in its own book or as late entries in another one. */
  #checkBook(key: string, copies: readonly Copy[], counted: readonly Entry[]): void {
    for (const [entryId, sent] of Map.groupBy(copies, ({ entry }) => entry.entryId)) {
      const name = `${key} ${entryId}`
      const contents = new Set(sent.map(({ entry }) => contentOf(entry)))
      const standing = counted.filter((entry) => entry.entryId === entryId).map(contentOf)
      const candidates = sent
        .map(({ entry }) => entry)
        .filter((entry) => isCountable(entry) && !isCursed(entry))
        .map(contentOf)
        .filter((content) => !this.#aside.isBeyondBound(content))
      const passedBy = sent[0] && this.#passedBy(sent[0].entry)
      const times = candidates.length === 0 || passedBy !== undefined ? 0 : 1
      this.#must(standing.length === times, `${name} is counted ${standing.length} times, not ${times}`)
      const winner = standing[0]
      const decided = winner ?? passedBy
      const isReleased = sent[0] !== undefined && this.#closes.isReleased(bookOf(sent[0].entry), entryId)
      // An operator may release a correction, whatever came first.
      const oneShard = !isReleased && new Set(sent.map(({ shardId }) => shardId)).size === 1
      const mayWin = oneShard ? candidates.slice(0, 1) : candidates
      const isRight = decided === undefined || decided === LATE || mayWin.includes(decided)
      this.#must(isRight, `${name} is not counted as it was sent, or came first`)
      for (const content of contents) {
        const aside = this.#aside.hasContent(content)
        // An item stays in quarantine after its entry was released.
        const isInPlace = aside === (content !== winner) || (isReleased && aside)
        this.#must(isInPlace, `${name} is ${aside ? '' : 'not '}in quarantine: ${content}`)
      }
    }
    const sentIds = new Set(copies.map(({ entry }) => entry.entryId))
    const others = counted.filter((entry) => !sentIds.has(entry.entryId) && !this.#foundations.has(idOfEntry(entry)))
    this.#must(others.length === 0, `${key} counts ${others.length} entries that were never sent`)
  }

  /**
   * Why an id of a book is not counted although it could be: the content that the book has recorded as set aside, or
   * `LATE` where a late entry of another day has the id.
   */
  #passedBy(entry: Entry): string | undefined {
    const book = bookOf(entry)
    const place = this.#closes.placeIn(book, entry.entryId)
    // An entry on which our own code fails may be recorded without being folded.
    if (place?.day === null) return isCursed(place.entry) ? LATE : contentOf(place.entry)
    return place === undefined && this.#closes.isTakenByLate(book, entry.entryId) ? LATE : undefined
  }

  /** The entries of a book, having checked that each segment's seal and view say the same as they do. */
  async #readBook(book: BookId): Promise<Entry[]> {
    const counted: Entry[] = []
    let hash = NO_CHAIN
    for (const [index, sealed] of (await this.#stores.journal.read(book, 0)).entries()) {
      hash = sealingHash(hash, sealed)
      this.#must(sealed.number === index + 1 && sealed.hash === hash, `${bookKey(book)} is a broken chain`)
      const { segment } = openSegment(sealed)
      counted.push(...segment.entries)
      const { totals, byMethod, byHour } = segment.view
      const sum = (direction: string, of = counted): bigint =>
        of.reduce((total, entry) => (entry.direction === direction ? total + entry.amountMinor : total), 0n)
      const exact =
        totals.creditsMinor === sum('credit') &&
        totals.debitsMinor === sum('debit') &&
        totals.entryCount === counted.length
      this.#must(exact, `${bookKey(book)} has other totals than its entries`)
      const isBlurred = !isExactInJson(totals.creditsMinor) || !isExactInJson(totals.debitsMinor)
      this.#must(!isBlurred, `${bookKey(book)} has totals beyond what JSON can say`)
      for (const parts of [byMethod, byHour]) {
        const credits = [...parts.values()].reduce((total, part) => total + part.creditsMinor, 0n)
        const entries = [...parts.values()].reduce((total, part) => total + part.entryCount, 0)
        const same = credits === totals.creditsMinor && entries === totals.entryCount
        this.#must(same, `${bookKey(book)} has methods or hours that do not add up to the day`)
      }
    }
    return counted
  }
}

/** Instead of a content: a late entry of another day has the id. */
const LATE = 'late'
