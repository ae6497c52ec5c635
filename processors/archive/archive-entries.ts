/**
 * The archive processor: hands every entry and every audit event of a batch of stream records to the archive, as they
 * stood on the stream and with their positions.
 *
 * It shares only the format of the stream with the journal processor. So the archive does not depend on what the
 * journal decides about an entry, and comparing the two proves something. Progress passes a record when all of it is
 * durable in the archive. After a failure, the stream delivers again from the first record that may not be archived. A
 * position may then be archived twice, and readers of the archive take it once.
 *
 * The processor reads a batch in portions, because a few megabytes of records may expand to many times that. So the
 * memory beside the batch is bounded by PORTION_CHARACTERS and by what one record may expand to
 * (`wire/stream/record.ts`).
 */
import type { ArchivedEntry, Archive } from '#ledger/archive'
import type { AnyAuditEvent } from '#ledger/audit-event'
import type { Progress } from '#ledger/ports'
import { recordReader } from '../good-record.ts'
import type { BookId } from '#ledger/identifiers'
import { namedBooks, type Log } from '../log.ts'
import { isOurs } from '../own-fault.ts'
import type { BatchOutcome, DeliveredRecord, ShardBatch } from '../shard-batch.ts'
import { readRecord, type ReadRecord } from './read-record.ts'

export type ArchiveWorld = {
  readonly archive: Archive
  readonly progress: Progress
  readonly log: Log
}

// About 20,000 usual entries. Their rows fill two calls to Firehose.
const PORTION_CHARACTERS = 4 * 1024 * 1024

/** A worker. It is called with one batch after another, of one shard or of several shards at the same time. */
export const archiveEntries = (
  { archive, progress, log }: ArchiveWorld,
  { portionCharacters = PORTION_CHARACTERS }: { readonly portionCharacters?: number } = {},
): ((batch: ShardBatch) => Promise<BatchOutcome>) => {
  /** The number of records at the start of the batch that are archived. */
  const archiveAll = async (batch: ShardBatch): Promise<number> => {
    let archived = 0
    let inHand: readonly ArchivedEntry[] = []
    try {
      for (const { entries, auditEvents, end } of portionsOf(batch, portionCharacters, log)) {
        inHand = entries
        await archive.put(entries)
        await archive.putAuditEvents(auditEvents)
        archived = end
        inHand = []
      }
    } catch (err) {
      // The records after the failed one are not tried, because the stream delivers them again anyway.
      const redeliverFrom = batch.records[archived]?.sequenceNumber
      raise(
        log,
        { shardId: batch.shardId, redeliverFrom, ...namedBooks(booksOf(inHand)) },
        err,
        'the archive did not take these records; the stream delivers them again',
      )
    }
    return archived
  }

  const noteProgress = async (shardId: string, { sequenceNumber, arrivedAtMs }: DeliveredRecord): Promise<boolean> => {
    try {
      await progress.advance('archive', { shardId, sequenceNumber, appliedThroughMs: arrivedAtMs })
      return true
    } catch (err) {
      raise(log, { shardId }, err, "the archive's progress was not written; the stream delivers the batch again")
      return false
    }
  }

  return async (batch) => {
    const { shardId, records } = batch
    const archived = await archiveAll(batch)
    const lastArchived = records[archived - 1]
    const isNoted = lastArchived === undefined || (await noteProgress(shardId, lastArchived))
    // A batch is done only when its progress is written.
    const redeliverFrom = records[isNoted ? archived : 0]?.sequenceNumber
    return redeliverFrom === undefined ? {} : { redeliverFrom }
  }
}

const booksOf = (entries: readonly ArchivedEntry[]): Iterable<BookId> =>
  entries.values().map(({ entry: { merchantId, businessDay } }) => ({ merchantId, day: businessDay }))

/** A failure that may heal is a warning. Any other failure needs a person. */
const raise = (
  log: Log,
  place: { readonly shardId: string; readonly redeliverFrom?: string | undefined },
  err: unknown,
  mayHeal: MayHeal,
): void => {
  if (isOurs(err)) log.error({ err, ...place }, HELD_UP)
  else log.warn({ err, ...place }, mayHeal)
}

type MayHeal =
  | 'the archive did not take these records; the stream delivers them again'
  | "the archive's progress was not written; the stream delivers the batch again"

const HELD_UP =
  'our own code cannot go on: the archive of the shard is held up, nothing is passed over. See docs/operations.md'

/** The entries and audit events of some records of a batch, up to the record before `end`. */
type Portion = { readonly entries: ArchivedEntry[]; readonly auditEvents: AnyAuditEvent[]; readonly end: number }

/** When a record throws, yields what stands before that record, and then throws. */
function* portionsOf({ shardId, records }: ShardBatch, maxCharacters: number, log: Log): Generator<Portion> {
  let entries: ArchivedEntry[] = []
  let auditEvents: AnyAuditEvent[] = []
  let characters = 0
  const reading = { read: recordReader(), log }
  for (const [index, record] of records.entries()) {
    let found: ReadRecord
    try {
      found = readRecord(shardId, record, reading)
    } catch (error) {
      yield { entries, auditEvents, end: index }
      throw error
    }
    for (const archived of found.entries) entries.push(archived)
    for (const auditEvent of found.auditEvents) auditEvents.push(auditEvent)
    characters += found.characters
    if (characters < maxCharacters) continue
    yield { entries, auditEvents, end: index + 1 }
    entries = []
    auditEvents = []
    characters = 0
  }
  yield { entries, auditEvents, end: records.length }
}
