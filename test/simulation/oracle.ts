/**
 * Knows what must be true of a history: it counts what stood on the stream and compares contents field by field, without
 * our content hashes, caches or audit events. (Segments it opens and seals by the code that makes them; test/rules/ holds
 * that code to its own examples.)
 *
 * At every moment: progress never falls, and never passes a record that is not done; nothing is told that is not so. At the end: each id of a book is
 * counted once, with a content that its copies had (the first one's, when they all came over one shard); every other
 * content of it is in quarantine and the counted one is not; so is every line that cannot be read, and nothing else;
 * the totals are those of what is counted, the chain is unbroken, and the heads know every book.
 */
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { memoryProgress } from '#adapters/progress/memory-progress'
import type { AuditEvent } from '#ledger/audit-event'
import { emptyBook, nextSegment } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import { bookKey, type BookId, type BusinessDay, type MerchantId, type Position } from '#ledger/identifiers'
import { laneOf, takesLane } from '#ledger/lanes'
import type { Merchant } from '#ledger/merchant'
import { isExactInJson } from '#ledger/money'
import { SEGMENT_BYTES, type Change, type Consumer, type Progress } from '#ledger/ports'
import type { QuarantineOutline, SetAside } from '#ledger/quarantine'
import { NO_CHAIN, sealingHash } from '#ledger/segment'
import { openSegment, sealSegment } from '#wire/journal/segment'
import type { Decided } from '#wire/http/responses/quarantine'
import type { DifferenceKind } from '#ledger/reconciliation'
import type { DayReport } from '#processors/reconcile/reconcile-day'
import type { DeliveredRecord } from '#processors/shard-batch'
import { contentOf } from './content.ts'
import { isCursed, isCursedToRead } from './curses.ts'
import { ClosesOracle, type Appended } from './closes-oracle.ts'
import { DecisionsOracle } from './decisions-oracle.ts'
import { closedBy, isAmong, type ClosedDays } from './newly-closed.ts'
import type { Ports } from './ports.ts'
import { ReadsOracle } from './reads-oracle.ts'
import { readContents, type Contents } from './stream-contents.ts'
import type { SimShard } from './stream.ts'
import { isCountable } from './workload.ts'

/** A record on the stream, and what it holds. */
type Expected = {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly arrivedAtMs: number
  readonly lines: Contents['entries']
  readonly entries: readonly Entry[]
  readonly auditEvents: Contents['auditEvents']
  readonly unreadable: number
}

export type OracleOptions = {
  /** The most that the journal takes in one segment. */
  readonly segmentBytes?: number
  /** What the archive shows by now. */
  readonly rows?: () => readonly Readonly<Record<string, unknown>>[]
  readonly clock?: () => number
  /** How far the clocks of workers are behind at most. */
  readonly skewMs?: number
}

export class Oracle {
  /** Memory adapters that tell the oracle what they are asked to do. */
  readonly ports: Ports
  readonly #memory: Ports
  readonly #expected: Expected[] = []
  /** The same by place. */
  readonly #records = new Map<string, Expected>()
  /** The ids of the audit events that stand on the stream. */
  readonly #toldIds = new Set<string>()
  /** One store for each consumer and shard, so that the progress of one can be lost. */
  readonly #progress = new Map<string, Progress>()
  readonly decisions = new DecisionsOracle((holds, otherwise) => this.must(holds, otherwise))
  readonly reads = new ReadsOracle((holds, otherwise) => this.must(holds, otherwise))
  readonly closes: ClosesOracle
  readonly #segmentBytes: number
  readonly #rows: (() => readonly Readonly<Record<string, unknown>>[]) | undefined
  /** Every entry that is done: counted with its content under the id of its own day, or set aside with its content. */
  readonly #counted = new Map<string, string>()
  /** The books that have segments. */
  readonly #books = new Map<string, BookId>()
  readonly #asideContents = new Set<string>()
  /** What was set aside because no more fits in its book. */
  readonly #beyondBound = new Set<string>()
  /** Entries that stood in their books before all others, and were never on the stream. */
  readonly #foundations = new Map<string, Entry>()
  readonly #asidePlaces = new Set<string>()
  /** How many of these are of one record. */
  readonly #asideOfRecord = new Map<string, number>()
  readonly #asidePositions = new Set<string>()
  readonly #broken: string[] = []

