/** Bugs of what people do and see, of exceptions of our own, and of the bounds of books and segments. */
import type { Bug } from './bug.ts'

const DECIDE = 'ingest/decide-quarantine.ts'
const MEMORY_QUARANTINE = 'adapters/quarantine/memory-quarantine.ts'
const BOOKS = 'query-api/books.ts'
const FRESHNESS = 'query-api/freshness.ts'
const ENTRIES = 'processors/journal/record-entries.ts'
const SEAL_NEXT = 'processors/journal/seal-next.ts'
const BOOK = 'ledger/book.ts'

const bugsOfOperators: readonly Omit<Bug, 'needsHistories'>[] = [
  {
    name: 'an entry is put on the stream before its replay is noted as begun',
    file: DECIDE,
    find: `const begun = await note(`,
    plant: `await desk.writer.write([entry])
  const begun = await note(`,
  },
  {
    name: 'an item is discarded although a replay of it has begun',
    file: DECIDE,
    find: `if (state.begun !== undefined) throw new ProblemError(REPLAY_BEGUN)`,
    plant: ``,
  },
  {
    name: 'a decision is noted whatever was decided meanwhile',
    file: MEMORY_QUARANTINE,
    find: `if (stored?.actions.length !== item.actions.length) return 'moved'`,
    plant: `if (stored === undefined) return 'moved'`,
  },
  {
    name: 'a replay is answered although the stream did not take it',
    file: DECIDE,
    find: `if (!position.ok) throw`,
    plant: `if (!position.ok) return replayed(item, { entry, position: item.position })
  if (!position.ok) throw`,
  },
  {
    name: 'a corrected entry is put on the stream as it was',
    file: DECIDE,
    find: `if (stamped.ok) return stamped.value`,
    plant: `if (stamped.ok) return subject === 'unreadable' ? stamped.value : subject`,
  },
  {
    name: 'setting an item aside again forgets its actions',
    file: MEMORY_QUARANTINE,
    find: `isLater ? { ...known, lastPosition, reason, detail } : known`,
    plant: `isLater ? { ...known, lastPosition, reason, detail, actions: [] } : known`,
  },
  {
    name: 'an item that was replayed unchanged waits again at once',
    file: 'ledger/quarantine.ts',
    find: `isSameContent(item.subject, entry) && comparePositions(item.lastPosition, position) >= 0`,
    plant: `isSameContent(item.subject, entry)`,
  },
]

const bugsOfReaders: readonly Omit<Bug, 'needsHistories'>[] = [
  {
    name: 'a position is reached when the record before it is',
    file: FRESHNESS,
    find: `compareSequenceNumbers(sequenceNumber, position.sequenceNumber) >= 0`,
    plant: `compareSequenceNumbers(sequenceNumber, position.sequenceNumber) >= -1`,
  },
  {
    name: 'a position is reached when another shard has come that far',
    file: FRESHNESS,
    find: `shardId === position.shardId && `,
    plant: ``,
  },
  {
    name: 'the freshest shard speaks for all shards',
    file: FRESHNESS,
    find: `return shardIds.map((shardId) => appliedMs.get(shardId)).find((ms) => ms !== undefined) ?? null`,
    plant: `return shardIds.length === 0 || appliedMs.size === 0 ? null : Math.max(...appliedMs.values())`,
  },
  {
    name: 'a balance counts as exact after one look',
    file: BOOKS,
    find: `exact: read.days.length === 0 || stoodStill(seen, read)`,
    plant: `exact: true`,
  },
  {
    name: 'books are compared with what the same look has read',
    file: BOOKS,
    find: `const seen = seenBooks(source.memory, merchantId, daysOf)
    const read = await lookAtBooks(source, merchantId, daysOf)`,
    plant: `const read = await lookAtBooks(source, merchantId, daysOf)
    const seen = seenBooks(source.memory, merchantId, daysOf)`,
  },
  {
    name: 'books stand still when their head does',
    file: BOOKS,
    find: `earlier.head?.revision === head.revision && ends.every(`,
    plant: `earlier.head?.revision === head.revision || ends.every(`,
  },
]

