/**
 * Knows what must be true of a history: it counts what stood on the stream and compares contents field by field, without
 * our content hashes, caches or audit events. (Segments it opens and seals by the code that makes them; test/rules/ holds
 * that code to its own examples.)
 *
 * At every moment: progress never falls, and never passes a record that is not done; nothing is told that is not so. At
 * the end: the books count what they must (books-oracle.ts), quarantine holds the rest and nothing else, and the heads
 * know every book. The other oracles beside this file know the rest.
 */
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { AuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import { bookKey, bookOf, type BookId, type BusinessDay, type MerchantId, type Position } from '#ledger/identifiers'
import { laneOf, takesLane } from '#ledger/lanes'
import type { Merchant } from '#ledger/merchant'
import { SEGMENT_BYTES, type Change, type Consumer, type Progress } from '#ledger/ports'
import type { QuarantineOutline } from '#ledger/quarantine'
import { openSegment } from '#wire/journal/segment'
import type { Decided } from '#wire/http/responses/quarantine'
import type { DeliveredRecord } from '#processors/shard-batch'
import { AsideOracle } from './aside-oracle.ts'
import { BooksOracle } from './books-oracle.ts'
import { ClosesOracle, type Appended } from './closes-oracle.ts'
import { contentOf } from './content.ts'
import { isCursedToRead } from './curses.ts'
import { DecisionsOracle } from './decisions-oracle.ts'
import { closedBy, isAmong, type ClosedDays } from './newly-closed.ts'
import { inWords } from './entry-names.ts'
import type { Row } from './firehose.ts'
import type { Ports } from './ports.ts'
import { ReadsOracle } from './reads-oracle.ts'
import { ReconcilesOracle } from './reconciles-oracle.ts'
import { stateInWords } from './state-in-words.ts'
import { StreamOracle, type StandingRecord } from './stream-oracle.ts'
import type { SimShard } from './stream.ts'

export type OracleOptions = {
  /** The most that the journal takes in one segment. */
  readonly segmentBytes?: number
  /** What the archive shows by now. */
  readonly rows?: () => readonly Row[]
  readonly clock?: () => number
  /** How far the clocks of workers are behind at most. */
  readonly skewMs?: number
}

export class Oracle {
  /** Memory adapters that tell the oracle what they are asked to do. */
  readonly ports: Ports
  readonly #memory: Ports
  /** One store for each consumer and shard, so that the progress of one can be lost. */
  readonly #progress = new Map<string, Progress>()
  readonly #stream = new StreamOracle((holds, otherwise) => this.must(holds, otherwise))
  readonly decisions = new DecisionsOracle((holds, otherwise) => this.must(holds, otherwise))
  readonly reads = new ReadsOracle((holds, otherwise) => this.must(holds, otherwise))
  readonly closes: ClosesOracle
  readonly reconciles: ReconcilesOracle
  readonly #aside: AsideOracle
  readonly #books: BooksOracle
  readonly #segmentBytes: number
  readonly #rows: (() => readonly Row[]) | undefined
  /** The records that the journal's consumer never sees. */
  readonly #lost = new Set<string>()
  readonly #broken: string[] = []

  /** Without a clock, time plays no part. */
  constructor(merchants: readonly Merchant[], { segmentBytes = SEGMENT_BYTES, rows, ...time }: OracleOptions = {}) {
    this.#segmentBytes = segmentBytes
    this.#rows = rows
    this.#memory = {
      ...memoryBooks(),
      merchants: memoryMerchants(merchants),
      auditTrail: memoryAuditTrail(),
      progress: memoryProgress(),
    }
    this.closes = new ClosesOracle(this.must, this.#memory, { merchants, ...time })
    this.#aside = new AsideOracle(this.must, this.closes, this.reads)
    this.#books = new BooksOracle(this.must, this.#memory, this.closes, this.#aside)
    this.reconciles = new ReconcilesOracle({
      must: this.must,
      throwBroken: () => this.throwBroken(),
      isFoundation: (book, entryId) => this.#books.isFoundation(book, entryId),
    })
    this.ports = this.#watched()
  }

  /** Begins a book with one credit and one debit, as large as they are said to be. */
  async begin(book: BookId, credits: bigint, debits: bigint): Promise<void> {
    await this.#books.begin(this.ports, book, credits, debits)
  }

  /** A client is about to send an entry. */
  noteSent(entry: Entry): void {
    this.#stream.noteSent(entry)
  }

  /** A record stands on the stream now. */
  noteRecord = (shardId: string, delivered: DeliveredRecord): void => {
    const { auditEvents } = this.#stream.noteRecord(shardId, delivered)
    for (const { decisionId, kind, body } of auditEvents) this.#checkTold(decisionId, kind, body)
  }

  /** What is told has to be so. */
  #checkTold(eventId: string, kind: string, body: object): void {
    if (kind === 'quarantine.set-aside') this.#aside.mustBeAside(eventId, body)
    else if (kind.startsWith('quarantine.')) this.decisions.noteTold(eventId, kind, body)
    else if (kind !== 'merchant.saved') this.closes.noteTold(eventId, body as Readonly<Record<string, unknown>>)
  }

  /** A worker was told that its audit events are durable. */
  noteTold(auditEvents: readonly AuditEvent[]): void {
    this.#stream.noteTold(auditEvents)
  }

  /** A client was told that its entry stands at this position. */
  noteAcknowledged(entry: Entry, position: Position): void {
    this.#stream.noteAcknowledged(entry, position)
  }

  /** An operator was told what came of a request for this entry, or with this reason. */
  noteDecided(decided: Decided, wanted: Entry | string): void {
    this.decisions.noteAnswered(decided, wanted)
    if (decided.status === 'replayed') this.noteAcknowledged(decided.replayedAs.entry, decided.replayedAs.position)
  }

  /** A client reached the position of its entry, and then read its day and what was set aside under its id. */
  noteReadBack(entry: Entry, segment: number, aside: readonly QuarantineOutline[]): void {
    const content = contentOf(entry)
    const isShown = this.#books.counts(entry) && (this.reads.segmentOf(entry) ?? Infinity) <= segment
    const isAside = aside.some(({ subject }) => subject !== 'unreadable' && contentOf(subject) === content)
    this.must(
      isShown || isAside || isCursedToRead(entry),
      `${entry.entryId} was reached, and a reader found it neither in its day nor in quarantine`,
    )
  }

  /** A reader was told that everything on a merchant's shards that arrived up to this time is applied. */
  noteAppliedThrough(merchantId: MerchantId, appliedThroughMs: number, shards: readonly SimShard[]): void {
    const lane = laneOf(merchantId)
    const ids = new Set(shards.filter((shard) => takesLane(shard, lane)).map(({ shardId }) => shardId))
    for (const { shardId, sequenceNumber, arrivedAtMs, entries } of this.#stream.records) {
      // Records of the same millisecond have an order that the time does not tell.
      if (!ids.has(shardId) || arrivedAtMs >= appliedThroughMs) continue
      const own = entries.filter((entry) => entry.merchantId === merchantId)
      this.must(own.every(this.#isDone), `${sequenceNumber} of ${shardId} is not applied, and was said to be`)
    }
  }

  /** Firehose has taken this row. */
  noteArchived = (row: Row): void => {
    this.#stream.noteArchived(row)
  }

  /** In a calm world, every day up to this one has to be closed. `left` is what the last closer said. */
  async mustBeClosed(through: BusinessDay, left: unknown): Promise<void> {
    const { items } = await this.#memory.merchants.items({ limit: 1_000 })
    for (const { merchantId } of items) {
      const { closedThrough } = await this.#memory.heads.read(merchantId)
      const isSo = closedThrough !== null && closedThrough >= through
      this.must(isSo, `${merchantId} is closed through ${closedThrough}, and not through ${through}: ${inWords(left)}`)
    }
  }

  /** The days of all entries that stand on the stream. */
  daysOfEntries(): BusinessDay[] {
    return this.#stream.daysOfEntries()
  }

  /** The number of records on the stream. */
  get recordCount(): number {
    return this.#stream.records.length
  }

  /** Reconciling compares now, and says that both consumers have dealt with the first records of the stream. */
  mustBeDone(recordCount: number): void {
    const undone = this.#stream.records
      .slice(0, recordCount)
      .filter((record) => !this.#isRecorded(record) || !this.#stream.isArchived(record))
    this.must(
      undone.length === 0,
      `reconciling compares while ${undone.length} records before its barrier are not done`,
    )
  }

  /** The journal's consumer will never see this record. */
  loseRecord(sequenceNumber: string): void {
    this.#lost.add(sequenceNumber)
  }

  loseProgress(consumer: Consumer, shardId: string): void {
    this.#progress.delete(`${consumer} ${shardId}`)
  }

  /** The state of the world, as text that is the same for equal states. */
  async state(): Promise<string> {
    return await stateInWords(this.#memory, this.#books.inOrder(), this.#progress)
  }

  /** What must be so at the end, when each of these consumers has read the stream to its end. */
  async check(shards: readonly SimShard[], consumers: readonly Consumer[]): Promise<void> {
    const { records } = this.#stream
    await this.#books.check(records)
    await this.closes.checkAtEnd()
    for (const { shardId, records: ofShard } of shards) {
      for (const consumer of consumers) {
        const [progress] = (await this.#progress.get(`${consumer} ${shardId}`)?.read(consumer)) ?? []
        this.must(
          progress?.sequenceNumber === ofShard.at(-1)?.sequenceNumber,
          `the ${consumer}'s progress of ${shardId} is not at its end`,
        )
      }
    }
    const { items } = await this.#memory.quarantine.list({}, { limit: 100_000 })
    this.#aside.check(
      items.length,
      records.reduce((sum, { unreadable }) => sum + unreadable, 0),
    )
    this.throwBroken()
  }

  /** Notes a broken promise. */
  must = (holds: boolean, otherwise: string): void => {
    if (!holds) this.#broken.push(otherwise)
  }

  throwBroken(): void {
    if (this.#broken.length > 0) throw new Error([...new Set(this.#broken)].slice(0, 5).join('\n'))
  }

  #watched(): Ports {
    const { journal, heads, merchants } = this.#memory
    const quarantine = this.decisions.watched(this.#memory.quarantine)
    return {
      ...this.#memory,
      journal: {
        ...journal,
        append: async (segment) => {
          const bytes = segment.view.length + segment.entries.length
          // The store would refuse it for ever, while here another worker may cut it smaller.
          const fits = bytes <= this.#segmentBytes
          this.must(fits, `a segment of ${bytes} bytes is too large to be stored`)
          if (!fits) throw new Error('the store refuses the segment')
          const outcome = await journal.append(segment)
          if (outcome === 'appended') await this.#noteChanged(segment.book.merchantId, [{ change: 'append', segment }])
          return outcome
        },
      },
      heads: {
        ...heads,
        open: async (book) => {
          const { revision } = await heads.read(book.merchantId)
          const outcome = await heads.open(book)
          const after = await heads.read(book.merchantId)
          if (after.revision !== revision) await this.#noteChanged(book.merchantId, [])
          return outcome
        },
      },
      merchants: {
        ...merchants,
        save: async (merchant) => {
          const outcome = await merchants.save(merchant)
          if (outcome === 'saved') this.closes.noteMerchant(merchant)
          return outcome
        },
      },
      quarantine: {
        ...quarantine,
        setAside: async (item) => {
          await quarantine.setAside(item)
          this.#aside.note(item)
          this.#aside.checkReason(item)
        },
      },
      transactions: { commit: (changes) => this.#commit(changes) },
      auditTrail: {
        publish: async (...told) => {
          for (const { eventId, kind, body } of told) this.#checkTold(eventId, kind, body)
        },
      },
      progress: {
        read: async (consumer) => {
          const stores = [...this.#progress].filter(([key]) => key.startsWith(`${consumer} `))
          return (await Promise.all(stores.map(async ([, store]) => await store.read(consumer)))).flat()
        },
        of: async (consumer, shardId) => await this.#progress.get(`${consumer} ${shardId}`)?.of(consumer, shardId),
        advance: (consumer, to) => this.#advance(consumer, to),
      },
    }
  }

  /** `recordCount` is the number of records that stood on the stream when the close began; absent for other changes. */
  async #commit(changes: readonly Change[], recordCount?: number): Promise<'committed' | 'refused'> {
    const closing = recordCount === undefined ? [] : await closedBy(this.#memory.heads, changes)
    const outcome = await this.#memory.transactions.commit(changes)
    if (outcome === 'refused') return outcome
    for (const change of changes) {
      if (change.change !== 'set-aside') continue
      this.#aside.note(change.item)
      await this.decisions.noteStored(this.#memory.quarantine, change.item)
    }
    for (const merchantId of new Set(changes.map(merchantOf))) {
      const own = changes.filter((change) => merchantOf(change) === merchantId)
      if (merchantId !== undefined) await this.#noteChanged(merchantId, own)
    }
    for (const change of changes) {
      if (change.change === 'set-aside') this.#aside.checkReason(change.item)
      if (change.change === 'close') this.#mustBeArchived(change.closed.book)
    }
    for (const days of closing) this.#mustHoldAll(days, recordCount ?? 0)
    return outcome
  }

  /** The ports of a closer that begins now. */
  portsOfCloser(): Ports {
    const { recordCount } = this
    return { ...this.ports, transactions: { commit: (changes) => this.#commit(changes, recordCount) } }
  }

  /** Days were closed, with a book or without one: they hold what stood on the stream when the close began. */
  #mustHoldAll(days: ClosedDays, recordCount: number): void {
    for (const { entries } of this.#stream.records.slice(0, recordCount)) {
      for (const entry of entries.filter((one) => isAmong(days, one))) {
        const isThere = this.closes.placeOf(entry) === entry.businessDay || this.#aside.has(entry)
        this.must(isThere, `${bookKey(bookOf(entry))} was closed without ${entry.entryId}, which came before`)
      }
    }
  }

  /** A book was closed: the archive shows all that it holds. */
  #mustBeArchived(book: BookId): void {
    if (this.#rows === undefined) return
    const shown = new Set(
      this.#rows().map(
        (row) =>
          `${String(row['merchant_id'])} ${String(row['business_day'])} ${String(row['entry_id'])} ${String(row['amount'])}`,
      ),
    )
    for (const { entryId, amountMinor } of this.closes.ownEntries(book)) {
      const isShown = shown.has(`${book.merchantId} ${book.day} ${entryId} ${amountMinor}`)
      this.must(isShown, `${bookKey(book)} was closed with ${entryId}, which the archive does not show`)
    }
  }

  /** Items of a merchant have changed together. */
  async #noteChanged(merchantId: MerchantId, changes: readonly Change[]): Promise<void> {
    const appended = changes.flatMap((change): Appended[] =>
      change.change === 'append' ? [{ sealed: change.segment, segment: openSegment(change.segment).segment }] : [],
    )
    this.#books.noteAppended(appended)
    await this.closes.noteChanged(merchantId, appended, changes, (entry) => this.#aside.has(entry))
    this.reads.noteChanged(merchantId, appended, this.closes.newestOf(merchantId))
  }

  #advance: Progress['advance'] = async (consumer, to) => {
    const key = `${consumer} ${to.shardId}`
    const store = this.#progress.get(key) ?? memoryProgress()
    this.#progress.set(key, store)
    const [before] = await store.read(consumer)
    await store.advance(consumer, to)
    const [after] = await store.read(consumer)
    const fell = Number(after?.sequenceNumber) < Number(before?.sequenceNumber ?? 0)
    this.must(!fell, `progress of ${to.shardId} fell from ${before?.sequenceNumber} to ${after?.sequenceNumber}`)
    for (const record of this.#stream.records) {
      const { shardId, sequenceNumber } = record
      if (shardId !== to.shardId || Number(sequenceNumber) > Number(after?.sequenceNumber)) continue
      // What was passed before was looked at then.
      if (Number(sequenceNumber) <= Number(before?.sequenceNumber ?? 0)) continue
      if (consumer === 'journal' && this.#lost.has(sequenceNumber)) continue
      const isDone = consumer === 'journal' ? this.#isRecorded(record) : this.#stream.isArchived(record)
      this.must(isDone, `the ${consumer}'s progress of ${shardId} passed ${sequenceNumber} before it was done`)
    }
  }

  #isRecorded(record: StandingRecord): boolean {
    return this.#aside.unreadableOf(record) === record.unreadable && record.entries.every(this.#isDone)
  }

  /** An entry is done when it is counted with its content under the id of its own day, or set aside with its content. */
  #isDone = (entry: Entry): boolean => this.#books.counts(entry) || this.#aside.has(entry)
}

const merchantOf = (change: Change): MerchantId | undefined => {
  switch (change.change) {
    case 'append':
      return change.segment.book.merchantId
    case 'head':
      return change.merchantId
    case 'close':
      return change.closed.book.merchantId
    case 'restate':
      return change.restatement.book.merchantId
    case 'set-aside':
    case 'release':
      return change.item.subject === 'unreadable' ? undefined : change.item.subject.merchantId
  }
}
