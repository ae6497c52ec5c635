/** `npm run replay`: sends the entries that arrived since an instant through the journal's rules once more. */
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import type { AuditEvent } from '#ledger/audit-event'
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import { s3ObjectStore } from '#adapters/archive-objects/s3-object-store'
import { s3Client } from '#adapters/aws/s3'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { retainedBatches } from '#adapters/entry-stream/retained-batches'
import { useNamedOrRunningSystem } from '#infra/local/running-system'
import type { Interval, UnreadableObject } from '#ledger/archive'
import type { Recorded } from '#processors/rebuild/book-recorder'
import { replayArchive, replayStream } from '#processors/rebuild/replay'
import { parseInstant } from '#wire/entry/instant'
import { readSettings } from '#infra/settings'
import { duplicatesIn, heldLines } from './held-books.ts'
import { booksInStore } from './books-in-store.ts'
import { EXIT, readArguments, runCommand, UsageError, type Command } from './command.ts'
import { interruption } from './interruption.ts'
import { progressLine, rate } from './progress.ts'
import { counted, digits, type Terminal } from './terminal.ts'

export const USAGE = `npm run replay -- --from T [--to T] [--source archive|stream]
  Sends every entry that arrived from T on through the journal's rules again. Only missing entries change a book.

  --from, --to   times such as 2026-11-20T09:30:00-03:00; without --to, up to now
  --source       stream (the default): the last 7 days, which the stream keeps; archive: all that is in S3

Exit code: 0 everything was read, 1 an object or a book cannot be read, 2 wrong arguments, 3 no system runs or answers,
or the command was stopped.`

type Request = { readonly arrived: Interval; readonly source: 'archive' | 'stream' }

export const replay: Command = async (args, terminal) => {
  const request = requestOf(args)
  useNamedOrRunningSystem()
  const { recorded, unreadableObjects } = await replayed(request, terminal)
  const { entries, counted: newlyCounted, setAside, unreadableRecords, heldBooks } = recorded
  terminal.print(
    `${counted(entries, 'entry', 'entries')} looked at: ${digits(newlyCounted)} newly counted, ${counted(duplicatesIn(recorded), 'duplicate', 'duplicates')}.`,
  )
  if (setAside > 0) terminal.print(`${digits(setAside)} cannot be counted: ${IN_QUARANTINE}`)
  if (unreadableRecords > 0) {
    terminal.print(`${digits(unreadableRecords)} cannot be read: ${IN_QUARANTINE}`)
  }
  for (const { key, reason } of unreadableObjects) terminal.print(`✗ cannot read ${key}: ${reason}`)
  terminal.print(...heldLines(heldBooks))
  return unreadableObjects.length + heldBooks.length === 0 ? EXIT.done : EXIT.refused
}

/** Some may have been decided already: an item keeps its decision when its entry is set aside at the same place again. */
const IN_QUARANTINE = 'see npm run quarantine -- list, which shows those that wait for a decision.'

type Replayed = { readonly recorded: Recorded; readonly unreadableObjects: readonly UnreadableObject[] }

const replayed = async ({ arrived, source }: Request, terminal: Terminal): Promise<Replayed> => {
  const { tables, streamName, archiveBucket, booksAtOnce, bookCacheBytes } = readSettings()
  const auditTrail = streamAuditTrail(kinesisEntryStream(kinesisClient(), streamName))
  const world = {
    ...booksInStore(documentClient({ maxAttempts: 10 }), tables),
    publish: (decided: readonly AuditEvent[]) => auditTrail.publish(...decided),
  }
  const limits = { booksAtOnce, cacheBytes: bookCacheBytes }
  const [line, speed] = [progressLine(terminal), rate()]
  const stopped = interruption()
  try {
    if (source === 'stream') {
      const batches = retainedBatches(kinesisClient({ maxAttempts: 10 }), streamName, arrived)
      const onProgress = ({ entries }: Recorded) => {
        stopped.throwIfAborted()
        line.show(undefined, `replaying: ${speed(entries, 'entry', 'entries')}`)
      }
      return { recorded: await replayStream(batches, world, limits, onProgress), unreadableObjects: [] }
    }
    const archive = parquetArchiveObjects(s3ObjectStore(s3Client(), archiveBucket))
    const result = await replayArchive(archive, world, limits, {
      arrived,
      onProgress: ({ doneBytes, allBytes, entries }) => {
        stopped.throwIfAborted()
        line.show(doneBytes / allBytes, `replaying: ${speed(entries, 'entry', 'entries')}`)
      },
    })
    return { recorded: result, unreadableObjects: result.unreadableObjects }
  } finally {
    line.clear()
  }
}

/** Throws a UsageError for arguments that make no request. */
const requestOf = (args: readonly string[]): Request => {
  const options = { from: { type: 'string' }, to: { type: 'string' }, source: { type: 'string' } } as const
  const { from, to, source = 'stream' } = readArguments(args, { options }).values
  if (from === undefined)
    throw new UsageError('Missing --from: the time from which to replay, for example 2026-11-20T00:00:00Z.')
  if (source !== 'stream' && source !== 'archive') {
    throw new UsageError(`--source takes stream or archive, not ${source}.`)
  }
  const arrived = { fromMs: instantOf(from), toMs: to === undefined ? Date.now() : instantOf(to) }
  // A replay of no entries would look like one that found none missing.
  if (arrived.fromMs >= arrived.toMs) {
    throw new UsageError(`Nothing lies from ${from} to ${to ?? 'now'}. Give a --from before --to.`)
  }
  return { arrived, source }
}

const instantOf = (text: string): number => {
  const instant = parseInstant(text)
  if (!instant.ok) {
    throw new UsageError(`${text} is not a time with an offset. Write it like 2026-11-20T09:30:00-03:00.`)
  }
  return instant.value
}

if (import.meta.main) await runCommand(replay, USAGE)
