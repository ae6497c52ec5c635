/** Plausible mistakes in bringing entries into their books, exactly once. */
import type { Bug } from './bug.ts'

const BOOK = 'ledger/book.ts'
const INTO_BOOK = 'processors/journal/record-into-book.ts'
const ENTRIES = 'processors/journal/record-entries.ts'
const BOOK_CACHE = 'processors/journal/book-cache.ts'

const BAD_DEPLOYMENT = 'it shows only while a bad deployment breaks our own code for every entry'

export const BUGS_OF_JOURNAL: readonly Bug[] = [
  {
    name: 'a failed condition is taken for a duplicate',
    file: INTO_BOOK,
    find: `=== 'taken') return { book: await books.refreshed(book), left }`,
    plant: `=== 'taken') return { book: await books.refreshed(book), left: [] }`,
  },
  {
    name: 'a timeout is taken for success',
    file: INTO_BOOK,
    find: `(await journal.append(sealed)) === 'taken'`,
    plant: `(await journal.append(sealed).catch(() => 'appended')) === 'taken'`,
  },
  {
    name: 'n is taken after a yield',
    file: INTO_BOOK,
    find: `const { length, segment, sealed } = ours(`,
    plant: `book = await books.refreshed(book); const { length, segment, sealed } = ours(`,
  },
  {
    name: 'ids are checked against a stale cache, and the append has no condition',
    file: 'adapters/journal/memory-journal.ts',
    find: `if (!isFree(chains, segment)) return 'taken'`,
    plant: `segment = { ...segment, number: (chainOf(chains, segment).chain.at(-1)?.number ?? 0) + 1 }`,
  },
  {
    name: 'progress is written before the appends',
    file: ENTRIES,
    find: `const failures = await runAll(`,
    plant: `await noteProgress(shardId, records.at(-1)!)
    const failures = await runAll(`,
  },
  {
    name: 'progress is written past a failure',
    file: ENTRIES,
    find: `const lastDone = records[done - 1]`,
    plant: `const lastDone = records.at(-1)`,
  },
  {
    name: 'progress is written unconditionally',
    file: 'adapters/progress/memory-progress.ts',
    find: `if (rises) shardsOf`,
    plant: `shardsOf`,
  },
  {
    name: 'progress compares numbers as plain text',
    file: 'ledger/identifiers.ts',
    find: `a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length`,
    plant: `a < b ? -1 : a > b ? 1 : 0`,
  },
  {
    name: 'the loss of a progress write is ignored',
    file: ENTRIES,
    find: `isNoted ? done : 0`,
    plant: `done`,
  },
  {
    name: 'the last failure is reported instead of the first',
    file: ENTRIES,
    find: `records.findIndex(`,
    plant: `records.findLastIndex(`,
  },
  {
    name: 'the record after the failed one is reported',
    file: ENTRIES,
    find: `isNoted ? done : 0`,
    plant: `isNoted ? done + 1 : 0`,
  },
  {
    name: 'failures are not reported at all',
    file: ENTRIES,
    find: `return redeliverFrom === undefined ? {} : { redeliverFrom }`,
    plant: `return {}`,
  },
  {
    name: "a batch's second copy is counted",
    file: BOOK,
    find: `else if (inBatch.has(entry.entryId)) waiting.push(candidate)`,
    plant: ``,
  },
  {
    name: 'a conflict within a batch is decided early',
    file: BOOK,
    find: `else if (inBatch.has(entry.entryId)) waiting.push(candidate)`,
    plant: `else if (inBatch.has(entry.entryId)) {
      const first = fresh.find((other) => other.entry.entryId === entry.entryId)
      if (JSON.stringify(first?.entry, (_, it) => String(it)) === JSON.stringify(entry, (_, it) => String(it))) duplicates.push(candidate)
      else refused.push({ candidate, reason: 'content-conflict' })
    }`,
  },
  {
    name: 'what was stored in one segment is left for the next as well',
    file: INTO_BOOK,
    find: `left = left.slice(length)`,
    plant: `left = left.slice(Math.max(1, length - 1))`,
  },
  {
    name: 'a lost append forgets what did not fit its segment',
    file: INTO_BOOK,
    find: `return { book: await books.refreshed(book), left }`,
    plant: `return { book: await books.refreshed(book), left: left.slice(0, length) }`,
  },
  {
    name: 'an entry of another currency is counted',
    file: BOOK,
    find: `else if (entry.currency !== book.terms.currency) refused.push({ candidate, reason: 'wrong-currency' })`,
    plant: ``,
  },
  {
    name: 'copies that waited are forgotten',
    file: INTO_BOOK,
    find: `undecided = [...appended.left, ...waiting, `,
    plant: `undecided = [...appended.left, `,
  },
  {
    name: 'copies that waited go first after a lost append',
    file: INTO_BOOK,
    find: `undecided = [...appended.left, ...waiting, `,
    plant: `undecided = [...waiting, ...appended.left, `,
  },
  {
    name: 'an id that is in the book is a duplicate, whatever its content',
    file: BOOK,
    find: `if (standing === 'same') duplicates`,
    plant: `if (standing !== 'absent') duplicates`,
  },
  {
    name: 'a conflict replaces what is counted',
    file: BOOK,
    find: `else if (standing === 'different') refused.push({ candidate, reason: 'content-conflict' })
    else if (standing !== 'absent') unknown.push({ candidate, contentIn: standing.contentIn })`,
    plant: ``,
  },
  {
    name: 'a content that was not read yet is taken for the same',
    file: BOOK,
    find: `else if (standing !== 'absent') unknown.push`,
    plant: `else if (standing !== 'absent') duplicates.push(candidate)
    else if (standing !== 'absent') unknown.push`,
  },
  {
    name: 'a content that was not read yet is taken for another',
    file: BOOK,
    find: `else if (standing === 'different') refused`,
    plant: `else if (standing !== 'absent') refused`,
  },
  {
    name: 'contents are learnt from the segment before',
    file: BOOK_CACHE,
    find: `journal.read(book.id, number - 1, 1)`,
    plant: `journal.read(book.id, Math.max(0, number - 2), 1)`,
  },
  {
    name: 'the time of arrival is part of the content',
    file: 'ledger/memory/fingerprint.ts',
    find: `writeNumber(occurredAtMs)`,
    plant: `writeNumber(occurredAtMs); writeNumber(entry.receivedAtMs)`,
  },
  {
    name: 'the amount is not part of the content',
    file: 'ledger/memory/fingerprint.ts',
    find: `writeNumber(Number(amountMinor))`,
    plant: ``,
  },
  {
    name: 'a book is remembered before it is stored',
    file: INTO_BOOK,
    find: `if ((await journal.append(sealed)) === 'taken')`,
    plant: `books.keep(evolve(book, { ...segment, hash: sealed.hash }))
    if ((await journal.append(sealed)) === 'taken')`,
  },
  {
    name: 'after a lost append the old state is tried again',
    file: INTO_BOOK,
    find: `return { book: await books.refreshed(book), left }`,
    plant: `return { book: { ...(await books.refreshed(book)), seenCount: book.seenCount }, left }`,
  },
  {
    name: 'a book is refreshed by its last segment alone',
    file: BOOK_CACHE,
    find: `for (const sealed of added) {`,
    plant: `for (const sealed of added.slice(-1)) {
      state = { ...state, segment: sealed.number - 1 }`,
  },
  {
    name: 'a book is not opened in the head',
    file: BOOK_CACHE,
    find: `ok((await heads.open(id)) === 'open' ? empty : await closeEmpty(empty))`,
    plant: `ok(empty)`,
  },
  {
    name: 'a head forgets the day before when one is opened',
    file: 'ledger/head.ts',
    find: `new Set([...head.open, day])`,
    plant: `new Set([day])`,
  },
  {
    name: 'a quarantine that fails is passed over',
    file: ENTRIES,
    find: `await quarantine.setAside(item)`,
    plant: `await quarantine.setAside(item).catch(() => {})`,
  },
  {
    name: 'a decision is told though it did not come to be',
    file: ENTRIES,
    find: `await quarantine.setAside(item)`,
    plant: `told.push(quarantineSetAside(item))
      await quarantine.setAside(item)`,
  },
  {
    name: 'unreadable lines are passed over',
    file: 'processors/journal/sort-records.ts',
    find: `else unreadable.push(item)`,
    plant: ``,
  },
  {
    name: 'an unreadable record stops its shard',
    file: ENTRIES,
    find: `const sorted = sortRecords(batch)`,
    plant: `const sorted = sortRecords(batch)
    if (sorted.unreadable.length > 0) throw new Error('poison')`,
  },
  {
    name: 'a failure to set an unreadable record aside does not count',
    file: ENTRIES,
    find: `run: () => setAside(source, 'unreadable', source.reason, source.detail),`,
    plant: `run: () => setAside(source, 'unreadable', source.reason, source.detail).catch(() => {}),`,
  },
  {
    name: 'an exception that hits every entry sets them aside',
    needsHistories: BAD_DEPLOYMENT,
    file: 'processors/own-fault.ts',
    find: `    good()\n`,
    plant: ``,
  },
  {
    name: 'a record is set aside while no record at all can be read',
    needsHistories: BAD_DEPLOYMENT,
    file: 'processors/good-record.ts',
    find: `readAll([...GOOD_RECORDS, FULL_RECORD])
      const again = read(data)
      if (hasThrown(again)) readAll([...GOOD_RECORDS, FULL_RECORD])`,
    plant: `const again = read(data)`,
  },
  {
    name: 'a record that our own code cannot read is passed over',
    needsHistories: BAD_DEPLOYMENT,
    file: 'processors/journal/sort-records.ts',
    find: `return { books: byBook(entries), unreadable, stoppedAt: { position, fault } }`,
    plant: `continue`,
  },
  {
    name: 'progress passes what our own code fails on',
    needsHistories: BAD_DEPLOYMENT,
    file: ENTRIES,
    find: `...(sorted.stoppedAt === undefined ? [] : [stopping(sorted.stoppedAt)]),`,
    plant: ``,
  },
  {
    name: 'an exception of our own code counts as done',
    file: ENTRIES,
    find: `    if (error instanceof UnexpectedError) return error
    throw error`,
    plant: `    return error instanceof UnexpectedError ? error : undefined`,
  },
  {
    name: 'quarantine keeps one item per id',
    file: 'ledger/quarantine.ts',
    find: '`${prefix}${contentHash(subject)}`',
    plant: 'prefix',
  },
  {
    name: 'methods start anew with each segment',
    file: 'ledger/day-view.ts',
    find: `const byMethod = unfrozen(view.byMethod)`,
    plant: `const byMethod: Tally<Method> = new Map()`,
  },
  {
    name: 'books of different days are one',
    file: 'ledger/identifiers.ts',
    find: '`${book.merchantId}#${book.day}`',
    plant: '`${book.merchantId}`',
  },
]