const bugsOfIsolation: readonly Omit<Bug, 'needsHistories'>[] = [
  {
    name: 'the neighbours of an entry that our code fails on are set aside with it',
    file: ENTRIES,
    find: `if (only !== undefined && others.length === 0) {`,
    plant: `if (only !== undefined) {
    for (const other of others) await writer.setAside(other, 'unexpected-error', error.message)`,
  },
  {
    name: 'the second half of a batch is forgotten when our code fails on it',
    file: ENTRIES,
    find: `await recordOrIsolate(writer, id, candidates.slice(middle))`,
    plant: ``,
  },
  {
    name: 'an entry that our code fails on is passed over',
    file: ENTRIES,
    find: `if (again !== undefined) await writer.setAside(only, 'unexpected-error', again.message)`,
    plant: ``,
  },
  {
    name: 'the archive passes over what follows a line that our code fails on',
    file: 'processors/archive/read-record.ts',
    find: `else unreadable.push({ index, detail: entry.error, threw })`,
    plant: `else unreadable.push({ index, detail: entry.error, threw })
      if (threw) break`,
  },
]

const bugsOfBounds: readonly Omit<Bug, 'needsHistories'>[] = [
  {
    name: 'totals are counted beyond their bound',
    file: BOOK,
    find: `const fitsWhole = !counts || fitsBound(totals, totalsOf(batch.values().map(({ entry }) => entry)))`,
    plant: `const fitsWhole = true`,
  },
  {
    name: 'each entry of a batch is held against the bound by itself',
    file: BOOK,
    find: `if (!fitsWhole) totals = addTotals(totals, totalsOf([entry]))`,
    plant: ``,
  },
  {
    name: 'an entry without room beside its neighbours is refused at once',
    file: BOOK,
    find: `      waiting.push(candidate)
      // A later`,
    plant: `      refused.push({ candidate, reason: 'total-out-of-bounds' })
      // A later`,
  },
  {
    name: 'a later content of an id is counted while the first one waits for room',
    file: BOOK,
    find: `first.
      inBatch.add(entry.entryId)`,
    plant: ``,
  },
  {
    name: 'the bound holds for the net alone',
    file: 'ledger/day-view.ts',
    find: `return isExactInJson(creditsMinor) && isExactInJson(debitsMinor)`,
    plant: `return isExactInJson(creditsMinor - debitsMinor)`,
  },
  {
    name: 'the size of a packed segment is not looked at',
    file: SEAL_NEXT,
    find: `sealed.entries.length <= sizes.packedBytes || length === 1`,
    plant: `sealed.entries.length > 0`,
  },
  {
    name: 'a segment that is too large is halved only once',
    file: SEAL_NEXT,
    find: `sealed.entries.length <= sizes.packedBytes || length === 1`,
    plant: `sealed.entries.length <= sizes.packedBytes || length < segmentLength(candidates, sizes)`,
  },
  {
    name: 'what a smaller segment leaves out counts as stored',
    file: SEAL_NEXT,
    find: `return { length, segment, sealed }`,
    plant: `return { length: segmentLength(candidates, sizes), segment, sealed }`,
  },
]

const bugsOfReconcilingMidway: readonly Omit<Bug, 'needsHistories'>[] = [
  {
    name: 'a comparison does not wait for the consumers',
    file: 'processors/reconcile/reconcile-day.ts',
    find: `const behind = await barrierPassed(world, barrier, patienceMs)`,
    plant: `const behind = undefined`,
  },
  {
    name: 'what came after the barrier counts as missing',
    file: 'ledger/reconciliation.ts',
    find: `.filter(({ isBeforeBarrier }) => isBeforeBarrier)`,
    plant: ``,
  },
  {
    name: 'what Firehose has not delivered counts as missing',
    file: 'ledger/reconciliation.ts',
    find: `const isUnderWay = onlyKept.some(({ receivedAtMs }) => receivedAtMs > deliveredThroughMs)`,
    plant: `const isUnderWay = false`,
  },
  {
    name: 'a repair publishes one content of each id',
    file: 'processors/reconcile/repairable.ts',
    find: `entries.push(...contents)`,
    plant: `entries.push(...contents.slice(0, 1))`,
  },
  {
    name: 'a repair publishes the contents of an id the other way round',
    file: 'processors/reconcile/repairable.ts',
    find: `entries.push(...contents)`,
    plant: `entries.push(...contents.toReversed())`,
  },
]

// No small world has an operator, a reader, a book near its bound or a segment near its size.
export const BUGS_OF_PEOPLE: readonly Bug[] = [
  ...bugsOfOperators,
  ...bugsOfReaders,
  ...bugsOfIsolation,
  ...bugsOfBounds,
  ...bugsOfReconcilingMidway,
].map((bug) => ({ ...bug, needsHistories: 'what it needs happens in histories of the whole pipeline only' }))
