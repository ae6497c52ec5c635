/** `npm run verify-journal`: walks the hash chains of books, compares them with their seals, and says where one breaks. */
import { writeFileSync } from 'node:fs'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoBooks } from '#adapters/transactions/dynamo-books'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { useRunningSystemOrAws } from '#infra/local/running-system'
import { daysWithBooks } from '#ledger/days-with-books'
import { CLIENT_ID_RULE, parseBusinessDay, parseMerchantId, type BookId, type MerchantId } from '#ledger/identifiers'
import { everyListed } from '#ledger/listed'
import {
  UnknownFormat,
  type Days,
  type Generations,
  type Heads,
  type Journal,
  type Merchants,
  type Transactions,
} from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { Generation } from '#ledger/segment'
import { s3Seals } from '#adapters/seals/s3-seals'
import { s3Client } from '#adapters/aws/s3'
import { markAsBroken, markAsWhole } from '#processors/mark-book'
import { exportedBook } from '#processors/seals/exported-book'
import { verifySealedBook, type FaultyBook, type SealedBook } from '#processors/seals/verify-sealed-book'
import { compareWithSeals, sealsOfMerchant, type MerchantSeals, type SealWorld } from '#processors/seals/verify-seals'
import { readSettings } from '#infra/settings'
import { jsonText } from '#wire/json/json'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import { counted, type Terminal } from './terminal.ts'

export const USAGE = `npm run verify-journal -- --merchant M --day D
npm run verify-journal -- --merchant M
npm run verify-journal -- --all
npm run verify-journal -- --merchant M --day D --export [FILE]
npm run verify-journal -- --merchant M --day D --generation G

  --merchant, --day   the book; without a day, every book of the merchant in which some entry counts
  --all               the same of every merchant
  --leave-marks       marks no book as broken or whole, and so only reads
  --generation        the chain of a mended book that was superseded: 0 is the one that the book began with. Marks stay as they are
  --json              a line of JSON for each book
  --export            writes the book with its hashes and seals into a file that docs/vectors/verify.py checks without Daybook;
                      the file is new, and named after the book unless FILE is given

An item that cannot be read is named, and the command goes on.

Exit code: 0 whole, 1 broken or not readable, 2 wrong arguments, 3 no system runs or answers.`

export type JournalStore = {
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly generations: Generations
  readonly heads: Pick<Heads, 'read'>
  readonly days: Pick<Days, 'closed' | 'restatements'>
  readonly seals: SealWorld['seals']
  readonly clock: SealWorld['clock']
  /** What marks are written by; undefined when they are left as they are. */
  readonly transactions: Transactions | undefined
  readonly merchants: Pick<Merchants, 'find' | 'items'>
}

