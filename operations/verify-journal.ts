/** `npm run verify-journal`: walks the hash chains of books and says where one breaks. */
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoDays } from '#adapters/days/dynamo-days'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { useRunningSystemOrAws } from '#infra/local/running-system'
import { daysWithBooks } from '#ledger/days-with-books'
import { CLIENT_ID_RULE, parseBusinessDay, parseMerchantId, type BookId, type MerchantId } from '#ledger/identifiers'
import { everyListed } from '#ledger/listed'
import { UnknownFormat, type Days, type Heads, type Journal, type Merchants } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import { verifyBook, type BrokenBook, type WholeBook } from '#processors/journal/verify-book'
import { readSettings } from '#infra/settings'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import { counted, type Terminal } from './terminal.ts'

export const USAGE = `npm run verify-journal -- --merchant M --day D
npm run verify-journal -- --merchant M
npm run verify-journal -- --all

  --merchant, --day   the book; without a day, every book of the merchant in which some entry counts
  --all               the same of every merchant
  --json              a line of JSON for each book

An item that cannot be read is named, and the command goes on.

Exit code: 0 whole, 1 broken or not readable, 2 wrong arguments, 3 no system runs or answers.`

export type JournalStore = {
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly heads: Pick<Heads, 'read'>
  readonly days: Pick<Days, 'closed' | 'restatements'>
  readonly merchants: Pick<Merchants, 'find' | 'items'>
}

/** The command over a store. The store is opened only for arguments that make sense. */
export const verifyJournal =
  (openStore: () => JournalStore): Command =>
  async (args, terminal) => {
    const { values } = readArguments(args, {
      options: {
        merchant: { type: 'string' },
        day: { type: 'string' },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const wanted = wantedOf(values)
    const store = openStore()
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
    return await verifyAll(store, books, report)
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

const verifyAll = async (
  { journal }: JournalStore,
  books: Iterable<BookId> | AsyncIterable<BookId>,
  report: Reporter,
): Promise<Exit> => {
  for await (const book of books) report.book(book, await verifyBook(journal, book))
  return report.end()
}

type Item = 'merchant' | 'head'

type Reporter = {
  book(book: BookId, verified: Result<WholeBook, BrokenBook>): void
  /** An item of the merchant, other than a segment, that cannot be read. */
  unreadable(merchantId: MerchantId, item: Item, detail: string): void
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
      const said = verified.ok ? { whole: true, ...verified.value } : { whole: false, ...verified.error }
      if (json) printJson({ ...book, ...said })
      else print(...linesOf(book, verified))
      // Shows the person who waits that the command is alive. The results are printed, not complained.
      if (seen.books % PROGRESS_EVERY === 0) complain(`… ${counts()}`)
    },
    unreadable(merchantId, item, detail) {
      seen.unreadable += 1
      if (json) printJson({ merchantId, whole: false, unreadable: item, detail })
      else print(`${merchantId}  UNREADABLE ${item}:`, `    ${detail}`)
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

const linesOf = ({ merchantId, day }: BookId, verified: Result<WholeBook, BrokenBook>): readonly string[] => {
  if (verified.ok) {
    const { segments, entries, hash, digest } = verified.value
    return [
      `${merchantId} ${day}  whole: ${counted(segments, 'segment', 'segments')}, ${counted(entries, 'entry', 'entries')}, hash ${hash ?? 'none'}, digest ${digest}`,
    ]
  }
  const { segment, faults } = verified.error
  return [
    `${merchantId} ${day}  BROKEN at segment ${segment}:`,
    ...faults.map(({ what, detail }) => `    ${what}: ${detail}`),
  ]
}

const runningStore = (): JournalStore => {
  if (process.env['AWS_ENDPOINT_URL_DYNAMODB'] === undefined) useRunningSystemOrAws()
  const { tables } = readSettings()
  const client = documentClient()
  return {
    journal: dynamoJournal(client, tables.journal),
    heads: dynamoHeads(client, tables.days),
    days: dynamoDays(client, tables.days),
    merchants: dynamoMerchants(client, tables.merchants),
  }
}

if (import.meta.main) await runCommand(verifyJournal(runningStore), USAGE)
