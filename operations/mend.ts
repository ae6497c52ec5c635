/** `npm run rebuild -- --merchant M --day D`: mends a broken book from the archive, when an operator confirms it. */
import type { Entry } from '#ledger/entry'
import { parseBusinessDay, parseEntryId, parseMerchantId, type BookId, type EntryId } from '#ledger/identifiers'
import { netMinor, type Totals } from '#ledger/money'
import type { Result } from '#ledger/result'
import { mendBook } from '#processors/mend/mend-book'
import { planMending, type MendPlan, type MendRefusal, type MendWorld } from '#processors/mend/plan-mending'
import { EXIT, UsageError, type Exit } from './command.ts'
import { counted, digits, table, type Terminal } from './terminal.ts'

export type MendArguments = {
  readonly merchant?: string | undefined
  readonly day?: string | undefined
  readonly without?: readonly string[] | undefined
  readonly yes: boolean
}

type Mend = { readonly book: BookId; readonly without: ReadonlySet<EntryId>; readonly yes: boolean }

export const mendOf = ({ merchant, day, without = [], yes }: MendArguments): Mend => {
  const merchantId = valueOf(merchant, parseMerchantId, (text) => `${text} is not a merchant's id. Check --merchant.`)
  const businessDay = valueOf(day, parseBusinessDay, (text) => `${text} is not a day. Write it like 2026-11-20.`)
  const ids = without.map((text) =>
    valueOf(text, parseEntryId, () => `${text} is not the id of an entry. Check --without.`),
  )
  if (merchantId === undefined || businessDay === undefined)
    throw new UsageError(
      'A book is named by --merchant and --day together. Without both, all books are rebuilt and compared.',
    )
  return { book: { merchantId, day: businessDay }, without: new Set(ids.filter((id) => id !== undefined)), yes }
}

/** What an argument says; undefined when it is not given. */
const valueOf = <T>(
  text: string | undefined,
  parse: (text: string) => Result<T, string>,
  refusal: (text: string) => string,
): T | undefined => {
  if (text === undefined) return undefined
  const value = parse(text)
  if (!value.ok) throw new UsageError(refusal(text))
  return value.value
}

export type MendOptions = {
  readonly deliveryMs: number
  /** Asks a person whether to switch; false when there is none to ask. */
  readonly confirm: (book: BookId) => Promise<boolean>
}

/** Compares, shows, and switches when it is confirmed. */
export const mendShowing = async (
  world: MendWorld,
  { book, without, yes }: Mend,
  { deliveryMs, confirm }: MendOptions,
  terminal: Terminal,
): Promise<Exit> => {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const onWait = () =>
      terminal.complain(
        `Waiting until the archive shows all that was accepted, at most ${digits(deliveryMs / 1_000)} s …`,
      )
    const plan = await planMending(world, { book, without, deliveryMs, onWait })
    if (!plan.ok) {
      terminal.print(...refusalLines(book, plan.error))
      return EXIT.refused
    }
    terminal.print(...planLines(plan.value))
    if (!yes && !(await confirm(book))) {
      terminal.print('Nothing was changed. To switch, run the command again with --yes.')
      return EXIT.refused
    }
    const mending = await mendBook(world, plan.value)
    switch (mending.status) {
      case 'mended': {
        const { generation, segments, hash, digest } = mending.chain
        const sums = `${counted(segments, 'segment', 'segments')}, hash ${hash}, digest ${digest}`
        terminal.print(
          `✓ ${nameOf(book)} is mended: generation ${generation}, ${sums}.`,
          `The broken chain is kept as it was. Check the book: npm run verify-journal -- ${optionsOf(book)}`,
        )
        return EXIT.done
      }
      case 'not-marked':
        terminal.print(...refusalLines(book, { why: 'not-marked' }))
        return EXIT.refused
      case 'moved':
        terminal.complain('The broken book got new segments meanwhile, so nothing was switched.')
    }
    // What a person confirmed was another comparison.
    if (!yes) break
  }
  terminal.print(
    `✗ ${nameOf(book)} is not mended, because entries keep coming. Run the command again when the shop is quiet.`,
  )
  return EXIT.refused
}

const MAX_ROUNDS = 3

const planLines = ({ book, chain, totals, undecided, unread, ...difference }: MendPlan): readonly string[] => [
  `${nameOf(book)}: the broken chain ends in segment ${chain.last}.`,
  ...chain.unreadable.map(({ number, detail }) => `    segment ${number} cannot be read: ${detail}`),
  ...(chain.missing.length > 0 ? [`    missing: ${named(chain.missing.map((number) => `segment ${number}`))}`] : []),
  ...unreadLines(unread).map((line) => `    ${line}`),
  '',
  ...table(
    ['', 'entries', 'credits', 'debits', 'net'],
    [
      totals.before === undefined ? ['before', '?', '?', '?', '?'] : totalsRow('before', totals.before),
      totalsRow('after', totals.after),
    ],
  ),
  '',
  ...differenceLines(difference),
  ...undecided.map(
    (entry) => `… ${entry.entryId} came after the close, and is decided when it is delivered again: ${inWords(entry)}`,
  ),
]

