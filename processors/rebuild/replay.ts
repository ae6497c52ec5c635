/**
 * Sends accepted entries through the rules of the journal once more. An entry that is already in its book is found
 * there, so a replay changes only books that lack entries.
 */
import type { ArchiveObjects, Interval } from '#ledger/archive'
import type { ShardBatch } from '../shard-batch.ts'
import { recordArchive, type ReadArchive, type ReadingProgress } from './archived-days.ts'
import { bookRecorder, type Recorded, type RecorderLimits, type RecorderWorld } from './book-recorder.ts'

/** Replays from the archive the entries that arrived on the stream in the given time. */
export const replayArchive = async (
  archive: ArchiveObjects,
  world: RecorderWorld,
  limits: RecorderLimits,
  { arrived, onProgress }: { arrived: Interval; onProgress: (progress: ReadingProgress) => void },
): Promise<Recorded & ReadArchive> => {
  const listed = await archive.list()
  const objects = listed.objects.filter(({ storedAtMs }) => storedAtMs >= arrived.fromMs)
  const recorder = liveRecorder(world, limits)
  const read = await recordArchive(archive, objects, (entries) => recorder.archived(entries), { arrived, onProgress })
  return { ...read, ...recorder.recorded(), unreadableObjects: [...listed.unreadable, ...read.unreadableObjects] }
}

/** Replays from the stream the records that it still has, in the order of each shard. */
export const replayStream = async (
  batches: AsyncIterable<ShardBatch>,
  world: RecorderWorld,
  limits: RecorderLimits,
  onProgress: (recorded: Recorded) => void,
): Promise<Recorded> => {
  const recorder = liveRecorder(world, limits)
  for await (const batch of batches) {
    await recorder.delivered(batch)
    onProgress(recorder.recorded())
  }
  return recorder.recorded()
}

/** A recorder for live books. The processor goes on at the same time, so the books may move. */
const liveRecorder = (world: RecorderWorld, limits: RecorderLimits) =>
  bookRecorder(world, { ...limits, mayHaveMoved: true })