/** The command over a store. The store is opened only for arguments that make sense. */
export const verifyJournal =
  (openStore: () => JournalStore): Command =>
  async (args, terminal) => {
    const { values, positionals } = readArguments(args, {
      allowPositionals: true,
      options: {
        export: { type: 'boolean', default: false },
        generation: { type: 'string' },
        'leave-marks': { type: 'boolean', default: false },
        merchant: { type: 'string' },
        day: { type: 'string' },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const wanted = wantedOf(values)
    const file = exportFile(wanted, values.export, positionals)
    const generation = generationIn(values.generation, wanted)
    const opened = values['leave-marks'] || generation !== undefined ? leavingMarks(openStore()) : openStore()
    const store = generation === undefined ? opened : { ...opened, journal: opened.generations(generation) }
    const { merchantId } = wanted
    const report = reporter(terminal, values.json)
    // The chain of an unknown merchant is empty and would pass as whole.
    if (merchantId !== undefined) {
      const found = await unlessUnreadable(() => store.merchants.find(merchantId))
      if (!found.ok) report.unreadable(merchantId, 'merchant', found.error)
      else if (found.value === undefined) {
        throw new UsageError(`No merchant is registered as ${merchantId}. Check --merchant.`)
      }
    }
    const books = 'day' in wanted ? [wanted] : booksOf(store, wanted, report)
    return await verifyAll(store, books, report, file)
  }

/** The generation of a book to look at; undefined for the one that counts. */
const generationIn = (text: string | undefined, wanted: Wanted): Generation | undefined => {
  if (text === undefined) return undefined
  if (!('day' in wanted)) throw new UsageError('--generation is of one book: name it with --merchant and --day.')
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`${text} is not a generation. Write a number from 0 on.`)
  return Number(text)
}

/** The file to export to; undefined without `--export`. */
const exportFile = (wanted: Wanted, isExport: boolean, [file, ...more]: readonly string[]): string | undefined => {
  if (!isExport && file === undefined) return undefined
  if (!isExport || more.length > 0)
    throw new UsageError(`${(isExport ? more[0] : file) ?? ''} has no meaning here. A file is named after --export.`)
  if (!('day' in wanted)) throw new UsageError('--export writes one book: name it with --merchant and --day.')
  // A merchant's id may have a colon in it, which some file systems refuse.
  return file ?? `${wanted.merchantId.replaceAll(':', '_')}.${wanted.day}.book.json`
}

type Wanted = BookId | { readonly merchantId?: BookId['merchantId'] }

const wantedOf = (given: { merchant?: string | undefined; day?: string | undefined; all: boolean }): Wanted => {
  if (given.all) {
    if (given.merchant !== undefined || given.day !== undefined)
      throw new UsageError('--all is for every merchant: leave out --merchant and --day.')
    return {}
  }
  if (given.merchant === undefined)
    throw new UsageError('Missing --merchant: the id of a merchant. Write --all for every merchant.')
  const merchantId = parseMerchantId(given.merchant)
  if (!merchantId.ok) throw new UsageError(`${given.merchant} is not a merchant's id: an id ${CLIENT_ID_RULE}.`)
  if (given.day === undefined) return { merchantId: merchantId.value }
  const day = parseBusinessDay(given.day)
  if (!day.ok) throw new UsageError(`${given.day} is not a day. Write it like 2026-11-20.`)
  return { merchantId: merchantId.value, day: day.value }
}

/** The open and the closed books of one merchant or of all. Goes on past an item that cannot be read. */
async function* booksOf(
  { heads, days, merchants }: JournalStore,
  { merchantId }: { merchantId?: MerchantId },
  report: Reporter,
) {
  for await (const { merchantId: id, merchant } of merchantId === undefined
    ? everyListed(merchants.items)
    : [{ merchantId, merchant: ok(undefined) }]) {
    if (!merchant.ok) report.unreadable(id, 'merchant', `The register cannot be read at ${id}: ${merchant.error}.`)
    const found = await unlessUnreadable(() => daysWithBooks({ heads, days }, id))
    if (found.ok) for (const day of found.value) yield { merchantId: id, day }
    else report.unreadable(id, 'head', `${found.error} Name each of its books with --day.`)
  }
}

/** What is read, or the words of the item that cannot be read. A failure that may heal is thrown. */
const unlessUnreadable = async <T>(read: () => Promise<T>): Promise<Result<T, string>> => {
  try {
    return ok(await read())
  } catch (error) {
    if (error instanceof UnknownFormat) return refuse(error.message)
    throw error
  }
}

/** Books of one merchant come one after the other, so its seals are read once. */
const verifyAll = async (
  store: JournalStore,
  books: Iterable<BookId> | AsyncIterable<BookId>,
  report: Reporter,
  exportTo?: string,
): Promise<Exit> => {
  let known: { readonly merchantId: MerchantId; readonly seals: MerchantSeals } | undefined
  for await (const book of books) {
    const { merchantId } = book
    if (known?.merchantId !== merchantId) known = { merchantId, seals: await sealsToCompare(store, merchantId, report) }
    const { found: verified, seals } = await verifyAndMark(store, book, known.seals, report)
    report.book(book, verified)
    if (exportTo === undefined) continue
    if (verified.ok) writeExport(exportTo, await exportedBook(store.journal, book, verified.value, seals.of(book.day)))
    report.exported(verified.ok ? exportTo : undefined)
  }
  return report.end()
}

/** The same store, in which no mark is set or taken away. */
const leavingMarks = (store: JournalStore): JournalStore => ({ ...store, transactions: undefined })

/** Verifies a book, and marks it as broken or takes the mark from it. */
const verifyAndMark = async (
  store: JournalStore,
  book: BookId,
  known: MerchantSeals,
  report: Reporter,
): Promise<{ readonly found: Result<SealedBook, FaultyBook>; readonly seals: MerchantSeals }> => {
  const { heads, journal, transactions } = store
  let head = await unlessUnreadable(() => heads.read(book.merchantId))
  const compared = await compareWithSeals(store, book, known, async (seals) => {
    if (seals !== known) head = await unlessUnreadable(() => heads.read(book.merchantId))
    const found = await verifySealedBook(store, book, seals)
    // Where the seals cannot be read, that was reported, and looking again would change nothing.
    return { isSame: found.ok || known === NO_SEALS, found }
  })
  const { found } = compared
  // The mark stands in the head. When it cannot be read, that was reported.
  if (!head.ok || transactions === undefined) return compared
  if (!found.ok && found.error.isBroken)
    await markAsBroken({ heads, journal, transactions }, book, found.error.generation)
  else if ((await markAsWhole({ transactions }, book, head.value)) === 'stays') report.stillMarked(book)
  return compared
}

const writeExport = (file: string, book: Awaited<ReturnType<typeof exportedBook>>): void => {
  try {
    writeFileSync(file, `${jsonText(book)}\n`, { flag: 'wx' })
  } catch (error) {
    throw new UsageError(
      `The book cannot be written to ${file}: ${(error as Error).message}. Name another file after --export.`,
    )
  }
}

/** The seals of a merchant. When the items cannot be read, there are none to compare with, which is reported. */
const sealsToCompare = async (
  store: JournalStore,
  merchantId: MerchantId,
  report: Reporter,
): Promise<MerchantSeals> => {
  const seals = await unlessUnreadable(() => sealsOfMerchant(store, merchantId))
  if (!seals.ok) report.unreadable(merchantId, 'days', `${seals.error} Its books are compared with no seals.`)
  else for (const fault of seals.value.faults) report.broken(merchantId, fault)
  return seals.ok ? seals.value : NO_SEALS
}

const NO_SEALS: MerchantSeals = { of: () => [], faults: [], revision: 0 }

type Item = 'merchant' | 'head' | 'days'

type Reporter = {
  book(book: BookId, verified: Result<SealedBook, FaultyBook>): void
  /** The book is whole, and its mark could not be taken away because its merchant's head changed meanwhile. */
  stillMarked(book: BookId): void
  /** The closed days of the merchant are not what its seals say. */
  broken(merchantId: MerchantId, detail: string): void
  /** An item of the merchant, other than a segment, that cannot be read. */
  unreadable(merchantId: MerchantId, item: Item, detail: string): void
  /** Where the book was written to; undefined when it was not, because it is broken. */
  exported(file: string | undefined): void
  end(): Exit
}

const reporter = ({ print, printJson, complain }: Terminal, json: boolean): Reporter => {
  const seen = { books: 0, segments: 0, entries: 0, broken: 0, unreadable: 0 }
  return {
    book(book, verified) {
      seen.books += 1
      if (verified.ok) {
        seen.segments += verified.value.segments
        seen.entries += verified.value.entries
      } else seen.broken += 1
      const said = verified.ok ? wholeJson(verified.value) : { whole: false, ...verified.error }
      if (json) printJson({ ...book, ...said })
      else print(...linesOf(book, verified))
      // Shows the person who waits that the command is alive. The results are printed, not complained.
      if (seen.books % PROGRESS_EVERY === 0) complain(`… ${counts()}`)
    },
    stillMarked({ merchantId, day }) {
      complain(
        `${merchantId} ${day} is whole and still marked as broken, because books were opened meanwhile. Run this again.`,
      )
    },
    broken(merchantId, detail) {
      seen.broken += 1
      if (json) printJson({ merchantId, whole: false, faults: [{ what: 'seal', detail }] })
      else print(`${merchantId}  BROKEN seals:`, `    ${detail}`)
    },
    unreadable(merchantId, item, detail) {
      seen.unreadable += 1
      if (json) printJson({ merchantId, whole: false, unreadable: item, detail })
      else print(`${merchantId}  UNREADABLE ${item}:`, `    ${detail}`)
    },
    exported(file) {
      complain(
        file === undefined
          ? 'A broken book is not exported.'
          : `Written to ${file}. To check it without Daybook: python3 docs/vectors/verify.py --book ${file}`,
      )
    },
    end() {
      const { broken, unreadable } = seen
      const found = [
        ...(broken > 0 ? [`${broken} broken`] : []),
        ...(unreadable > 0 ? [counted(unreadable, 'item cannot be read', 'items cannot be read')] : []),
      ]
      complain(`${counts()}: ${found.join(', ') || 'whole'}`)
      return found.length === 0 ? EXIT.done : EXIT.refused
    },
  }

  function counts(): string {
    const { books, segments, entries } = seen
    return [
      counted(books, 'book', 'books'),
      counted(segments, 'segment', 'segments'),
      counted(entries, 'entry', 'entries'),
    ].join(', ')
  }
}

const PROGRESS_EVERY = 100

const wholeJson = ({ issued: _issued, lastSegment: _lastSegment, ...book }: SealedBook) => ({ whole: true, ...book })

const linesOf = ({ merchantId, day }: BookId, verified: Result<SealedBook, FaultyBook>): readonly string[] => {
  if (verified.ok) {
    const { segments, entries, hash, digest, versions, notYetKept } = verified.value
    const sealed = versions.length === 0 ? [] : [`seals of ${versionsText(versions)}`]
    const sums = [counted(segments, 'segment', 'segments'), counted(entries, 'entry', 'entries')]
    return [
      `${merchantId} ${day}  whole: ${[...sums, `hash ${hash ?? 'none'}`, `digest ${digest}`, ...sealed].join(', ')}`,
      ...(notYetKept.length === 0
        ? []
        : [`    the seal of ${versionsText(notYetKept)} is not kept yet, as of a close of this hour`]),
    ]
  }
  const { segment, faults } = verified.error
  return [
    `${merchantId} ${day}  BROKEN at segment ${segment}:`,
    ...faults.map(({ what, detail }) => `    ${what}: ${detail}`),
  ]
}

const versionsText = (versions: readonly number[]): string =>
  versions.length === 1 ? `version ${versions[0]}` : `versions ${versions.join(', ')}`

const runningStore = (): JournalStore => {
  const { AWS_ENDPOINT_URL_DYNAMODB: store, AWS_ENDPOINT_URL_S3: s3 } = process.env
  if (store === undefined || s3 === undefined) useRunningSystemOrAws()
  const { tables, sealBucket } = readSettings()
  const client = documentClient()
  return {
    ...dynamoBooks(client, tables),
    merchants: dynamoMerchants(client, tables.merchants),
    seals: s3Seals(s3Client(), sealBucket),
    clock: Date.now,
  }
}

if (import.meta.main) await runCommand(verifyJournal(runningStore), USAGE)
