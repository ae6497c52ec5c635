/** Knows what stands on the stream and what of it the archive has taken. It reads the stream's records by itself. */
import type { AuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import type { BusinessDay, Position } from '#ledger/identifiers'
import type { DeliveredRecord } from '#processors/shard-batch'
import { contentOf } from './content.ts'
import { isCursedToRead } from './curses.ts'
import type { Row } from './firehose.ts'
import { readContents, type Contents } from './stream-contents.ts'

type Must = (holds: boolean, otherwise: string) => void

/** A record on the stream, and what it holds. */
export type StandingRecord = {
  readonly shardId: string
  readonly sequenceNumber: string
  readonly arrivedAtMs: number
  readonly lines: Contents['entries']
  readonly entries: readonly Entry[]
  readonly auditEvents: Contents['auditEvents']
  readonly unreadable: number
}

export class StreamOracle {
  readonly #must: Must
  readonly records: StandingRecord[] = []
  readonly #byPlace = new Map<string, StandingRecord>()
  /** The ids of the audit events that stand on the stream. */
  readonly #toldIds = new Set<string>()
  /** The contents that clients have sent. */
  readonly #sent = new Set<string>()
  /** The places of entries, and the ids of audit events, that Firehose has taken. */
  readonly #archived = new Set<string>()

  constructor(must: Must) {
    this.#must = must
  }

  /** A client is about to send an entry. */
  noteSent(entry: Entry): void {
    this.#sent.add(contentOf(entry))
  }

  /** A record stands on the stream now. */
  noteRecord(shardId: string, { sequenceNumber, arrivedAtMs, data }: DeliveredRecord): StandingRecord {
    const { entries: lines, auditEvents, unreadable } = readContents(data)
    const entries = lines.filter((entry) => entry !== undefined)
    const record = { shardId, sequenceNumber, arrivedAtMs, lines, entries, auditEvents, unreadable }
    this.records.push(record)
    this.#byPlace.set(`${shardId} ${sequenceNumber}`, record)
    for (const entry of entries) {
      this.#must(this.#sent.has(contentOf(entry)), `no client has sent what stands on ${shardId}: ${contentOf(entry)}`)
    }
    for (const { decisionId } of auditEvents) this.#toldIds.add(decisionId)
    return record
  }

  /** A worker was told that its audit events are durable. */
  noteTold(auditEvents: readonly AuditEvent[]): void {
    for (const { eventId } of auditEvents) {
      this.#must(this.#toldIds.has(eventId), `${eventId} counts as published and is not on the stream`)
    }
  }

  /** A client was told that its entry stands at this position. */
  noteAcknowledged(entry: Entry, { shardId, sequenceNumber, index }: Position): void {
    const standing = this.#byPlace.get(`${shardId} ${sequenceNumber}`)?.lines[index]
    const isThere = isCursedToRead(entry) || (standing !== undefined && contentOf(standing) === contentOf(entry))
    this.#must(isThere, `${entry.entryId} was acknowledged at ${sequenceNumber}/${index} and is not there`)
  }

  /** Firehose has taken this row. */
  noteArchived(row: Row): void {
    if ('decision_id' in row) {
      const eventId = String(row['decision_id'])
      this.#archived.add(eventId)
      this.#must(this.#toldIds.has(eventId), `the archive holds ${eventId}, which is not on the stream`)
      return
    }
    const place = placeOfRow(row)
    this.#archived.add(place)
    const record = this.#byPlace.get(`${String(row['shard_id'])} ${String(row['sequence_number'])}`)
    const entry = record?.lines[Number(row['record_index'])]
    const isSame = record !== undefined && entry !== undefined && isRowOf(row, entry, record.arrivedAtMs)
    this.#must(isSame, `the archive holds another entry than the stream at ${place}: ${JSON.stringify(row)}`)
  }

  isArchived({ shardId, sequenceNumber, lines, auditEvents }: StandingRecord): boolean {
    return (
      lines.every(
        (entry, index) => entry === undefined || this.#archived.has(`${shardId} ${sequenceNumber} ${index}`),
      ) && auditEvents.every(({ decisionId }) => this.#archived.has(decisionId))
    )
  }

  /** The days of all entries that stand on the stream. */
  daysOfEntries(): BusinessDay[] {
    const days = this.records.flatMap(({ entries }) => entries.map(({ businessDay }) => businessDay))
    return [...new Set(days)].toSorted()
  }
}

const placeOfRow = (row: Row): string =>
  `${String(row['shard_id'])} ${String(row['sequence_number'])} ${String(row['record_index'])}`

/** Times as the archive's tables write them. */
const timeText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1)

const isRowOf = (row: Row, entry: Entry, arrivedAtMs: number): boolean =>
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