const unreadLines = (books: readonly BookId[]): readonly string[] =>
  books.map(
    (book) =>
      `the book of ${book.day} cannot be read, and may have passed late entries on to this one that no event tells of: ` +
      `mend it first, with npm run rebuild -- ${optionsOf(book)}`,
  )

const differenceLines = ({
  appearing,
  disappearing,
  differing,
}: Pick<MendPlan, 'appearing' | 'disappearing' | 'differing'>): readonly string[] =>
  appearing.length + disappearing.length + differing.length === 0
    ? ['The entries are the same. Only the chain is made again.']
    : [
        ...entryLines('appears', appearing),
        ...entryLines('disappears', disappearing),
        ...differing.map(({ before, after }) => `~ ${before.entryId} differs: ${inWords(before)} → ${inWords(after)}`),
      ]

const totalsRow = (name: string, totals: Totals): readonly string[] => [
  name,
  digits(totals.entryCount),
  digits(totals.creditsMinor),
  digits(totals.debitsMinor),
  digits(netMinor(totals)),
]

const entryLines = (what: 'appears' | 'disappears', entries: readonly Entry[]): readonly string[] =>
  entries.map((entry) => `${what === 'appears' ? '+' : '-'} ${entry.entryId} ${what}: ${inWords(entry)}`)

const inWords = ({ direction, amountMinor, occurredAtMs, businessDay }: Entry): string =>
  `${direction} ${digits(amountMinor)}, ${new Date(occurredAtMs).toISOString()}, day ${businessDay}`

const refusalLines = (book: BookId, refusal: MendRefusal): readonly string[] => {
  const lines = reasonLines(book, refusal)
  return [`✗ ${nameOf(book)} is not mended: ${lines[0] ?? ''}`, ...lines.slice(1).map((line) => `    ${line}`)]
}

const reasonLines = (book: BookId, refusal: MendRefusal): readonly string[] => {
  switch (refusal.why) {
    case 'unknown-merchant':
      return ['no merchant is registered under this id. Check --merchant.']
    case 'not-marked':
      return [
        'it is not marked as broken.',
        `npm run verify-journal -- ${optionsOf(book)} says whether it is whole, and marks it when it is broken.`,
      ]
    case 'no-segments':
      return ['it has no segment left.', 'npm run replay -- --from T --source archive counts its entries again.']
    case 'misled':
      return [
        'an item that leads from an earlier chain of this book to the good one is gone or was altered.',
        `npm run verify-journal -- ${optionsOf(book)} names it. Put back that item of the table journal from a restored table.`,
      ]
    case 'damaged-meanwhile':
      return ['a segment was damaged while the archive was awaited. Run the command again.']
    case 'behind':
      return [
        `the consumer of the archive is behind on shard ${refusal.behind.shardId}. Run the command again when it has caught up.`,
      ]
    case 'unreadable':
      return [
        'the archive cannot be read whole, so the good chain might lack entries:',
        ...refusal.objects.map(({ key, reason }) => `${key}: ${reason}`),
      ]
    case 'only-in-chain':
      return [
        `${counted(refusal.entries.length, 'entry counts', 'entries count')} only in the broken chain, and the archive has none of them:`,
        ...refusal.entries.map((entry) => `${entry.entryId}: ${inWords(entry)}`),
        'Entries of the last minutes may be on their way into the archive: run the command again later.',
        'An entry that the archive will never have stays out of the book only if you name it: --without ID.',
      ]
    case 'late-entries-lacking':
      return [
        `late entries are told of, and the archive does not have them: ${named(refusal.entryIds)}.`,
        'npm run reconcile for the days of their own says more.',
      ]
    case 'not-countable':
      return [
        `the book cannot take these entries of the archive by its rules, and none of them waits in quarantine: ${named(refusal.entryIds)}.`,
      ]
    case 'seals-differ':
      return [
        'the table days, the objects of its seals and the archive do not say the same of what was issued:',
        ...refusal.faults,
        'docs/operations.md, "a seal is missing or differs", says what to do. Only the chain of a book is mended by this command.',
      ]
    case 'not-as-sealed':
      return [
        'the archive does not have what was sealed, so it was altered, or an entry is missing in it:',
        ...table(
          ['', 'entries', 'credits', 'debits', 'net'],
          refusal.versions.flatMap(({ version, sealed, archived, isSame }) => [
            totalsRow(`version ${version}, sealed`, sealed),
            totalsRow(isSame ? 'archive, the same' : 'archive, differs', archived),
          ]),
        ),
        'Beside the segments of the chain that can be read:',
        ...differenceLines(refusal),
        ...unreadLines(refusal.unread),
      ]
    case 'other-books-unread':
      return [
        `these entries came after the close, and books that cannot be read may count them: ${named(refusal.entryIds)}.`,
        ...refusal.books.map((other) => `Mend this one first: npm run rebuild -- ${optionsOf(other)}`),
      ]
  }
}

const NAMED_AT_MOST = 20

const named = (ids: readonly string[]): string => {
  const more = ids.length - NAMED_AT_MOST
  return `${ids.slice(0, NAMED_AT_MOST).join(', ')}${more > 0 ? ` and ${digits(more)} more` : ''}`
}

const nameOf = ({ merchantId, day }: BookId): string => `${merchantId} ${day}`
const optionsOf = ({ merchantId, day }: BookId): string => `--merchant ${merchantId} --day ${day}`
