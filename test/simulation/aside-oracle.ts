/** Knows what was set aside in quarantine, and checks each reason at the moment, for later nothing tells whether it was so. */
import type { Entry } from '#ledger/entry'
import { bookOf, type Position } from '#ledger/identifiers'
import { isExactInJson } from '#ledger/money'
import type { SetAside } from '#ledger/quarantine'
import type { ClosesOracle } from './closes-oracle.ts'
import { contentOf } from './content.ts'
import { isCursed } from './curses.ts'
import { placeOf } from './entry-names.ts'
import type { ReadsOracle } from './reads-oracle.ts'
import type { StandingRecord } from './stream-oracle.ts'

type Must = (holds: boolean, otherwise: string) => void

export class AsideOracle {
  readonly #must: Must
  readonly #closes: ClosesOracle
  readonly #reads: ReadsOracle
  readonly #contents = new Set<string>()
  /** What was set aside because no more fits in its book. */
  readonly #beyondBound = new Set<string>()
  /** The places of what cannot be read. */
  readonly #places = new Set<string>()
  /** How many of these are of one record. */
  readonly #ofRecord = new Map<string, number>()
  readonly #positions = new Set<string>()

  constructor(must: Must, closes: ClosesOracle, reads: ReadsOracle) {
    this.#must = must
    this.#closes = closes
    this.#reads = reads
  }

  /** Something is in quarantine now. */
  note({ subject, position }: SetAside): void {
    this.#positions.add(placeOf(position))
    if (subject === 'unreadable') this.#noteUnreadable(position)
    else this.#contents.add(contentOf(subject))
  }

  has(entry: Entry): boolean {
    return this.hasContent(contentOf(entry))
  }

  hasContent(content: string): boolean {
    return this.#contents.has(content)
  }

  isBeyondBound(content: string): boolean {
    return this.#beyondBound.has(content)
  }

  /** How many lines of a record were set aside because they cannot be read. */
  unreadableOf({ shardId, sequenceNumber }: StandingRecord): number {
    return this.#ofRecord.get(`${shardId} ${sequenceNumber}`) ?? 0
  }

  /** An event tells that something was set aside. */
  mustBeAside(eventId: string, body: object): void {
    const { position } = body as { position: Position }
    this.#must(this.#positions.has(placeOf(position)), `${eventId} is told and not so`)
  }

  checkReason({ subject, reason, raw, position }: SetAside): void {
    const name = `${position.sequenceNumber}/${position.index}`
    if (reason === 'unexpected-error') {
      const isOurFault = subject === 'unreadable' ? Buffer.from(raw).includes('cursed: ') : isCursed(subject)
      this.#must(isOurFault, `${name} is set aside because of our own code, which has nothing against it`)
    }
    if (subject === 'unreadable') return
    const book = bookOf(subject)
    if (reason === 'total-out-of-bounds') {
      this.#beyondBound.add(contentOf(subject))
      const totals = this.#reads.totalsOf(book)
      const sum = (subject.direction === 'credit' ? totals.creditsMinor : totals.debitsMinor) + subject.amountMinor
      this.#must(!isExactInJson(sum), `${name} is set aside as too much for its book, and would fit`)
    }
    if (reason === 'content-conflict') {
      const standing = this.#closes.placeIn(book, subject.entryId)
      const isTaken =
        (standing !== undefined && contentOf(standing.entry) !== contentOf(subject)) ||
        this.#closes.isTakenByLate(book, subject.entryId) ||
        (standing?.day === null && this.#closes.isTakenLater(subject))
      this.#must(isTaken, `${name} is set aside because its id is taken, and it is not`)
    }
    if (reason === 'day-closed') {
      // A worker that found it waiting may be slower than the operator's release. The item then says that it counts.
      const isRecorded =
        this.#closes.isRecordedAside({ subject, reason }) || this.#closes.isReleased(book, subject.entryId)
      this.#must(isRecorded, `${name} is set aside as late, and its own book does not record it`)
    }
  }

  /** At the end: `itemCount` items stand in quarantine, and `unreadable` lines of the stream cannot be read. */
  check(itemCount: number, unreadable: number): void {
    const asideCount = this.#contents.size + this.#places.size
    this.#must(itemCount === asideCount, `${itemCount} items in quarantine for ${asideCount} things set aside`)
    this.#must(this.#places.size === unreadable, `${this.#places.size} of ${unreadable} unreadable set aside`)
  }

  #noteUnreadable(position: Position): void {
    const place = placeOf(position)
    if (this.#places.has(place)) return
    this.#places.add(place)
    const record = `${position.shardId} ${position.sequenceNumber}`
    this.#ofRecord.set(record, (this.#ofRecord.get(record) ?? 0) + 1)
  }
}
