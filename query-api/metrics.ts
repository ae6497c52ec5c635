/** All metrics of the query API. docs/metrics.md lists the same. */
import { Counter, Histogram } from 'prom-client'
import { DURATION_BUCKETS_SECONDS, gaugeAtScrape, type Registry } from '#http/metrics'
import type { Call } from '#http/timed'
import { within } from '#http/within'
import type { Consumer } from '#ledger/ports'
import type { Freshness, Wait } from './freshness.ts'
import type { Live } from './live.ts'
import type { StoreRead } from './store.ts'

/** The hooks that the parts of the query API call. */
export const queryMetrics = (registry: Registry) => {
  const registers = [registry]
  const readDuration = new Histogram({
    name: 'daybook_query_store_read_duration_seconds',
    help: 'Reads of the store, by port, operation, and whether there was an answer.',
    labelNames: ['port', 'operation', 'outcome'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  const joined = new Counter({
    name: 'daybook_query_store_reads_shared_total',
    help: 'Reads that were saved, because the same read was under way for another request.',
    labelNames: ['port', 'operation'],
    registers,
  })
  const wait = new Histogram({
    name: 'daybook_query_after_wait_duration_seconds',
    help: 'Waits for the position in after=, by whether it was applied in time.',
    labelNames: ['outcome'],
    buckets: [...DURATION_BUCKETS_SECONDS, 20],
    registers,
  })
  const events = new Counter({
    name: 'daybook_query_live_events_sent_total',
    help: 'Day views sent to clients that follow a merchant live. Heartbeats are not counted.',
    registers,
  })

  return {
    onRead(read: StoreRead, { durationMs, failed }: Call): void {
      readDuration.observe({ ...read, outcome: failed ? 'failed' : 'answered' }, durationMs / 1_000)
    },

    onJoin(read: StoreRead): void {
      joined.inc(read)
    },

    onWait({ durationMs, reached }: Wait): void {
      wait.observe({ outcome: reached ? 'applied' : 'timed-out' }, durationMs / 1_000)
    },

    onEventSent(): void {
      events.inc()
    },

    /** Declares the metrics that are read at each scrape. */
    watch({ live, freshness }: Watched): void {
      gaugeAtScrape(registry, {
        name: 'daybook_query_live_clients',
        help: 'Clients that follow a merchant live now.',
        look: (gauge) => gauge.set(live.clientCount()),
      })
      for (const { consumer, name, help } of PROGRESS) {
        gaugeAtScrape(registry, {
          name,
          help,
          labelNames: ['shard'],
          look: async (gauge) => {
            // A store that does not answer must not hold back the other metrics.
            const answer = freshness.appliedThroughByShard(consumer).catch(() => undefined)
            const shards = await within(SCRAPE_PATIENCE_MS, answer, undefined)
            // While the progress cannot be read, the last values stay, so that the lag computed from them grows.
            if (shards === undefined) return
            gauge.reset()
            for (const [shard, appliedThroughMs] of shards) gauge.set({ shard }, appliedThroughMs / 1_000)
          },
        })
      }
    },
  }
}

type Watched = {
  readonly live: Pick<Live, 'clientCount'>
  readonly freshness: Pick<Freshness, 'appliedThroughByShard'>
}

const SCRAPE_PATIENCE_MS = 1_000

const PROGRESS: readonly { readonly consumer: Consumer; readonly name: string; readonly help: string }[] = [
  {
    consumer: 'journal',
    name: 'daybook_query_journal_applied_through_timestamp_seconds',
    help: 'The time up to which every entry on the open shard is in the books. time() minus this is the lag.',
  },
  {
    consumer: 'archive',
    name: 'daybook_query_archive_handed_over_through_timestamp_seconds',
    help: 'The time up to which every entry on the open shard is handed over to Firehose. time() minus this is the lag.',
  },
]
