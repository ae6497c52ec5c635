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
import { memoryHeads } from '#adapters/heads/memory-heads'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import type { Entry } from '#ledger/entry'
import { bookKey, type BookId, type BusinessDay, type Position } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Consumer, Progress } from '#ledger/ports'
import { NO_CHAIN, sealingHash } from '#ledger/segment'
import { unpackIds } from '#wire/journal/packed-entries'
import { openSegment } from '#wire/journal/segment'
import type { DayReport } from '#processors/reconcile/reconcile-day'
import type { DeliveredRecord } from '#processors/shard-batch'
import type { Ports } from './ports.ts'
import { readContents, type Contents } from './stream-contents.ts'
import type { SimShard } from './stream.ts'
import { isCountable } from './workload.ts'

/** A record on the stream, and what it holds. */
type Expected = {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly lines: Contents['entries']
  readonly entries: readonly Entry[]
  readonly auditEvents: Contents['auditEvents']
  readonly unreadable: number
}

export class Oracle {
  /** Memory adapters that tell the oracle what they are asked to do. */
  readonly ports: Ports
  readonly #memory: Ports
  readonly #expected: Expected[] = []
  /** One store for each consumer and shard, so that the progress of one can be lost. */
  readonly #progress = new Map<string, Progress>()
  /** Every entry that is done: counted under its id, or set aside with its content. */
  readonly #countedIds = new Set<string>()
  readonly #asideContents = new Set<string>()
  readonly #asidePlaces = new Set<string>()
  readonly #asidePositions = new Set<string>()
  readonly #broken: string[] = []

  /** The contents that clients have sent. */
  readonly #sent = new Set<string>()
  readonly #reconciled = new Set<BusinessDay>()
  /** The places of entries, and the ids of audit events, that Firehose has taken. */
  readonly #archived = new Set<string>()

