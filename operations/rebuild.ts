/** `npm run rebuild`: builds all books from the archive alone, and proves them equal to the live ones. */
import { parquetArchiveObjects } from '#adapters/archive-objects/parquet-archive-objects'
import { s3ObjectStore } from '#adapters/archive-objects/s3-object-store'
import { s3Client } from '#adapters/aws/s3'
import { documentClient } from '#adapters/aws/dynamodb'
import { useNamedOrRunningSystem } from '#infra/local/running-system'
import { bookKey } from '#ledger/identifiers'
import { netMinor, type Totals } from '#ledger/money'
import { compareBooks, type BookDifference, type Comparison } from '#processors/rebuild/compare-books'
import type { RecorderLimits } from '#processors/rebuild/book-recorder'
import { rebuildBooks, type Rebuilt, type RebuildParts } from '#processors/rebuild/rebuild-books'
import { readSettings } from '#infra/settings'
import { booksInStore } from './books-in-store.ts'
import { readArguments, runCommand, type Command } from './command.ts'
import { interruption } from './interruption.ts'
import { progressLine, rate } from './progress.ts'
import { deleteTables, provisionRebuild } from './rebuild-tables.ts'

const USAGE = `npm run rebuild [-- --keep]
  Builds every book from the archive into empty tables and compares each with the live one.
  --keep   leaves those tables where they are; otherwise they are deleted in the end
Exit code 0 when all objects were read and all books are equal, 1 when not, 3 when nothing answers or it was stopped.`

const rebuild: Command = async (args) => {
  const { keep } = readArguments(args, { options: { keep: { type: 'boolean', default: false } } }).values
  useNamedOrRunningSystem()
  const settings = readSettings()
  const stopped = interruption()
  // A rebuild is long: what the store refuses at the moment is worth waiting for.
  const client = documentClient({ maxAttempts: 10 })
  const archive = parquetArchiveObjects(s3ObjectStore(s3Client(), settings.archiveBucket))
  const tables = await provisionRebuild(client, Date.now())
  const [rebuilt, live] = [booksInStore(client, tables), booksInStore(client, settings.tables)]
  const limits = { booksAtOnce: settings.booksAtOnce, cacheBytes: settings.bookCacheBytes }
  try {
    const result = await rebuildShowing({ archive, rebuilt, register: live.merchants }, limits, stopped)
    printRebuilt(result)
    const comparison = await compareShowing({ rebuilt, live }, stopped)
    printComparison(comparison)
    return result.unreadableObjects.length + comparison.different.length === 0 ? 0 : 1
  } finally {
    if (keep) console.log(`The rebuilt books stand in the tables ${Object.values(tables).join(', ')}.`)
    else await deleteTables(client, tables)
  }
}

const rebuildShowing = async (parts: RebuildParts, limits: RecorderLimits, stopped: AbortSignal): Promise<Rebuilt> => {
  const [line, speed] = [progressLine(), rate()]
  const result = await rebuildBooks(parts, limits, ({ doneBytes, allBytes, entries }) => {
    stopped.throwIfAborted()
    line.show(doneBytes / allBytes, `rebuilding: ${speed(entries, 'entries')}`)
  })
  line.clear()
  stopped.throwIfAborted()
  console.log(`Read ${speed(result.entries, 'entries')}.`)
  return result
}

const compareShowing = async (
  shelves: Parameters<typeof compareBooks>[0],
  stopped: AbortSignal,
): Promise<Comparison> => {
  const [line, speed] = [progressLine(), rate()]
  const onProgress = (books: number, all: number) => {
    stopped.throwIfAborted()
    line.show(books / all, `comparing: ${speed(books, 'books')}`)
  }
  const comparison = await compareBooks(shelves, { booksAtOnce: BOOKS_COMPARED_AT_ONCE, onProgress })
  line.clear()
  return comparison
}

// Each holds the lines of its book while they are sorted.
const BOOKS_COMPARED_AT_ONCE = 4
const NAMED_AT_MOST = 5

const printRebuilt = (rebuilt: Rebuilt): void => {
  const { objects, rows, entries, counted, setAside, unreadableObjects, merchantsFromRegister } = rebuilt
  const duplicates = entries - counted - setAside
  console.log(
    `${n(objects)} objects, ${n(rows)} rows: ${n(counted)} entries counted, ${n(duplicates)} duplicates, ${n(setAside)} set aside.`,
  )
  if (merchantsFromRegister.length > 0) {
    const names = named(merchantsFromRegister)
    console.log(`No decision in the archive tells of ${names}: taken from the live register.`)
  }
  for (const { key, reason } of unreadableObjects) console.log(`✗ cannot read ${key}: ${reason}`)
}

const printComparison = ({ books, totals, different }: Comparison): void => {
  console.log(`rebuilt  ${inWords(totals.rebuilt)}\nlive     ${inWords(totals.live)}`)
  for (const difference of different) console.log(differenceText(difference))
  console.log(
    different.length === 0
      ? `✓ ${n(books)} books, and each is equal to the live one in count, sums and digest.`
      : `✗ ${n(different.length)} of ${n(books)} books differ.`,
  )
}

const differenceText = ({ book, rebuilt, live, ...entries }: BookDifference): string =>
  [
    `✗ ${bookKey(book).replace('#', ' ')}`,
    `    rebuilt  ${inWords(rebuilt.totals)}  ${rebuilt.digest}`,
    `    live     ${inWords(live.totals)}  ${live.digest}`,
    ...namedLine('missing in the archive', entries.missingInArchive),
    ...namedLine('missing in the journal', entries.missingInJournal),
    ...namedLine('with other content', entries.otherContent),
  ].join('\n')

const namedLine = (what: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : [`    ${n(ids.length)} ${what}: ${named(ids)}`]

const named = (ids: readonly string[]): string => {
  const more = ids.length - NAMED_AT_MOST
  return `${ids.slice(0, NAMED_AT_MOST).join(', ')}${more > 0 ? ` and ${n(more)} more` : ''}`
}

const inWords = (totals: Totals): string =>
  `${n(totals.entryCount)} entries, credits ${n(totals.creditsMinor)}, debits ${n(totals.debitsMinor)}, net ${n(netMinor(totals))}`

const n = (value: number | bigint): string => value.toLocaleString('en')

await runCommand(rebuild, USAGE)
