/** All metrics of ingest. docs/metrics.md lists the same. */
import { Counter, Gauge, Histogram } from 'prom-client'
import { DURATION_BUCKETS_SECONDS, gaugeAtScrape, type Registry } from '#http/metrics'
import type { Call } from '#http/timed'
import type { Result } from '#ledger/result'
import type { Problem } from '#wire/http/problem'
import type { Admission, ShedReason } from './admission.ts'
import type { CalendarAlarm } from './calendar-alarm.ts'
import type { EntryRoute } from './entry-routes.ts'
import type { BreakerState } from './guarded-stream.ts'
import type { Put, StreamWriter } from './stream-writer.ts'

/** The hooks that the parts of ingest call. */
export const ingestMetrics = (registry: Registry) => {
  const registers = [registry]
  const accepted = new Counter({
    name: 'daybook_ingest_entries_accepted_total',
    help: 'Entries that the stream has acknowledged.',
    labelNames: ['via'],
    registers,
  })
  const rejected = new Counter({
    name: 'daybook_ingest_entries_rejected_total',
    help: 'Entries refused one by one, by the code of their problem. Requests that are refused as a whole are not counted here.',
    labelNames: ['via', 'code'],
    registers,
  })
  const shed = new Counter({
    name: 'daybook_ingest_requests_shed_total',
    help: 'Requests refused before their body is read: no-room (bytes in flight), stream-slow (the backlog waits too long), rate-limited.',
    labelNames: ['reason'],
    registers,
  })
  const putDuration = new Histogram({
    name: 'daybook_ingest_stream_put_duration_seconds',
    help: 'Calls to the stream, by whether there was an answer. Calls that the breaker refused are not counted.',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  const putRecords = new Histogram({
    name: 'daybook_ingest_stream_put_records',
    help: 'Records per call to the stream.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  })
  const putEntries = new Histogram({
    name: 'daybook_ingest_stream_put_entries',
    help: 'Entries per call to the stream. Entries that arrive at about the same time share a call.',
    buckets: [1, 2, 5, 10, 50, 100, 500, 1_000, 5_000, 20_000],
    registers,
  })
  const putBytes = new Histogram({
    name: 'daybook_ingest_stream_put_bytes',
    help: 'Bytes per call to the stream, compressed.',
    buckets: [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 5_242_880],
    registers,
  })
  const records = new Counter({
    name: 'daybook_ingest_stream_records_total',
    help: 'Records sent to the stream: stored, refused by it, or failed (no answer). Records that are not stored are sent again.',
    labelNames: ['outcome'],
    registers,
  })
  const breaker = new Gauge({
    name: 'daybook_ingest_stream_breaker_state',
    help: 'State of the circuit breaker before the stream: 1 for the one it is in, 0 for the others.',
    labelNames: ['state'],
    registers,
  })
  const registerRead = new Histogram({
    name: 'daybook_ingest_register_read_duration_seconds',
    help: 'Reads of merchants that were not in memory. Entries wait for them.',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  const unpublished = new Counter({
    name: 'daybook_ingest_decisions_unpublished_total',
    help: 'Merchants registered or changed whose audit event could not be published. Sending the same request again publishes it.',
    registers,
  })

  const onBreaker = (now: BreakerState) => {
    for (const state of BREAKER_STATES) breaker.set({ state }, state === now ? 1 : 0)
  }

  // A series that exists from the start shows its first increase too.
  for (const via of ENTRY_ROUTES) accepted.inc({ via }, 0)
  for (const reason of SHED_REASONS) shed.inc({ reason }, 0)
  for (const outcome of RECORD_OUTCOMES) records.inc({ outcome }, 0)
  onBreaker('closed')

  return {
    onBreaker,

    onOutcomes(via: EntryRoute, outcomes: readonly Result<unknown, Problem>[]): void {
      const refusals = outcomes.filter((outcome) => !outcome.ok)
      accepted.inc({ via }, outcomes.length - refusals.length)
      for (const { error } of refusals) rejected.inc({ via, code: error.code })
    },

    onShed(reason: ShedReason): void {
      shed.inc({ reason })
    },

    onPut(put: Put): void {
      putDuration.observe({ outcome: put.failed ? 'failed' : 'answered' }, put.durationMs / 1_000)
      putRecords.observe(put.records)
      putEntries.observe(put.entries)
      putBytes.observe(put.bytes)
      records.inc({ outcome: 'stored' }, put.records - put.refused)
      records.inc({ outcome: put.failed ? 'failed' : 'refused' }, put.refused)
    },

    onRegisterRead({ durationMs, failed }: Call): void {
      registerRead.observe({ outcome: failed ? 'failed' : 'answered' }, durationMs / 1_000)
    },

    onUnpublished(): void {
      unpublished.inc()
    },

    /** Declares the metrics that are read at each scrape. */
    watch({ writer, admission, uploadAdmission, alarm }: Watched): void {
      gaugeAtScrape(registry, {
        name: 'daybook_ingest_backlog_entries',
        help: 'Entries that wait for the stream to acknowledge them.',
        look: (gauge) => gauge.set(writer.backlog().entries),
      })
      gaugeAtScrape(registry, {
        name: 'daybook_ingest_backlog_bytes',
        help: 'Bytes of the entries that wait for the stream, before compression.',
        look: (gauge) => gauge.set(writer.backlog().bytes),
      })
      gaugeAtScrape(registry, {
        name: 'daybook_ingest_backlog_oldest_seconds',
        help: 'Waiting time of the entry that has waited longest for the stream. From 1 s on, requests are refused.',
        look: (gauge) => gauge.set(writer.waitingMs() / 1_000),
      })
      gaugeAtScrape(registry, {
        name: 'daybook_ingest_held_bytes',
        help: 'Memory reserved for admitted requests: single and batch (requests), and uploads. Each has its own limit.',
        labelNames: ['room'],
        look: (gauge) => {
          gauge.set({ room: 'requests' }, admission.heldBytes())
          gauge.set({ room: 'uploads' }, uploadAdmission.heldBytes())
        },
      })
      gaugeAtScrape(registry, {
        name: 'daybook_ingest_calendars_ending',
        help: 'Merchants read within the last hour whose calendar ends within a year. Above 0: run npm run zones.',
        look: (gauge) => gauge.set(alarm.ending()),
      })
    },
  }
}

type Watched = {
  readonly writer: Pick<StreamWriter, 'backlog' | 'waitingMs'>
  readonly admission: Pick<Admission, 'heldBytes'>
  readonly uploadAdmission: Pick<Admission, 'heldBytes'>
  readonly alarm: Pick<CalendarAlarm, 'ending'>
}

const ENTRY_ROUTES: readonly EntryRoute[] = ['single', 'batch', 'upload']
const SHED_REASONS: readonly ShedReason[] = ['no-room', 'stream-slow', 'rate-limited']
const BREAKER_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open']
const RECORD_OUTCOMES = ['stored', 'refused', 'failed']
