/** Plausible mistakes in the way onto the stream: the writer, its deadlines, its backlog, its breaker. */
import type { Bug } from './bug.ts'

const WRITER = 'ingest/stream-writer.ts'
const PENDING = 'ingest/pending-writes.ts'
const BACKLOG = 'ingest/backlog.ts'
const GUARD = 'ingest/guarded-stream.ts'
const DESTINATIONS = 'ingest/destinations.ts'

const needsHistories = 'small worlds have to catch the bugs of the journal, the book and their ports'

export const BUGS_OF_INGEST: readonly Bug[] = (
  [
    {
      name: 'a refused record of a put in part is acknowledged',
      file: WRITER,
      find: `if (outcome?.status === 'stored') acknowledge(record, outcome)`,
      plant: `if (outcome !== undefined) acknowledge(record, outcome as Stored)`,
    },
    {
      name: 'the outcomes of a put are taken in another order',
      file: WRITER,
      find: `const outcome = outcomes[index]`,
      plant: `const outcome = outcomes.at(-1 - index)`,
    },
    {
      name: 'the entries of a record are counted from 1',
      file: WRITER,
      find: `ok({ shardId, sequenceNumber, index })`,
      plant: `ok({ shardId, sequenceNumber, index: index + 1 })`,
    },
    {
      name: 'a position tells the place in the request, not in the record',
      file: WRITER,
      find: `outcomeOf(index))`,
      plant: `outcomeOf(record.indexes[index] ?? 0))`,
    },
    {
      name: 'outcomes go to the entries by their place in the record',
      file: WRITER,
      find: `record.indexes[index] ?? Number.NaN`,
      plant: `index`,
    },
    {
      name: 'a position names the shard that was meant, not the one that took the record',
      file: WRITER,
      find: `ok({ shardId, sequenceNumber, index })`,
      plant: `ok({ shardId: record.destination.target, sequenceNumber, index })`,
    },
    {
      name: 'an acknowledgement of another shard than expected is passed over',
      file: WRITER,
      find: `if (shardId !== record.destination.target) destinations`,
      plant: `if (shardId !== record.destination.target) return destinations`,
    },
    {
      name: 'several calls to the stream are under way at once',
      file: WRITER,
      find: `if (isPutting) return`,
      plant: ``,
    },
    {
      name: 'the writer stops after its first call',
      file: WRITER,
      find: `      isPutting = false
    }`,
      plant: `    }`,
    },
    {
      name: 'a call that failed loses its records',
      file: WRITER,
      find: `if (refused.length > 0) retryLater(refused)`,
      plant: `if (outcomes.length > 0 && refused.length > 0) retryLater(refused)`,
    },
    {
      name: 'what was refused waits for the next request',
      file: WRITER,
      find: `      return putWaiting()
    })`,
      plant: `    })`,
    },
    {
      name: 'the room of what is stored is never freed',
      file: WRITER,
      find: `    backlog.finish(record)
  }

  const retryLater`,
      plant: `  }

  const retryLater`,
    },
    {
      name: 'the room of records in hand is not freed when the breaker is open',
      file: WRITER,
      find: `for (const record of records) backlog.finish(record)`,
      plant: ``,
    },
    {
      name: 'an open breaker fails only the entries in hand',
      file: WRITER,
      find: `for (const record of records) backlog.finish(record)
    backlog.clear()
    pending.failAll()`,
      plant: `for (const record of records) settleAll(record, () => refuse('stream-unavailable' as const))`,
    },
    {
      name: 'an open breaker does not fail the entries in hand',
      file: WRITER,
      find: `pending.failAll()`,
      plant: ``,
    },
    {
      name: 'the breaker is not told from any other failure',
      file: WRITER,
      find: `if (isStreamDown(error)) return 'down'`,
      plant: ``,
    },
    {
      name: 'a full backlog refuses nothing',
      file: WRITER,
      find: `if (backlog.bytes >= maxBacklogBytes) pending`,
      plant: `if (backlog.bytes > 2 * maxBacklogBytes) pending`,
    },
    {
      name: 'a write that was settled by the deadline is acknowledged later',
      file: PENDING,
      find: `if (write.outcomes[index] !== undefined) return`,
      plant: ``,
    },
    {
      name: 'failing all forgets those who wait behind the first',
      file: PENDING,
      find: `for (const write of waiting) fail(write)`,
      plant: `for (const write of [...waiting].slice(0, 1)) fail(write)`,
    },
    {
      name: 'deadlines are watched only until no write waits',
      file: PENDING,
      find: `    isWatching = false
  }`,
      plant: `  }`,
    },
    {
      name: 'a deadline counts from when it is looked at',
      file: PENDING,
      find: `await sleep(leftMs)`,
      plant: `await sleep(patienceMs)`,
    },
    {
      name: 'a write resolves when its first entry is settled',
      file: PENDING,
      find: `if (write.unsettled > 0) return`,
      plant: ``,
    },
    {
      name: 'entries that are given back change places',
      file: BACKLOG,
      find: `records.toReversed()`,
      plant: `records`,
    },
    {
      name: 'entries that are given back go behind those who wait',
      file: BACKLOG,
      find: `queue.records.unshift(record)`,
      plant: `queue.records.push(record)`,
    },
    {
      name: 'entries that are given back lose their writes',
      file: BACKLOG,
      find: `queue.records.unshift(record)`,
      plant: `queue.records.unshift({ ...record, writes: [], indexes: [] })`,
    },
    {
      name: 'a queue rests for ever',
      file: BACKLOG,
      find: `for (const queue of resting) queue.isResting = false`,
      plant: ``,
    },
    {
      name: 'a record that was sent takes more entries',
      file: BACKLOG,
      find: `last !== undefined && last.attempts === 0 && `,
      plant: `last !== undefined && `,
    },
    {
      name: 'a record is dropped when the first of its writers gave up',
      file: BACKLOG,
      find: `writes.at(-1)?.unsettled === 0`,
      plant: `writes[0]?.unsettled === 0`,
    },
    {
      name: 'a record that no write waits for keeps its room',
      file: BACKLOG,
      find: `          this.finish(record)
        } else`,
      plant: `        } else`,
    },
    {
      name: 'clearing the backlog keeps its room taken',
      file: BACKLOG,
      find: `for (const { records } of this.#queues.values()) for (const record of records) this.finish(record)`,
      plant: ``,
    },
    {
      name: 'calls to the stream have no time limit',
      file: GUARD,
      find: `const guard = wrap(breaker, limited)`,
      plant: `const guard = wrap(breaker)`,
    },
    {
      name: 'the breaker opens too late',
      file: GUARD,
      find: `const FAILURES_IN_A_ROW = 5`,
      plant: `const FAILURES_IN_A_ROW = 7`,
    },
    {
      name: 'a stream that stores nothing counts as sound',
      file: GUARD,
      find: `handleAll.orWhenResult(tookNothing)`,
      plant: `handleAll`,
    },
    {
      name: 'the breaker never closes again',
      file: GUARD,
      find: `const PROBE_AFTER_MS = 1_000`,
      plant: `const PROBE_AFTER_MS = 1_000_000_000`,
    },
    {
      name: 'merchants of an unknown shard share a record',
      file: DESTINATIONS,
      find: '`lane ${lane}`',
      plant: `'lane'`,
    },
    {
      name: 'all entries go to the first shard',
      file: DESTINATIONS,
      find: `hashKey: hashKeyOf(lane)`,
      plant: `hashKey: 0n`,
    },
    {
      name: 'an entry that the stream has no shard for is refused',
      file: DESTINATIONS,
      find: 'shardOf(shards, lane)?.shardId ?? `lane ${lane}`',
      plant: `shardOf(shards, lane)!.shardId`,
    },
  ] satisfies Bug[]
).map((bug) => ({ ...bug, needsHistories }))
