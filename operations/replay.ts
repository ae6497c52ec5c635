/** `npm run replay`: sends what was accepted since an instant through the journal's rules once more. */
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
import { booksInStore } from './books-in-store.ts'
import { readArguments, runCommand, UsageError, type Command } from './command.ts'
import { interruption } from './interruption.ts'
import { progressLine, rate } from './progress.ts'

const USAGE = `npm run replay -- --from T [--to T] [--source archive|stream]
  Sends every entry that arrived from T on through the journal's rules again; nothing changes where nothing is missing.
  --from, --to   times such as 2026-11-20T09:30:00-03:00; without --to up to now
  --source       stream (the default): what the stream still has, 7 days; archive: what stands in S3
Exit code 0 when everything could be read, 1 when not, 3 when nothing answers or it was stopped.`

type Request = { readonly arrived: Interval; readonly source: 'archive' | 'stream' }

const command: Command = async (args) => {
  const request = readRequest(args)
  useNamedOrRunningSystem()
  const { recorded, unreadableObjects } = await replay(request)
  const { entries, counted, setAside, unreadableRecords } = recorded
  console.log(
    `${n(entries)} entries looked at: ${n(counted)} newly counted, ${n(entries - counted - setAside)} duplicates.`,
  )
  if (setAside > 0) console.log(`${n(setAside)} cannot be counted; each waits in quarantine.`)
  if (unreadableRecords > 0) console.log(`${n(unreadableRecords)} cannot be read; each waits in quarantine.`)
  for (const { key, reason } of unreadableObjects) console.log(`✗ cannot read ${key}: ${reason}`)
  return unreadableObjects.length === 0 ? 0 : 1
}

const replay = async ({
  arrived,
  source,
}: Request): Promise<{ recorded: Recorded; unreadableObjects: readonly UnreadableObject[] }> => {
  const { tables, streamName, archiveBucket, booksAtOnce, bookCacheBytes } = readSettings()
  const world = booksInStore(documentClient({ maxAttempts: 10 }), tables)
  const limits = { booksAtOnce, cacheBytes: bookCacheBytes }
  const [line, speed] = [progressLine(), rate()]
  const stopped = interruption()
  try {
    if (source === 'stream') {
      const batches = retainedBatches(kinesisClient({ maxAttempts: 10 }), streamName, arrived)
      const onProgress = ({ entries }: Recorded) => {
        stopped.throwIfAborted()
        line.show(undefined, `replaying: ${speed(entries, 'entries')}`)
      }
      return { recorded: await replayStream(batches, world, limits, onProgress), unreadableObjects: [] }
    }
    const archive = parquetArchiveObjects(s3ObjectStore(s3Client(), archiveBucket))
    const result = await replayArchive(archive, world, limits, {
      arrived,
      onProgress: ({ doneBytes, allBytes, entries }) => {
        stopped.throwIfAborted()
        line.show(doneBytes / allBytes, `replaying: ${speed(entries, 'entries')}`)
      },
    })
    return { recorded: result, unreadableObjects: result.unreadableObjects }
  } finally {
    line.clear()
  }
}

/** Undefined when the arguments make no sense. */
const readRequest = (args: readonly string[]): Request => {
  const options = { from: { type: 'string' }, to: { type: 'string' }, source: { type: 'string' } } as const
  const { from, to, source = 'stream' } = readArguments(args, { options }).values
  if (from === undefined) throw new UsageError('From when on? Say --from.')
  if (source !== 'stream' && source !== 'archive') throw new UsageError(`--source is stream or archive, not ${source}.`)
  const arrived = { fromMs: instantOf(from), toMs: to === undefined ? Date.now() : instantOf(to) }
  // Nothing would be looked at, and nothing missing would be found.
  if (arrived.fromMs >= arrived.toMs) throw new UsageError(`Nothing lies from ${from} to ${to ?? 'now'}.`)
  return { arrived, source }
}

const instantOf = (text: string): number => {
  const instant = parseInstant(text)
  if (!instant.ok) throw new UsageError(`${text} is no time with an offset, such as 2026-11-20T09:30:00-03:00.`)
  return instant.value
}

const n = (value: number): string => value.toLocaleString('en')

await runCommand(command, USAGE)
