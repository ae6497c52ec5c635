/** Reads the archive's entries to record them again: one business day after the other, a bounded number at a time. */
import type { ArchivedEntry, ArchiveObject, ArchiveObjects, Interval, UnreadableObject } from '#ledger/archive'
import type { BusinessDay } from '#ledger/identifiers'

/** The progress of the reading, in bytes of objects. Bytes count as read when their entries are recorded. */
export type ReadingProgress = { readonly doneBytes: number; readonly allBytes: number; readonly entries: number }

export type ReadArchive = {
  readonly objects: number
  readonly bytes: number
  /** The number of rows in the objects; every copy counts. */
  readonly rows: number
  readonly unreadableObjects: readonly UnreadableObject[]
}

// This number is large enough for large segments. With their lines, so many entries take about 15 MB, which is small
// enough to hold.
const ENTRIES_AT_ONCE = 16_384

/** Hands over every entry of the given objects. The entries of a book come in stream order. */
export const recordArchive = async (
  archive: Pick<ArchiveObjects, 'entries'>,
  objects: readonly ArchiveObject[],
  record: (entries: readonly ArchivedEntry[]) => Promise<void>,
  {
    arrived,
    onProgress,
    days: further = new Set(),
    afterDay = async () => {},
  }: {
    readonly arrived?: Interval
    readonly onProgress: (progress: ReadingProgress) => void
    /** Days that come in their turn even without an object. */
    readonly days?: ReadonlySet<BusinessDay>
    /** Called when all entries of a day are recorded. */
    readonly afterDay?: (day: BusinessDay) => Promise<void>
  },
): Promise<ReadArchive> => {
  const allBytes = bytesOf(objects)
  const unreadable: UnreadableObject[] = []
  let [doneBytes, rows, entries] = [0, 0, 0]

  const days = Map.groupBy(objects, ({ businessDay }) => businessDay)
  for (const day of [...new Set([...days.keys(), ...further])].toSorted()) {
    const ofDay = days.get(day) ?? []
    const dayBytes = bytesOf(ofDay)
    let [dayRows, dayEntries] = [0, 0]
    let batch: ArchivedEntry[] = []
    const recordBatch = async (): Promise<void> => {
      await record(batch)
      dayEntries += batch.length
      entries += batch.length
      batch = []
      onProgress({ doneBytes: doneBytes + dayBytes * Math.min(1, dayEntries / dayRows), allBytes, entries })
    }
    for await (const part of archive.entries(ofDay, arrived)) {
      if ('unreadable' in part) unreadable.push(part.unreadable)
      else if ('read' in part) dayRows += part.rows
      else {
        batch.push(...part.entries)
        if (batch.length >= ENTRIES_AT_ONCE) await recordBatch()
      }
    }
    if (batch.length > 0) await recordBatch()
    await afterDay(day)
    rows += dayRows
    doneBytes += dayBytes
    onProgress({ doneBytes, allBytes, entries })
  }
  return { objects: objects.length, bytes: allBytes, rows, unreadableObjects: unreadable }
}

const bytesOf = (objects: readonly ArchiveObject[]): number => objects.reduce((sum, { bytes }) => sum + bytes, 0)
