/** `npm run verify-journal` over memory adapters, and as a process of its own. */
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { memorySeals } from '#adapters/seals/memory-seals'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import type { BookId } from '#ledger/identifiers'
import { UnknownFormat, UnreadableSegment } from '#ledger/ports'
import { refuse } from '#ledger/result'
import { USAGE, verifyJournal, type JournalStore } from '#operations/verify-journal'
import { aBookId, aMerchant, anEntry, aSealedSegment, day, merchantId } from '#test/builders'
import { closeAsItStands, closeRestThrough, restateEmpty } from '#test/closing'
import { runIn } from './run.ts'

const books = [
  aBookId(),
  aBookId({ day: day('2026-11-21') }),
  aBookId({ merchantId: merchantId('m2') }),
  aBookId({ merchantId: merchantId('m2'), day: day('2026-11-21') }),
]

/** A store with these books, of which some have a byte of their entries altered. */
const storeWith = async (...altered: readonly BookId[]): Promise<JournalStore> => {
  const { journal, generations, heads, days, transactions } = memoryBooks()
  for (const book of books) {
    const sealed = aSealedSegment({ book })
    const entries = sealed.entries.map((byte, index) => (index === 9 ? byte ^ 1 : byte))
    await heads.open(book)
    await journal.append(altered.includes(book) ? { ...sealed, entries } : sealed)
  }
  const merchants = memoryMerchants(['m1', 'm2', 'm3'].map((id) => aMerchant({ merchantId: merchantId(id) })))
  return { journal, generations, heads, days, transactions, merchants, seals: memorySeals(), clock: () => 0 }
}

const run = async (args: readonly string[], store = storeWith()) => {
  const opened = await store
  return await runIn(
    verifyJournal(() => opened),
    USAGE,
    args,
  )
}

const ONE = ['--merchant', 'm1', '--day', '2026-11-20']

test('verify-journal prints the contents of a whole book and ends with exit code 0', async () => {
  const { exit, printed, complained } = await run(ONE)
  expect(exit).toBe(0)
  expect(printed).toMatch(/^m1 2026-11-20 {2}whole: 1 segment, 1 entry, hash [0-9a-f]{64}, digest [0-9a-f]{64}$/)
  expect(complained).toBe('1 book, 1 segment, 1 entry: whole')
})

test('verify-journal takes a book without entries for whole', async () => {
  const { exit, printed } = await run(['--merchant', 'm1', '--day', '2026-12-24'])
  expect({ exit, printed }).toMatchObject({ exit: 0, printed: expect.stringContaining('hash none') as string })
})

test('verify-journal refuses a merchant that is not registered', async () => {
  const { exit, complained } = await run(['--merchant', 'm9', '--day', '2026-11-20'])
  expect(exit).toBe(2)
  expect(complained).toContain('No merchant is registered as m9.')
})

test('verify-journal names the segment and the fault of a broken book and ends with exit code 1', async () => {
  const { exit, printed, complained } = await run(ONE, storeWith(books[0] as BookId))
  expect(exit).toBe(1)
  expect(printed).toMatch(/^m1 2026-11-20 {2}BROKEN at segment 1:\n {4}hash: /)
  expect(complained).toMatch(/: 1 broken$/)
})

test('verify-journal walks closed books too, and those that got their entries after the close', async () => {
  const books = memoryBooks()
  await books.heads.open(aBookId())
  await books.journal.append(aSealedSegment())
  await closeAsItStands(books, aBookId(), 0)
  const empty = aBookId({ day: day('2026-11-21') })
  await closeRestThrough(books, empty.merchantId, empty.day)
  await restateEmpty(books, empty, [anEntry({ businessDay: empty.day })])
  await books.heads.open(aBookId({ day: day('2026-11-22') }))

  const merchants = memoryMerchants([aMerchant()])
  for (const args of [['--all'], ['--merchant', 'm1']]) {
    const { exit, printed } = await run(
      args,
      Promise.resolve({ ...books, merchants, seals: memorySeals(), clock: () => 0 }),
    )
    expect(exit).toBe(0)
    expect(printed.split('\n')).toEqual([
      expect.stringMatching(/^m1 2026-11-20 {2}whole: 2 segments, 1 entry/),
      '    the seal of version 1 is not kept yet, as of a close of this hour',
      expect.stringMatching(/^m1 2026-11-21 {2}whole: 2 segments, 1 entry/),
      '    the seal of version 2 is not kept yet, as of a close of this hour',
      expect.stringMatching(/^m1 2026-11-22 {2}whole: 0 segments/),
    ])
  }
})

test('verify-journal goes on after a broken book, through every open book of one merchant or of all', async () => {
  const lines = ({ printed }: { printed: string }) => printed.match(/^m\d 2026-11-2\d/gm)
  expect(lines(await run(['--merchant', 'm2']))).toEqual(['m2 2026-11-20', 'm2 2026-11-21'])
  const all = await run(['--all'], storeWith(books[0] as BookId, books[3] as BookId))
  expect(lines(all)).toEqual(['m1 2026-11-20', 'm1 2026-11-21', 'm2 2026-11-20', 'm2 2026-11-21'])
  expect(all).toMatchObject({ exit: 1, complained: '4 books, 2 segments, 2 entries: 2 broken' })
})

