/**
 * `npm run rebuild`: builds all books from the archive alone and compares them with the live ones; or mends one broken book.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { kinesisClient } from '#adapters/aws/kinesis'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import { s3Seals } from '#adapters/seals/s3-seals'
import { s3ObjectStore } from '#adapters/archive-objects/s3-object-store'
import { s3Client } from '#adapters/aws/s3'
import { documentClient } from '#adapters/aws/dynamodb'
import { useNamedOrRunningSystem } from '#infra/local/running-system'
import { bookKey, type BookId } from '#ledger/identifiers'
import { netMinor, type Totals } from '#ledger/money'
import type { MendWorld } from '#processors/mend/plan-mending'
import { compareBooks, type BookDifference, type Comparison } from '#processors/rebuild/compare-books'
import type { RecorderLimits } from '#processors/rebuild/book-recorder'
import { rebuildBooks, type Rebuilt, type RebuildParts } from '#processors/rebuild/rebuild-books'
import { readSettings } from '#infra/settings'
import { duplicatesIn, heldLines } from './held-books.ts'
import { booksInStore } from './books-in-store.ts'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import { isConfirmed } from './confirmation.ts'
import { interruption } from './interruption.ts'
import { mendOf, mendShowing } from './mend.ts'
import { operatorHere } from './operator.ts'
import { progressLine, rate } from './progress.ts'
import { deleteTables, provisionRebuild } from './rebuild-tables.ts'
import { counted, digits, type Terminal } from './terminal.ts'

export const USAGE = `npm run rebuild [-- --keep]
  Builds every book and every closed day from the archive into empty tables and compares each with the live one.
npm run rebuild -- --merchant M --day D [--without ID]… [--yes]
  Mends a book that is marked as broken: shows what the archive has in its place, and switches to that when it is confirmed.

  --keep            keeps the tables; without it, they are deleted in the end
  --merchant, --day the broken book
  --without         an entry that only the broken chain has, and that the book shall lack from now on; may be repeated
  --yes             switches without a question

Exit code: 0 all objects were read and all books and closed days are equal, or the book is mended; 1 not; 2 wrong arguments;
3 no system runs or answers, or the command was stopped.`

export const rebuild: Command = async (args, terminal) => {
  const { keep, ...one } = readArguments(args, {
    options: {
      keep: { type: 'boolean', default: false },
      merchant: { type: 'string' },
      day: { type: 'string' },
      without: { type: 'string', multiple: true },
      yes: { type: 'boolean', default: false },
    },
  }).values
  if (one.yes || one.merchant !== undefined || one.day !== undefined || one.without !== undefined)
    return await mendOne(mendOf(one), keep, terminal)
  useNamedOrRunningSystem()
  const settings = readSettings()
  const stopped = interruption()
  // A rebuild takes long, so a throttled call is worth several more attempts.
  const client = documentClient({ maxAttempts: 10 })
  const archive = parquetArchiveObjects(s3ObjectStore(s3Client(), settings.archiveBucket))
  const tables = await provisionRebuild(client, Date.now())
  const [made, live] = [booksInStore(client, tables), booksInStore(client, settings.tables)]
  // What was decided about late entries is in the archive already.
  const rebuilt = { ...made, publish: async () => {} }
  const limits = { booksAtOnce: settings.booksAtOnce, cacheBytes: settings.bookCacheBytes }
  try {
    const result = await rebuildShowing(terminal, { archive, rebuilt, register: live.merchants }, limits, stopped)
    printRebuilt(terminal, result)
    const comparison = await compareShowing(terminal, { rebuilt, live }, stopped)
    printComparison(terminal, comparison)
    const unread = [
      ...result.unreadableObjects,
      ...result.unreadableMerchants,
      ...result.heldBooks,
      ...result.problems,
      ...comparison.unreadable,
      ...comparison.differentDays,
    ]
    const isProven = unread.length === 0 && comparison.different.length === 0
    return isProven ? EXIT.done : EXIT.refused
  } finally {
    if (keep) terminal.print(`The rebuilt books stand in the tables ${Object.values(tables).join(', ')}.`)
    else await deleteTables(client, tables)
  }
}

const mendOne = async (wanted: ReturnType<typeof mendOf>, keep: boolean, terminal: Terminal): Promise<Exit> => {
  if (keep) throw new UsageError('--keep is for a rebuild of all books: leave it out.')
  useNamedOrRunningSystem()
  const settings = readSettings()
  const client = documentClient({ maxAttempts: 10 })
  const stream = kinesisEntryStream(kinesisClient(), settings.streamName)
  const world: MendWorld = {
    ...booksInStore(client, settings.tables),
    stream,
    progress: dynamoProgress(client, settings.tables.progress),
    auditTrail: streamAuditTrail(stream),
    objects: parquetArchiveObjects(s3ObjectStore(s3Client(), settings.archiveBucket)),
    seals: s3Seals(s3Client(), settings.sealBucket),
    actor: operatorHere(),
    sleep,
  }
  const confirm = async ({ merchantId, day }: BookId) =>
    await isConfirmed(terminal, `Type ${merchantId} to switch the book of ${day} to this chain:`, merchantId)
  return await mendShowing(world, wanted, { deliveryMs: settings.archiveDeliveryMs, confirm }, terminal)
}

const rebuildShowing = async (
  terminal: Terminal,
  parts: RebuildParts,
  limits: RecorderLimits,
  stopped: AbortSignal,
): Promise<Rebuilt> => {
  const [line, speed] = [progressLine(terminal), rate()]
  const result = await rebuildBooks(parts, limits, ({ doneBytes, allBytes, entries }) => {
    stopped.throwIfAborted()
    line.show(doneBytes / allBytes, `rebuilding: ${speed(entries, 'entry', 'entries')}`)
  })
  line.clear()
  stopped.throwIfAborted()
  terminal.print(`Read ${speed(result.entries, 'entry', 'entries')}.`)
  return result
}

const compareShowing = async (
  terminal: Terminal,
  shelves: Parameters<typeof compareBooks>[0],
  stopped: AbortSignal,
): Promise<Comparison> => {
  const [line, speed] = [progressLine(terminal), rate()]
  const onProgress = (books: number, all: number) => {
    stopped.throwIfAborted()
    line.show(books / all, `comparing: ${speed(books, 'book', 'books')}`)
  }
  const comparison = await compareBooks(shelves, { booksAtOnce: BOOKS_COMPARED_AT_ONCE, onProgress })
  line.clear()
  return comparison
}

// Each comparison holds the lines of its book in memory while it sorts them.
const BOOKS_COMPARED_AT_ONCE = 4
const NAMED_AT_MOST = 5

const printRebuilt = ({ print }: Terminal, rebuilt: Rebuilt): void => {
  const {
    objects,
    rows,
    counted: entriesCounted,
    setAside,
    unreadableObjects,
    unreadableMerchants,
    heldBooks,
    merchantsFromRegister,
    problems,
  } = rebuilt
  print(
    `${counted(objects, 'object', 'objects')}, ${counted(rows, 'row', 'rows')}: ${counted(entriesCounted, 'entry', 'entries')} counted, ${counted(duplicatesIn(rebuilt), 'duplicate', 'duplicates')}, ${digits(setAside)} set aside.`,
  )
  if (merchantsFromRegister.length > 0) {
    const names = named(merchantsFromRegister)
    print(`No decision in the archive tells of ${names}: taken from the live register.`)
  }
  for (const { key, reason } of unreadableObjects) print(`✗ cannot read ${key}: ${reason}`)
  for (const { merchantId, reason } of unreadableMerchants) {
    print(`✗ The register cannot be read at ${merchantId}: ${reason}. Its entries are set aside in the rebuilt books.`)
  }
  for (const problem of problems) print(`✗ ${problem}`)
  print(...heldLines(heldBooks))
}

const printComparison = (
  { print }: Terminal,
  { books, totals, different, differentDays, unreadable }: Comparison,
): void => {
  print(`rebuilt  ${inWords(totals.rebuilt)}`, `live     ${inWords(totals.live)}`)
  for (const difference of different) print(...differenceLines(difference))
  for (const sentence of [...differentDays, ...unreadable]) print(`✗ ${sentence}`)
  if (unreadable.length > 0) {
    print(
      `✗ ${counted(unreadable.length, 'item', 'items')} cannot be read, and ${amongThem(different.length, 'the other books')}.`,
    )
    return
  }
  print(
    different.length === 0
      ? `✓ ${counted(books, 'book', 'books')}, and each is equal to the live one in count, sums and digest.`
      : `✗ ${amongThem(different.length, counted(books, 'book', 'books'))}.`,
    differentDays.length === 0
      ? '✓ The heads, the closed days and each of their versions are equal to the live ones.'
      : `✗ ${counted(differentDays.length, 'difference', 'differences')} in heads, closed days or their versions.`,
  )
}

const amongThem = (count: number, all: string): string =>
  `${digits(count)} of ${all} ${count === 1 ? 'differs' : 'differ'}`

const differenceLines = ({ book, rebuilt, live, ...entries }: BookDifference): readonly string[] => [
  `✗ ${bookKey(book).replace('#', ' ')}`,
  `    rebuilt  ${inWords(rebuilt.totals)}  ${rebuilt.digest}`,
  `    live     ${inWords(live.totals)}  ${live.digest}`,
  ...namedLine('missing in the archive', entries.missingInArchive),
  ...namedLine('missing in the journal', entries.missingInJournal),
  ...namedLine('with other content', entries.otherContent),
]

const namedLine = (what: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : [`    ${digits(ids.length)} ${what}: ${named(ids)}`]

const named = (ids: readonly string[]): string => {
  const more = ids.length - NAMED_AT_MOST
  return `${ids.slice(0, NAMED_AT_MOST).join(', ')}${more > 0 ? ` and ${digits(more)} more` : ''}`
}

const inWords = (totals: Totals): string =>
  `${counted(totals.entryCount, 'entry', 'entries')}, credits ${digits(totals.creditsMinor)}, debits ${digits(totals.debitsMinor)}, net ${digits(netMinor(totals))}`

if (import.meta.main) await runCommand(rebuild, USAGE)