  constructor(merchants: readonly Merchant[]) {
    this.#memory = {
      journal: memoryJournal(),
      heads: memoryHeads(),
      merchants: memoryMerchants(merchants),
      quarantine: memoryQuarantine(),
      auditTrail: memoryAuditTrail(),
      progress: memoryProgress(),
    }
    this.ports = this.#watched()
  }

  /** A client is about to send an entry. */
  noteSent(entry: Entry): void {
    this.#sent.add(contentOf(entry))
  }

  /** A record stands on the stream now. */
  noteRecord = (shardId: string, { sequenceNumber, data }: DeliveredRecord): void => {
    const { entries: lines, auditEvents, unreadable } = readContents(data)
    const entries = lines.filter((entry) => entry !== undefined)
    this.#expected.push({ shardId, sequenceNumber, lines, entries, auditEvents, unreadable })
    for (const entry of entries) {
      this.#must(this.#sent.has(contentOf(entry)), `no client has sent what stands on ${shardId}: ${contentOf(entry)}`)
    }
    for (const { decisionId, kind, body } of auditEvents) {
      if (kind === 'quarantine.set-aside') this.#mustBeAside(decisionId, body)
    }
  }

  /** A client was told that its entry stands at this position. */
  noteAcknowledged(entry: Entry, { shardId, sequenceNumber, index }: Position): void {
    const record = this.#expected.find((one) => one.shardId === shardId && one.sequenceNumber === sequenceNumber)
    const standing = record?.lines[index]
    const isThere = standing !== undefined && contentOf(standing) === contentOf(entry)
    this.#must(isThere, `${entry.entryId} was acknowledged at ${sequenceNumber}/${index} and is not there`)
  }

  /** Firehose has taken these rows. */
  noteArchived = (row: Readonly<Record<string, unknown>>): void => {
    this.#archived.add('decision_id' in row ? String(row['decision_id']) : placeOfRow(row))
  }

  /** What an operator saw who reconciled a day at the end. */
  noteReconciled(day: BusinessDay, report: DayReport): void {
    const isEqual = report.status === 'compared' && report.isEqual
    if (isEqual) this.#reconciled.add(day)
    else this.#broken.push(`${day} does not reconcile: ${inWords(report)}`)
  }

  mustBeReconciled(days: readonly BusinessDay[]): void {
    for (const day of days) this.#must(this.#reconciled.has(day), `${day} was not reconciled`)
    this.#throwBroken()
  }

  loseProgress(consumer: Consumer, shardId: string): void {
    this.#progress.delete(`${consumer} ${shardId}`)
  }

  /** The state of the world, as text that is the same for equal states. */
  async state(): Promise<string> {
    const { journal, heads, quarantine } = this.#memory
    const books = new Map(
      this.#expected.flatMap(({ entries }) => entries.map((entry) => [bookKey(bookOf(entry)), bookOf(entry)])),
    )
    const chains = await Promise.all(
      [...books.values()].map(async (book) => (await journal.read(book, 0)).map(({ hash }) => hash)),
    )
    const open = await Promise.all(
      [...books.values()].map(async ({ merchantId }) => [...(await heads.read(merchantId)).open].toSorted()),
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
    return JSON.stringify([chains, open, aside.map((item) => JSON.stringify(item)).toSorted(), progress])
  }

  /** What must be so at the end, when each of these consumers has read the stream to its end. */
  async check(shards: readonly SimShard[], consumers: readonly Consumer[]): Promise<void> {
    const books = Map.groupBy(
      this.#expected.flatMap(({ shardId, entries }) => entries.map((entry) => ({ shardId, entry }))),
      ({ entry }) => bookKey(bookOf(entry)),
    )
    for (const copies of books.values()) await this.#checkBook(copies)
    for (const { shardId, records } of shards) {
      for (const consumer of consumers) {
        const [progress] = (await this.#progress.get(`${consumer} ${shardId}`)?.read(consumer)) ?? []
        this.#must(
          progress?.sequenceNumber === records.at(-1)?.sequenceNumber,
          `the ${consumer}'s progress of ${shardId} is not at its end`,
        )
      }
    }
    const asideCount = this.#asideContents.size + this.#asidePlaces.size
    const { items } = await this.#memory.quarantine.list({}, { limit: 100_000 })
    this.#must(items.length === asideCount, `${items.length} items in quarantine for ${asideCount} things set aside`)
    const unreadable = this.#expected.reduce((sum, expected) => sum + expected.unreadable, 0)
    this.#must(this.#asidePlaces.size === unreadable, `${this.#asidePlaces.size} of ${unreadable} unreadable set aside`)
    this.#throwBroken()
  }

  #throwBroken(): void {
    if (this.#broken.length > 0) throw new Error([...new Set(this.#broken)].slice(0, 5).join('\n'))
  }

  async #checkBook(copies: readonly { readonly shardId: string; readonly entry: Entry }[]): Promise<void> {
    const first = copies[0]
    if (first === undefined) return
    const book = bookOf(first.entry)
    const counted = await this.#readBook(book)
    for (const [entryId, sent] of Map.groupBy(copies, ({ entry }) => entry.entryId)) {
      const name = `${bookKey(book)} ${entryId}`
      const contents = new Set(sent.map(({ entry }) => contentOf(entry)))
      const standing = counted.filter((entry) => entry.entryId === entryId).map(contentOf)
      const candidates = sent
        .map(({ entry }) => entry)
        .filter(isCountable)
        .map(contentOf)
      const times = candidates.length === 0 ? 0 : 1
      this.#must(standing.length === times, `${name} is counted ${standing.length} times, not ${times}`)
      const winner = standing[0]
      const oneShard = new Set(sent.map(({ shardId }) => shardId)).size === 1
      const mayWin = oneShard ? candidates.slice(0, 1) : candidates
      this.#must(
        winner === undefined || mayWin.includes(winner),
        `${name} is not counted as it was sent, or came first`,
      )
      for (const content of contents) {
        const aside = this.#asideContents.has(content)
        this.#must(aside === (content !== winner), `${name} is ${aside ? '' : 'not '}in quarantine: ${content}`)
      }
    }
    const ids = new Set(copies.filter(({ entry }) => isCountable(entry)).map(({ entry }) => entry.entryId))
    this.#must(counted.length === ids.size, `${bookKey(book)} counts ${counted.length} entries, not ${ids.size}`)
  }

  /** The entries of a book, having checked that each segment's seal and view say the same as they do. */
  async #readBook(book: BookId): Promise<Entry[]> {
    const counted: Entry[] = []
    let hash = NO_CHAIN
    for (const [index, sealed] of (await this.#memory.journal.read(book, 0)).entries()) {
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
      for (const parts of [byMethod, byHour]) {
        const credits = [...parts.values()].reduce((total, part) => total + part.creditsMinor, 0n)
        const entries = [...parts.values()].reduce((total, part) => total + part.entryCount, 0)
        const same = credits === totals.creditsMinor && entries === totals.entryCount
        this.#must(same, `${bookKey(book)} has methods or hours that do not add up to the day`)
      }
    }
    const { open } = await this.#memory.heads.read(book.merchantId)
    this.#must(counted.length === 0 || open.has(book.day), `${bookKey(book)} is unknown to its head`)
    return counted
  }

  #watched(): Ports {
    const { journal, quarantine } = this.#memory
    return {
      ...this.#memory,
      journal: {
        ...journal,
        append: async (segment) => {
          const outcome = await journal.append(segment)
          if (outcome === 'appended') this.#noteCounted(segment.book, segment)
          return outcome
        },
      },
      quarantine: {
        ...quarantine,
        setAside: async (item) => {
          await quarantine.setAside(item)
          const { subject, position } = item
          this.#asidePositions.add(placeOf(position))
          if (subject === 'unreadable') this.#asidePlaces.add(placeOf(position))
          else this.#asideContents.add(contentOf(subject))
        },
      },
      auditTrail: {
        publish: async (...told) => {
          for (const { eventId, body } of told) {
            this.#mustBeAside(eventId, body)
          }
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

  #noteCounted(book: BookId, sealed: Parameters<Ports['journal']['append']>[0]): void {
    for (const entryId of unpackIds(sealed.entries)) this.#countedIds.add(idOf(book, entryId))
  }

  #advance: Progress['advance'] = async (consumer, to) => {
    const key = `${consumer} ${to.shardId}`
    const store = this.#progress.get(key) ?? memoryProgress()
    this.#progress.set(key, store)
    const [before] = await store.read(consumer)
    await store.advance(consumer, to)
    const [after] = await store.read(consumer)
    const fell = Number(after?.sequenceNumber) < Number(before?.sequenceNumber ?? 0)
    this.#must(!fell, `progress of ${to.shardId} fell from ${before?.sequenceNumber} to ${after?.sequenceNumber}`)
    for (const record of this.#expected) {
      const { shardId, sequenceNumber } = record
      if (shardId !== to.shardId || Number(sequenceNumber) > Number(after?.sequenceNumber)) continue
      const isDone = consumer === 'journal' ? this.#isRecorded(record) : this.#isArchived(record)
      this.#must(isDone, `the ${consumer}'s progress of ${shardId} passed ${sequenceNumber} before it was done`)
    }
  }

  #isRecorded({ entries }: Expected): boolean {
    return entries.every(
      (entry) => this.#countedIds.has(idOf(bookOf(entry), entry.entryId)) || this.#asideContents.has(contentOf(entry)),
    )
  }

  #isArchived({ shardId, sequenceNumber, lines, auditEvents }: Expected): boolean {
    return (
      lines.every(
        (entry, index) => entry === undefined || this.#archived.has(`${shardId} ${sequenceNumber} ${index}`),
      ) && auditEvents.every(({ decisionId }) => this.#archived.has(decisionId))
    )
  }

  #mustBeAside(eventId: string, body: object): void {
    const { position } = body as { position: Position }
    this.#must(this.#asidePositions.has(placeOf(position)), `${eventId} is told and not so`)
  }

  #must(holds: boolean, otherwise: string): void {
    if (!holds) this.#broken.push(otherwise)
  }
}

const placeOf = ({ shardId, sequenceNumber, index }: Position): string => `${shardId} ${sequenceNumber} ${index}`

const placeOfRow = (row: Readonly<Record<string, unknown>>): string =>
  `${String(row['shard_id'])} ${String(row['sequence_number'])} ${String(row['record_index'])}`

const bookOf = (entry: Entry): BookId => ({ merchantId: entry.merchantId, day: entry.businessDay })

const idOf = (book: BookId, entryId: string): string => `${bookKey(book)} ${entryId}`

/** Everything a client says of an entry, as text. */
const contentOf = (entry: Entry): string => {
  const content = contents.get(entry) ?? textOf(entry)
  contents.set(entry, content)
  return content
}

const contents = new WeakMap<Entry, string>()

const textOf = ({ receivedAtMs: _ignored, ...said }: Entry): string =>
  JSON.stringify(
    Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
  )

const inWords = (report: DayReport): string =>
  JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
