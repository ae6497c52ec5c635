/** `npm run verify-journal`: walks the hash chains of books and says where one breaks. */
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { useRunningSystemOrAws } from '#infra/local/running-system'
import { openDaysBefore } from '#ledger/head'
import { CLIENT_ID_RULE, parseBusinessDay, parseMerchantId, type BookId } from '#ledger/identifiers'
import { everyListed } from '#ledger/listed'
import type { Heads, Journal, Merchants } from '#ledger/ports'
import type { Result } from '#ledger/result'
import { verifyBook, type BrokenBook, type WholeBook } from '#processors/journal/verify-book'
import { readSettings } from '#infra/settings'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import type { Terminal } from './terminal.ts'

export const USAGE = `npm run verify-journal -- --merchant M --day D
npm run verify-journal -- --merchant M
npm run verify-journal -- --all

  --merchant, --day   the book; without a day, every open book of the merchant
  --all               every open book of every merchant
  --json              a line of JSON for each book

Exit code: 0 whole, 1 broken, 2 wrong arguments, 3 no system runs or answers.`

export type JournalStore = {
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly heads: Pick<Heads, 'read'>
  readonly merchants: Pick<Merchants, 'find' | 'list'>
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
    // The chain of an unknown merchant is empty and would pass as whole.
    if (merchantId !== undefined && (await store.merchants.find(merchantId)) === undefined) {
      throw new UsageError(`No merchant is registered as ${merchantId}. Check --merchant.`)
    }
    const books = 'day' in wanted ? [wanted] : openBooks(store, wanted)
    return await verifyAll(store, books, reporter(terminal, values.json))
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

/** The open books that the heads list, of one merchant or of all. */
async function* openBooks({ heads, merchants }: JournalStore, { merchantId }: { merchantId?: BookId['merchantId'] }) {
  const found = merchantId === undefined ? everyListed(merchants.list) : [{ merchantId }]
  for await (const { merchantId } of found) {
    for (const day of openDaysBefore(await heads.read(merchantId))) yield { merchantId, day }
  }
}

const verifyAll = async (
  { journal }: JournalStore,
  books: Iterable<BookId> | AsyncIterable<BookId>,
  report: Reporter,
): Promise<Exit> => {
  let broken = 0
  for await (const book of books) {
    const verified = await verifyBook(journal, book)
    report.book(book, verified)
    if (!verified.ok) broken += 1
  }
  report.end()
  return broken === 0 ? EXIT.done : EXIT.refused
}

type Reporter = { book(book: BookId, verified: Result<WholeBook, BrokenBook>): void; end(): void }

const reporter = ({ print, printJson, complain }: Terminal, json: boolean): Reporter => {
  const counted = { books: 0, segments: 0, entries: 0, broken: 0 }
  return {
    book(book, verified) {
      counted.books += 1
      if (verified.ok) {
        counted.segments += verified.value.segments
        counted.entries += verified.value.entries
      } else counted.broken += 1
      const said = verified.ok ? { whole: true, ...verified.value } : { whole: false, ...verified.error }
      if (json) printJson({ ...book, ...said })
      else print(...linesOf(book, verified))
      // Shows the person who waits that the command is alive. The results are printed, not complained.
      if (counted.books % PROGRESS_EVERY === 0) complain(`… ${counted.books} books, ${counted.entries} entries`)
    },
    end() {
      const { books, segments, entries, broken } = counted
      complain(
        `${books} books, ${segments} segments, ${entries} entries: ${broken === 0 ? 'whole' : `${broken} broken`}`,
      )
    },
  }
}

const PROGRESS_EVERY = 100

const linesOf = ({ merchantId, day }: BookId, verified: Result<WholeBook, BrokenBook>): readonly string[] => {
  if (verified.ok) {
    const { segments, entries, hash, digest } = verified.value
    return [
      `${merchantId} ${day}  whole: ${segments} segments, ${entries} entries, hash ${hash ?? 'none'}, digest ${digest}`,
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
    merchants: dynamoMerchants(client, tables.merchants),
  }
}

if (import.meta.main) await runCommand(verifyJournal(runningStore), USAGE)