/** A store in which another version has stored a head and a merchant, and in which a segment lacks a part. */
const storeWithUnreadable = async (): Promise<JournalStore> => {
  const { journal, generations, heads, days, transactions, merchants, seals, clock } = await storeWith()
  return {
    days,
    transactions,
    seals,
    clock,
    generations,
    journal: {
      ...journal,
      read: (book, after, limit) =>
        book.merchantId === 'm2' && book.day === '2026-11-21'
          ? Promise.reject(new UnreadableSegment(book, 1, 'its hash is missing'))
          : journal.read(book, after, limit),
    },
    heads: {
      read: (id) =>
        id === 'm1'
          ? Promise.reject(new UnknownFormat('The head of merchant m1 is stored in format 9.'))
          : heads.read(id),
    },
    merchants: {
      find: (id) =>
        id === 'm2' ? Promise.reject(new UnknownFormat('The register cannot be read at m2.')) : merchants.find(id),
      async items(page) {
        const { items } = await merchants.items(page)
        return {
          items: items.map((item) => (item.merchantId === 'm2' ? { ...item, merchant: refuse('in format 9') } : item)),
        }
      },
    },
  }
}

test('verify-journal --all goes on past items that cannot be read, names each, and ends with exit code 1', async () => {
  const { exit, printed, complained } = await run(['--all'], storeWithUnreadable())
  expect({ exit, complained }).toEqual({
    exit: 1,
    complained: '2 books, 1 segment, 1 entry: 1 broken, 2 items cannot be read',
  })
  expect(printed.split('\n')).toEqual([
    'm1  UNREADABLE head:',
    '    The head of merchant m1 is stored in format 9. Name each of its books with --day.',
    'm2  UNREADABLE merchant:',
    '    The register cannot be read at m2: in format 9.',
    expect.stringMatching(/^m2 2026-11-20 {2}whole: /),
    'm2 2026-11-21  BROKEN at segment 1:',
    '    unreadable: its hash is missing',
  ])
})

test('verify-journal --json says which item of which merchant cannot be read', async () => {
  const { exit, printed } = await run(['--all', '--json'], storeWithUnreadable())
  expect(exit).toBe(1)
  expect(printed.split('\n').map((line): unknown => JSON.parse(line))).toMatchObject([
    { merchantId: 'm1', whole: false, unreadable: 'head' },
    {
      merchantId: 'm2',
      whole: false,
      unreadable: 'merchant',
      detail: 'The register cannot be read at m2: in format 9.',
    },
    { merchantId: 'm2', day: '2026-11-20', whole: true },
    { merchantId: 'm2', day: '2026-11-21', whole: false, segment: 1, faults: [{ what: 'unreadable' }] },
  ])
})

test('verify-journal of a merchant whose item cannot be read says so, and checks its books', async () => {
  const { exit, printed } = await run(['--merchant', 'm2', '--day', '2026-11-20'], storeWithUnreadable())
  expect(exit).toBe(1)
  expect(printed).toMatch(
    /^m2 {2}UNREADABLE merchant:\n {4}The register cannot be read at m2\.\nm2 2026-11-20 {2}whole: /,
  )
})

test('verify-journal --json prints a line of JSON for each book', async () => {
  const { printed } = await run(['--all', '--json'], storeWith(books[1] as BookId))
  const said = printed.split('\n').map((line): unknown => JSON.parse(line))
  expect(said).toMatchObject([
    { merchantId: 'm1', day: '2026-11-20', whole: true, segments: 1, entries: 1 },
    { merchantId: 'm1', day: '2026-11-21', whole: false, segment: 1 },
    { whole: true },
    { whole: true },
  ])
})

test.each([
  [],
  ['--day', '2026-11-20'],
  ['--merchant', 'a b'],
  ['--merchant', 'm1', '--day', '2026-02-30'],
  ['--all', '--merchant', 'm1'],
  ['--everything'],
])(
  'verify-journal with the wrong arguments %s says so in a sentence, names --help, and ends with exit code 2',
  async (...args) => {
    const { exit, printed, complained } = await run(args)
    expect({ exit, printed }).toEqual({ exit: 2, printed: '' })
    expect(complained).toMatch(/^.+\nHow it is used: npm run verify-journal -- --help$/)
  },
)

test('verify-journal ends with exit code 3 when the store does not answer', async () => {
  const store = await storeWith()
  const broken = { ...store, journal: { ...store.journal, read: () => Promise.reject(new Error('throttled')) } }
  expect(await run(ONE, Promise.resolve(broken))).toEqual({ exit: 3, printed: '', complained: 'throttled' })
})

test('verify-journal as a process without a running system says so and ends with exit code 3', async () => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _e, AWS_REGION: _r, ...rest } = process.env
  const env = { ...rest, DAYBOOK_DATA: mkdtempSync(join(tmpdir(), 'daybook-empty-')) }
  const ended = promisify(execFile)(process.execPath, ['operations/verify-journal.ts', ...ONE], { env })
  const failed = await ended.catch((error: { code: number; stderr: string }) => error)
  expect(failed).toMatchObject({ code: 3, stderr: expect.stringMatching(/^No Daybook is running/) as string })
})
