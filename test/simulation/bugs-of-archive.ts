/** Plausible mistakes on the way into the archive, in what is told of decisions, and in how consumers answer Lambda. */
import type { Bug } from './bug.ts'

const ENTRIES = 'processors/archive/archive-entries.ts'
const RECORD = 'processors/archive/read-record.ts'
const FIREHOSE = 'adapters/archive/firehose-archive.ts'
const ROWS = 'adapters/archive/pack-rows.ts'
const TRAIL = 'adapters/audit-trail/stream-audit-trail.ts'
const LAMBDA = 'processors/kinesis-batch.ts'

const needsHistories = 'small worlds have to catch the bugs of the journal, the book and their ports'

export const BUGS_OF_ARCHIVE: readonly Bug[] = (
  [
    {
      name: "the archive's progress is written before its rows",
      file: ENTRIES,
      find: `const archived = await archiveAll(batch)`,
      plant: `await noteProgress(shardId, records.at(-1)!)
    const archived = await archiveAll(batch)`,
    },
    {
      name: "the archive's progress passes what failed",
      file: ENTRIES,
      find: `const lastArchived = records[archived - 1]`,
      plant: `const lastArchived = records.at(-1)`,
    },
    {
      name: 'a portion ends one record too late',
      file: ENTRIES,
      find: `end: index + 1 }`,
      plant: `end: index + 2 }`,
    },
    {
      name: 'the archive passes a record that our own code cannot read',
      file: ENTRIES,
      find: `end: index }
      throw error`,
      plant: `end: index + 1 }
      throw error`,
    },
    {
      name: 'the last portion of a batch is not archived',
      file: ENTRIES,
      find: `  yield { entries, auditEvents, end: records.length }`,
      plant: `  yield { entries: [], auditEvents: [], end: records.length }`,
    },
    {
      name: 'audit events are not archived',
      file: ENTRIES,
      find: `await archive.putAuditEvents(auditEvents)`,
      plant: ``,
    },
    {
      name: 'entries are not waited for',
      file: ENTRIES,
      find: `await archive.put(entries)`,
      plant: `void archive.put(entries).catch(() => {})`,
    },
    {
      name: 'a lost progress of the archive counts as written',
      file: ENTRIES,
      find: `isNoted ? archived : 0`,
      plant: `archived`,
    },
    {
      name: 'the archive reports no failure',
      file: ENTRIES,
      find: `return redeliverFrom === undefined ? {} : { redeliverFrom }`,
      plant: `return {}`,
    },
    {
      name: 'the archive reports the record after the failed one',
      file: ENTRIES,
      find: `isNoted ? archived : 0`,
      plant: `isNoted ? archived + 1 : 0`,
    },
    {
      name: 'lines that cannot be read do not count in a position',
      file: RECORD,
      find: `position: { shardId, sequenceNumber, index }`,
      plant: `position: { shardId, sequenceNumber, index: entries.length }`,
    },
    {
      name: 'a line that cannot be read ends its record in the archive',
      file: RECORD,
      find: `else unreadable.push({ index, detail: entry.error, threw })`,
      plant: `else break`,
    },
    {
      name: 'an entry arrives in the archive when it was received',
      file: RECORD,
      find: `index }, arrivedAtMs })`,
      plant: `index }, arrivedAtMs: entry.value.receivedAtMs })`,
    },
    {
      name: "Firehose's short answer is taken for success",
      file: FIREHOSE,
      find: `RequestResponses[index]?.RecordId === undefined`,
      plant: `RequestResponses[index]?.ErrorCode !== undefined`,
    },
    {
      name: "Firehose's answers are taken in another order",
      file: FIREHOSE,
      find: `RequestResponses[index]?.RecordId`,
      plant: `RequestResponses.at(-1 - index)?.RecordId`,
    },
    {
      name: 'rows that Firehose refused are not sent again',
      file: FIREHOSE,
      find: `if (refused.length === 0) return`,
      plant: `if (refused.length < left.length) return`,
    },
    {
      name: 'a call to Firehose that failed counts as taken',
      file: FIREHOSE,
      find: `return { refused: records, cause }`,
      plant: `return { refused: [], cause }`,
    },
    {
      name: 'what Firehose refuses to the end is given up',
      file: FIREHOSE,
      find: `if (attempt === MAX_ATTEMPTS)
        throw`,
      plant: `if (attempt === MAX_ATTEMPTS) return
      if (attempt > MAX_ATTEMPTS) throw`,
    },
    {
      name: "audit events go to the entries' stream",
      file: FIREHOSE,
      find: `deliver(streams.decisions, `,
      plant: `deliver(streams.entries, `,
    },
    {
      name: "rows of a day are packed into another day's record",
      file: ROWS,
      find: `let record = filling.get(day)`,
      plant: `let record = filling.values().next().value`,
    },
    {
      name: 'only the last record of rows is sent',
      file: ROWS,
      find: `Array.from(filling.values(), `,
      plant: `Array.from([...filling.values()].slice(-1), `,
    },
    {
      name: 'an audit event that the stream refuses counts as published',
      file: TRAIL,
      find: `if (outcome?.status === 'stored') return`,
      plant: `return`,
    },
    {
      name: 'an audit event that the stream refuses three times counts as published',
      file: TRAIL,
      find: `throw new Error(\`The stream refused`,
      plant: `return; throw new Error(\`The stream refused`,
    },
    {
      name: 'only the first of several audit events is published',
      file: TRAIL,
      find: `encodeAuditEvents(auditEvents)`,
      plant: `encodeAuditEvents(auditEvents.slice(0, 1))`,
    },
    {
      name: 'Lambda hears of no failure',
      file: LAMBDA,
      find: `redeliverFrom === undefined ? []`,
      plant: `redeliverFrom !== 'all' ? []`,
    },
    {
      name: 'Lambda hears of the last record, not of the failed one',
      file: LAMBDA,
      find: `itemIdentifier: redeliverFrom }`,
      plant: `itemIdentifier: event.Records.at(-1)!.kinesis.sequenceNumber }`,
    },
    {
      name: "a shard's name is the id of the event",
      file: LAMBDA,
      find: `eventID.split(':')[0]`,
      plant: `eventID`,
    },
    {
      name: 'arrival counts in seconds',
      file: LAMBDA,
      find: `approximateArrivalTimestamp * 1000`,
      plant: `approximateArrivalTimestamp`,
    },
  ] satisfies Bug[]
).map((bug) => ({ ...bug, needsHistories }))