  /** The contents that clients have sent. */
  readonly #sent = new Set<string>()
  readonly #losses = new Set<string>()
  readonly #reconciled = new Set<BusinessDay>()
  readonly #lost = new Set<string>()
  /** The places of entries, and the ids of audit events, that Firehose has taken. */
  readonly #archived = new Set<string>()

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
    this.ports = this.#watched()
  }

  /** A client is about to send an entry. */
  noteSent(entry: Entry): void {
    this.#sent.add(contentOf(entry))
  }

  /** A record stands on the stream now. */
  noteRecord = (shardId: string, { sequenceNumber, arrivedAtMs, data }: DeliveredRecord): void => {
    const { entries: lines, auditEvents, unreadable } = readContents(data)
    const entries = lines.filter((entry) => entry !== undefined)
    const record = { shardId, sequenceNumber, arrivedAtMs, lines, entries, auditEvents, unreadable }
    this.#expected.push(record)
    this.#records.set(`${shardId} ${sequenceNumber}`, record)
    for (const entry of entries) {
      this.must(this.#sent.has(contentOf(entry)), `no client has sent what stands on ${shardId}: ${contentOf(entry)}`)
    }
    for (const { decisionId, kind, body } of auditEvents) {
      this.#toldIds.add(decisionId)
      this.#checkTold(decisionId, kind, body)
    }
  }

  /** What is told has to be so. */
  #checkTold(eventId: string, kind: string, body: object): void {
    if (kind === 'quarantine.set-aside') this.#mustBeAside(eventId, body)
    else if (kind.startsWith('quarantine.')) this.decisions.noteTold(eventId, kind, body)
    else if (kind !== 'merchant.saved') this.closes.noteTold(eventId, body as Readonly<Record<string, unknown>>)
  }

  /** A worker was told that its audit events are durable. */
  noteTold(auditEvents: readonly AuditEvent[]): void {
    for (const { eventId } of auditEvents) {
      this.must(this.#toldIds.has(eventId), `${eventId} counts as published and is not on the stream`)
    }
  }

  /** A client was told that its entry stands at this position. */
  noteAcknowledged(entry: Entry, { shardId, sequenceNumber, index }: Position): void {
    const standing = this.#records.get(`${shardId} ${sequenceNumber}`)?.lines[index]
    const isThere = isCursedToRead(entry) || (standing !== undefined && contentOf(standing) === contentOf(entry))
    this.must(isThere, `${entry.entryId} was acknowledged at ${sequenceNumber}/${index} and is not there`)
  }

  /** An operator was told what came of a request for this entry, or with this reason. */
  noteDecided(decided: Decided, wanted: Entry | string): void {
    this.decisions.noteAnswered(decided, wanted)
    if (decided.status === 'replayed') this.noteAcknowledged(decided.replayedAs.entry, decided.replayedAs.position)
  }

  /** A client reached the position of its entry, and then read its day and what was set aside under its id. */
  noteReadBack(entry: Entry, segment: number, aside: readonly QuarantineOutline[]): void {
    const content = contentOf(entry)
    const isCounted = this.#counted.get(idOfEntry(entry)) === content
    const isShown = isCounted && (this.reads.segmentOf(entry) ?? Infinity) <= segment
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
    for (const { shardId, sequenceNumber, arrivedAtMs, entries } of this.#expected) {
      // Records of the same millisecond have an order that the time does not tell.
      if (!ids.has(shardId) || arrivedAtMs >= appliedThroughMs) continue
      const own = entries.filter((entry) => entry.merchantId === merchantId)
      this.must(own.every(this.#isDone), `${sequenceNumber} of ${shardId} is not applied, and was said to be`)
    }
  }

  /** Begins a book with one credit and one debit, as large as they are said to be. */
  async begin(book: BookId, credits: bigint, debits: bigint): Promise<void> {
    const merchant = await this.#memory.merchants.find(book.merchantId)
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
    await this.ports.heads.open(book)
    await this.ports.journal.append(sealSegment(empty, nextSegment(empty, entries)))
    for (const entry of entries) this.#foundations.set(idOfEntry(entry), entry)
  }

  /** Firehose has taken these rows. */
  noteArchived = (row: Readonly<Record<string, unknown>>): void => {
    if ('decision_id' in row) {
      const eventId = String(row['decision_id'])
      this.#archived.add(eventId)
      this.must(this.#toldIds.has(eventId), `the archive holds ${eventId}, which is not on the stream`)
      return
    }
    const place = placeOfRow(row)
    this.#archived.add(place)
    const record = this.#records.get(`${String(row['shard_id'])} ${String(row['sequence_number'])}`)
    const entry = record?.lines[Number(row['record_index'])]
    const isSame = record !== undefined && entry !== undefined && isRowOf(row, entry, record.arrivedAtMs)
    this.must(isSame, `the archive holds another entry than the stream at ${place}: ${JSON.stringify(row)}`)
  }

  /** What an operator saw who reconciled a day at the end. */
  noteReconciled(day: BusinessDay, report: DayReport, rows: readonly Readonly<Record<string, unknown>>[]): void {
    const isEqual = report.status === 'compared' && !this.#isAlarm(report, [])
    if (isEqual) this.#reconciled.add(day)
    else this.#broken.push(`${day} does not reconcile: ${inWords(report)}`)
    for (const { book, archivedCopies } of report.status === 'compared' ? report.books : []) {
      const ofBook = rows.filter((row) => row['merchant_id'] === book.merchantId && row['business_day'] === day)
      this.must(
        archivedCopies === ofBook.length,
        `${bookKey(book)}: ${archivedCopies} copies reported of ${ofBook.length}`,
      )
    }
  }

  /** What an operator saw who reconciled a day while entries arrived. The newest may be on their way, nothing else. */
  noteReconciledEarly(day: BusinessDay, report: DayReport): void {
    const books = report.status === 'compared' ? report.books : []
    const isRight = books.every(
      ({ differences, faults }) => faults.length === 0 && differences.every(({ kind }) => MAY_BE_UNDER_WAY.has(kind)),
    )
    this.must(isRight, `${day} was reconciled too early: ${inWords(report)}`)
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
    const days = this.#expected.flatMap(({ entries }) => entries.map(({ businessDay }) => businessDay))
    return [...new Set(days)].toSorted()
  }

  /** Something is lost now, in what reconciling sees. */
  noteLoss(name: string): void {
    this.#losses.add(name)
  }

  /** What reconciling says of it: `unnamed` is why that does not name the loss. */
  noteFound(name: string, unnamed: string | undefined, report: DayReport): void {
    this.#losses.delete(name)
    this.must(unnamed === undefined, `reconciling does not find that ${name}: ${unnamed}: ${inWords(report)}`)
  }

  mustBeFound(): void {
    for (const name of this.#losses) this.must(false, `reconciling never said that ${name}`)
    this.throwBroken()
  }

  /** The number of records on the stream. */
  get recordCount(): number {
    return this.#expected.length
  }

  /** Reconciling compares now, and says that both consumers have dealt with the first records of the stream. */
  mustBeDone(recordCount: number): void {
    const undone = this.#expected
      .slice(0, recordCount)
      .filter((record) => !this.#isRecorded(record) || !this.#isArchived(record))
    this.must(
      undone.length === 0,
      `reconciling compares while ${undone.length} records before its barrier are not done`,
    )
  }

  /** What an operator saw who reconciled a day while everything went on. */
  noteReconciledMidway(day: BusinessDay, report: DayReport): void {
    if (report.status === 'behind') return
    const isAlarm = report.status !== 'compared' || this.#isAlarm(report, ['not-yet-delivered'])
    this.must(!isAlarm, `${day} raised a false alarm: ${inWords(report)}`)
  }

  /** An operator repaired a day. The number of contents that had to be published is known unless the command was repeated. */
  noteRepaired(day: BusinessDay, report: DayReport, lost: number | undefined): void {
    const isRepaired =
      report.status === 'compared' &&
      !this.#isAlarm(report, []) &&
      (lost === undefined || report.publishedAgain === lost)
    this.must(isRepaired, `${day} was not repaired: ${inWords(report)}`)
  }

  /** Whether a report names anything but these kinds of differences, and the entries that no stream has carried. */
  #isAlarm(report: DayReport & { readonly status: 'compared' }, allowed: readonly DifferenceKind[]): boolean {
    return report.books.some(({ book, differences, faults }) => {
      const others = differences.filter(
        ({ entryId, kind }) => !allowed.includes(kind) && !this.#foundations.has(idOf(book, entryId)),
      )
      return others.length > 0 || faults.length > 0
    })
  }

  /** The journal's consumer will never see this record. */
  loseRecord(sequenceNumber: string): void {
    this.#lost.add(sequenceNumber)
  }

  mustBeReconciled(days: readonly BusinessDay[]): void {
    for (const day of days) this.must(this.#reconciled.has(day), `${day} was not reconciled`)
    this.throwBroken()
  }

  loseProgress(consumer: Consumer, shardId: string): void {
    this.#progress.delete(`${consumer} ${shardId}`)
  }

  /** The state of the world, as text that is the same for equal states. */
  async state(): Promise<string> {
    const { journal, heads, quarantine } = this.#memory
    const books = [...this.#books].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, book]) => book)
    const chains = await Promise.all(books.map(async (book) => (await journal.read(book, 0)).map(({ hash }) => hash)))
    const merchantIds = [...new Set(books.map(({ merchantId }) => merchantId))]
    const closed = await Promise.all(
      merchantIds.map(async (merchantId) => {
        const { open, ...head } = await heads.read(merchantId)
        const { days } = this.#memory
        const items = await days.closed(merchantId, FIRST_OF_ALL_DAYS, LAST_OF_ALL_DAYS)
        return [[...open].toSorted(), head, items, await days.restatements(merchantId, 0, head.restatements)]
      }),
    )
    const aside = (await quarantine.list({}, { limit: 100_000 })).items.map((item) => [
      item.position,
      item.lastPosition,
      item.actions.map(({ action }) => action),
    ])
    const progress = await Promise.all(
      [...this.#progress]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(async ([key, store]) => await store.read(key.startsWith('journal ') ? 'journal' : 'archive')),
    )
    return inWords([chains, closed, aside.map((item) => JSON.stringify(item)).toSorted(), progress])
  }

  /** What must be so at the end, when each of these consumers has read the stream to its end. */
  async check(shards: readonly SimShard[], consumers: readonly Consumer[]): Promise<void> {
    const copies = Map.groupBy(
      this.#expected.flatMap(({ shardId, entries }) => entries.map((entry) => ({ shardId, entry }))),
      ({ entry }) => bookKey(bookOf(entry)),
    )
    const counted: Entry[] = []
    for (const book of this.#books.values()) counted.push(...(await this.#readBook(book)))
    // A late entry may count in the book of another day.
    const byOwnBook = Map.groupBy(counted, (entry) => bookKey(bookOf(entry)))
    for (const key of new Set([...copies.keys(), ...byOwnBook.keys()])) {
      this.#checkBook(key, copies.get(key) ?? [], byOwnBook.get(key) ?? [])
    }
    await this.closes.checkAtEnd()
    for (const { shardId, records } of shards) {
      for (const consumer of consumers) {
        const [progress] = (await this.#progress.get(`${consumer} ${shardId}`)?.read(consumer)) ?? []
        this.must(
          progress?.sequenceNumber === records.at(-1)?.sequenceNumber,
          `the ${consumer}'s progress of ${shardId} is not at its end`,
        )
      }
    }
    const asideCount = this.#asideContents.size + this.#asidePlaces.size
    const { items } = await this.#memory.quarantine.list({}, { limit: 100_000 })
    this.must(items.length === asideCount, `${items.length} items in quarantine for ${asideCount} things set aside`)
    const unreadable = this.#expected.reduce((sum, expected) => sum + expected.unreadable, 0)
    this.must(this.#asidePlaces.size === unreadable, `${this.#asidePlaces.size} of ${unreadable} unreadable set aside`)
    this.throwBroken()
  }

  throwBroken(): void {
    if (this.#broken.length > 0) throw new Error([...new Set(this.#broken)].slice(0, 5).join('\n'))
  }

  /** `counted` are the entries of a day that count, in its own book or as late entries in another one. */
  #checkBook(
    key: string,
    copies: readonly { readonly shardId: string; readonly entry: Entry }[],
    counted: readonly Entry[],
  ): void {
    for (const [entryId, sent] of Map.groupBy(copies, ({ entry }) => entry.entryId)) {
      const name = `${key} ${entryId}`
      const contents = new Set(sent.map(({ entry }) => contentOf(entry)))
      const standing = counted.filter((entry) => entry.entryId === entryId).map(contentOf)
      const candidates = sent
        .map(({ entry }) => entry)
        .filter((entry) => isCountable(entry) && !isCursed(entry))
        .map(contentOf)
        .filter((content) => !this.#beyondBound.has(content))
      const passedBy = sent[0] && this.#passedBy(sent[0].entry)
      const times = candidates.length === 0 || passedBy !== undefined ? 0 : 1
      this.must(standing.length === times, `${name} is counted ${standing.length} times, not ${times}`)
      const winner = standing[0]
      const decided = winner ?? passedBy
      const isReleased = sent[0] !== undefined && this.closes.isReleased(bookOf(sent[0].entry), entryId)
      // An operator may release a correction, whatever came first.
      const oneShard = !isReleased && new Set(sent.map(({ shardId }) => shardId)).size === 1
      const mayWin = oneShard ? candidates.slice(0, 1) : candidates
      const isRight = decided === undefined || decided === LATE || mayWin.includes(decided)
      this.must(isRight, `${name} is not counted as it was sent, or came first`)
      for (const content of contents) {
        const aside = this.#asideContents.has(content)
        // An item stays in quarantine after its entry was released.
        const isInPlace = aside === (content !== winner) || (isReleased && aside)
        this.must(isInPlace, `${name} is ${aside ? '' : 'not '}in quarantine: ${content}`)
      }
    }
    const sentIds = new Set(copies.map(({ entry }) => entry.entryId))
    const others = counted.filter((entry) => !sentIds.has(entry.entryId) && !this.#foundations.has(idOfEntry(entry)))
    this.must(others.length === 0, `${key} counts ${others.length} entries that were never sent`)
  }

  /**
   * Why an id of a book is not counted although it could be: the content that the book has recorded as set aside, or
   * `LATE` where a late entry of another day has the id.
   */
  #passedBy(entry: Entry): string | undefined {
    const place = this.closes.placeIn(bookOf(entry), entry.entryId)
    // An entry on which our own code fails may be recorded without being folded.
    if (place?.day === null) return isCursed(place.entry) ? LATE : contentOf(place.entry)
    return place === undefined && this.closes.isTakenByLate(bookOf(entry), entry.entryId) ? LATE : undefined
  }

  /** The entries of a book, having checked that each segment's seal and view say the same as they do. */
  async #readBook(book: BookId): Promise<Entry[]> {
    const counted: Entry[] = []
    let hash = NO_CHAIN
    for (const [index, sealed] of (await this.#memory.journal.read(book, 0)).entries()) {
      hash = sealingHash(hash, sealed)
      this.must(sealed.number === index + 1 && sealed.hash === hash, `${bookKey(book)} is a broken chain`)
      const { segment } = openSegment(sealed)
      counted.push(...segment.entries)
      const { totals, byMethod, byHour } = segment.view
      const sum = (direction: string, of = counted): bigint =>
        of.reduce((total, entry) => (entry.direction === direction ? total + entry.amountMinor : total), 0n)
      const exact =
        totals.creditsMinor === sum('credit') &&
        totals.debitsMinor === sum('debit') &&
        totals.entryCount === counted.length
      this.must(exact, `${bookKey(book)} has other totals than its entries`)
      const isBlurred = !isExactInJson(totals.creditsMinor) || !isExactInJson(totals.debitsMinor)
      this.must(!isBlurred, `${bookKey(book)} has totals beyond what JSON can say`)
      for (const parts of [byMethod, byHour]) {
        const credits = [...parts.values()].reduce((total, part) => total + part.creditsMinor, 0n)
        const entries = [...parts.values()].reduce((total, part) => total + part.entryCount, 0)
        const same = credits === totals.creditsMinor && entries === totals.entryCount
        this.must(same, `${bookKey(book)} has methods or hours that do not add up to the day`)
      }
    }
    return counted
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
          this.#noteAside(item)
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
      this.#noteAsideContent(change.item)
      await this.decisions.noteStored(this.#memory.quarantine, change.item)
    }
    for (const merchantId of new Set(changes.map(merchantOf))) {
      const own = changes.filter((change) => merchantOf(change) === merchantId)
      if (merchantId !== undefined) await this.#noteChanged(merchantId, own)
    }
    for (const change of changes) {
      if (change.change === 'set-aside') this.#checkReason(change.item)
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
    for (const { entries } of this.#expected.slice(0, recordCount)) {
      for (const entry of entries.filter((one) => isAmong(days, one))) {
        const isThere = this.closes.placeOf(entry) === entry.businessDay || this.#asideContents.has(contentOf(entry))
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

  #noteAside(item: SetAside): void {
    this.#noteAsideContent(item)
    this.#checkReason(item)
  }

  #noteAsideContent({ subject, position }: SetAside): void {
    this.#asidePositions.add(placeOf(position))
    if (subject === 'unreadable') this.#noteUnreadable(position)
    else this.#asideContents.add(contentOf(subject))
  }

  /** Items of a merchant have changed together. */
  async #noteChanged(merchantId: MerchantId, changes: readonly Change[]): Promise<void> {
    const appended = changes.flatMap((change): Appended[] =>
      change.change === 'append' ? [{ sealed: change.segment, segment: openSegment(change.segment).segment }] : [],
    )
    for (const { sealed, segment } of appended) {
      this.#books.set(bookKey(sealed.book), sealed.book)
      for (const entry of segment.entries) this.#counted.set(idOfEntry(entry), contentOf(entry))
    }
    const isAside = (entry: Entry): boolean => this.#asideContents.has(contentOf(entry))
    await this.closes.noteChanged(merchantId, appended, changes, isAside)
    this.reads.noteChanged(merchantId, appended, this.closes.newestOf(merchantId))
  }

  /** Checks a reason when something is set aside, for later nothing tells whether it was so. */
  #checkReason({ subject, reason, raw, position }: SetAside): void {
    const name = `${position.sequenceNumber}/${position.index}`
    if (reason === 'unexpected-error') {
      const isOurFault = subject === 'unreadable' ? Buffer.from(raw).includes('cursed: ') : isCursed(subject)
      this.must(isOurFault, `${name} is set aside because of our own code, which has nothing against it`)
    }
    if (subject === 'unreadable') return
    if (reason === 'total-out-of-bounds') {
      this.#beyondBound.add(contentOf(subject))
      const totals = this.reads.totalsOf(bookOf(subject))
      const sum = (subject.direction === 'credit' ? totals.creditsMinor : totals.debitsMinor) + subject.amountMinor
      this.must(!isExactInJson(sum), `${name} is set aside as too much for its book, and would fit`)
    }
    if (reason === 'content-conflict') {
      const standing = this.closes.placeIn(bookOf(subject), subject.entryId)
      const isTaken =
        (standing !== undefined && contentOf(standing.entry) !== contentOf(subject)) ||
        this.closes.isTakenByLate(bookOf(subject), subject.entryId) ||
        (standing?.day === null && this.closes.isTakenLater(subject))
      this.must(isTaken, `${name} is set aside because its id is taken, and it is not`)
    }
    if (reason === 'day-closed') {
      // A worker that found it waiting may be slower than the operator's release. The item then says that it counts.
      const isRecorded =
        this.closes.isRecordedAside({ subject, reason }) || this.closes.isReleased(bookOf(subject), subject.entryId)
      this.must(isRecorded, `${name} is set aside as late, and its own book does not record it`)
    }
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
    for (const record of this.#expected) {
      const { shardId, sequenceNumber } = record
      if (shardId !== to.shardId || Number(sequenceNumber) > Number(after?.sequenceNumber)) continue
      // What was passed before was looked at then.
      if (Number(sequenceNumber) <= Number(before?.sequenceNumber ?? 0)) continue
      if (consumer === 'journal' && this.#lost.has(sequenceNumber)) continue
      const isDone = consumer === 'journal' ? this.#isRecorded(record) : this.#isArchived(record)
      this.must(isDone, `the ${consumer}'s progress of ${shardId} passed ${sequenceNumber} before it was done`)
    }
  }

  #isRecorded({ shardId, sequenceNumber, entries, unreadable }: Expected): boolean {
    const aside = this.#asideOfRecord.get(`${shardId} ${sequenceNumber}`) ?? 0
    return aside === unreadable && entries.every(this.#isDone)
  }

  #isDone = (entry: Entry): boolean => {
    const content = contentOf(entry)
    return this.#counted.get(idOfEntry(entry)) === content || this.#asideContents.has(content)
  }

  #isArchived({ shardId, sequenceNumber, lines, auditEvents }: Expected): boolean {
    return (
      lines.every(
        (entry, index) => entry === undefined || this.#archived.has(`${shardId} ${sequenceNumber} ${index}`),
      ) && auditEvents.every(({ decisionId }) => this.#archived.has(decisionId))
    )
  }

  #noteUnreadable(position: Position): void {
    const place = placeOf(position)
    if (this.#asidePlaces.has(place)) return
    this.#asidePlaces.add(place)
    const record = `${position.shardId} ${position.sequenceNumber}`
    this.#asideOfRecord.set(record, (this.#asideOfRecord.get(record) ?? 0) + 1)
  }

  #mustBeAside(eventId: string, body: object): void {
    const { position } = body as { position: Position }
    this.must(this.#asidePositions.has(placeOf(position)), `${eventId} is told and not so`)
  }

  /** Notes a broken promise. */
  must = (holds: boolean, otherwise: string): void => {
    if (!holds) this.#broken.push(otherwise)
  }
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

const FIRST_OF_ALL_DAYS = '0001-01-01' as BusinessDay
const LAST_OF_ALL_DAYS = '9998-12-31' as BusinessDay

/** Instead of a content: a late entry of another day has the id. */
const LATE = 'late'

const placeOf = ({ shardId, sequenceNumber, index }: Position): string => `${shardId} ${sequenceNumber} ${index}`

const placeOfRow = (row: Readonly<Record<string, unknown>>): string =>
  `${String(row['shard_id'])} ${String(row['sequence_number'])} ${String(row['record_index'])}`

/** Times as the archive's tables write them. */
const timeText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1)

const isRowOf = (row: Readonly<Record<string, unknown>>, entry: Entry, arrivedAtMs: number): boolean =>
  row['entry_id'] === entry.entryId &&
  row['merchant_id'] === entry.merchantId &&
  row['business_day'] === entry.businessDay &&
  row['direction'] === entry.direction &&
  row['amount'] === Number(entry.amountMinor) &&
  row['currency'] === entry.currency &&
  row['method'] === entry.method &&
  row['occurred_at'] === timeText(entry.occurredAtMs) &&
  row['received_at'] === timeText(entry.receivedAtMs) &&
  row['arrived_at'] === timeText(arrivedAtMs)

const MAY_BE_UNDER_WAY = new Set(['not-yet-delivered', 'missing-in-archive'])

const bookOf = (entry: Entry): BookId => ({ merchantId: entry.merchantId, day: entry.businessDay })

const idOfEntry = (entry: Entry): string => idOf(bookOf(entry), entry.entryId)

const idOf = (book: BookId, entryId: string): string => `${bookKey(book)} ${entryId}`

const inWords = (report: unknown): string =>
  JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
