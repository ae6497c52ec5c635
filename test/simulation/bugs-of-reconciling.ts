/** Plausible mistakes in comparing the books with the archive. Losses that are planted at the end find most of them. */
import type { Bug } from './bug.ts'

const RULE = 'ledger/reconciliation.ts'
const BARRIER = 'processors/reconcile/barrier.ts'
const DAY = 'processors/reconcile/reconcile-day.ts'
const COUNTED = 'processors/reconcile/counted-book.ts'
const BOOK = 'processors/reconcile/compare-book.ts'
const SUMS = 'processors/reconcile/archived-sums.ts'
const ARCHIVED = 'processors/reconcile/archived-books.ts'

const needsHistories = 'no day is reconciled in small worlds, except before it is closed'

/**
 * Bugs that a small world of closing shows, because a day is compared before it is closed. Time does not pass there, so no
 * consumer is too late for a barrier.
 */
const CAUGHT_BY_SMALL_WORLDS = new Set([
  'the barrier is that of the archive alone',
  'the barrier is put on one shard only',
  'the barrier is passed by anything on its shard',
])

export const BUGS_OF_RECONCILING: readonly Bug[] = (
  [
    {
      name: 'reconciling ignores what is set aside',
      file: RULE,
      find: `, ...(setAside.get(entryId) ?? [])]`,
      plant: `]`,
    },
    {
      name: 'an id that is only in the archive is missed',
      file: RULE,
      find: `, ...sides.archived.keys()]`,
      plant: `]`,
    },
    {
      name: 'an id that is only set aside is missed',
      file: RULE,
      find: `...sides.setAside.keys(), `,
      plant: ``,
    },
    {
      name: 'only the ids are compared',
      file: RULE,
      find: `some((other) => other.contentHash === contentHash)`,
      plant: `some((other) => other.contentHash !== '')`,
    },
    {
      name: 'an entry that is missing stays on its way for ever',
      file: RULE,
      find: `receivedAtMs > deliveredThroughMs`,
      plant: `receivedAtMs < deliveredThroughMs`,
    },
    {
      name: 'a content that is altered counts as missing',
      file: RULE,
      find: `isCounted || onlyKept.length > 0 ? 'different'`,
      plant: `isCounted && onlyKept.length > 1 ? 'different'`,
    },
    {
      name: 'entries after the barrier count',
      file: RULE,
      find: `.filter(({ isBeforeBarrier }) => isBeforeBarrier)`,
      plant: ``,
    },
    {
      name: 'the barrier is that of the journal alone',
      file: BARRIER,
      find: `= ['journal', 'archive'],`,
      plant: `= ['journal'],`,
    },
    {
      name: 'the barrier is that of the archive alone',
      file: BARRIER,
      find: `= ['journal', 'archive'],`,
      plant: `= ['archive'],`,
    },
    {
      name: 'the barrier is put on one shard only',
      file: BARRIER,
      find: `(await stream.openShards()).map(`,
      plant: `(await stream.openShards()).slice(0, 1).map(`,
    },
    {
      name: 'the barrier is passed by anything on its shard',
      file: BARRIER,
      find: `return stands !== undefined && compareSequenceNumbers(stands.sequenceNumber, sequenceNumber) >= 0`,
      plant: `return stands !== undefined`,
    },
    {
      name: 'a barrier that was refused is not put again',
      file: BARRIER,
      find: `    left = left.filter((_, index) => outcomes[index]?.status !== 'stored')`,
      plant: `    left = []`,
    },
    {
      name: 'books are compared before the barrier is passed',
      file: DAY,
      find: `if (behind !== undefined) return behind

  const untilMs`,
      plant: `
  const untilMs`,
    },
    {
      name: 'what is set aside is read from another day',
      file: COUNTED,
      find: `if (subject === 'unreadable' || subject.businessDay !== day) continue`,
      plant: `if (subject === 'unreadable') continue`,
    },
    {
      name: 'of an id that is set aside twice, one content counts',
      file: COUNTED,
      find: `[...(book.get(subject.entryId) ?? []), kept]`,
      plant: `[kept]`,
    },
    {
      name: 'a chain whose hash is wrong is believed',
      file: COUNTED,
      find: `if (sealingHash(hash, sealed) !== sealed.hash)`,
      plant: `if (sealed.hash.length !== 64)`,
    },
    {
      name: 'an entry may stand in a chain twice',
      file: COUNTED,
      find: `if (counted.has(entry.entryId)) faults.push`,
      plant: `if (counted.has(entry.entryId) && totals.entryCount < 0) faults.push`,
    },
    {
      name: 'readers may see other totals than the sums',
      file: COUNTED,
      find: `if (!areSameTotals(sum, shownTotals)) faults`,
      plant: `if (sum.entryCount > shownTotals.entryCount) faults`,
    },
    {
      name: 'only the totals of the cheap comparison count',
      file: BOOK,
      find: `if (digestOf(kept) !== archived.digest || !areSameTotals(totals, archived.totals)) return undefined`,
      plant: `if (!areSameTotals(totals, archived.totals)) return undefined`,
    },
    {
      name: 'a comparison of sums passes when only the counts agree',
      file: BOOK,
      find: `if (digestOf(kept) !== archived.digest || !areSameTotals(totals, archived.totals)) return undefined`,
      plant: `if (totals.entryCount !== archived.totals.entryCount) return undefined`,
    },
    {
      name: 'faults of one side do not count',
      file: BOOK,
      find: `isEqual: differences.length === 0 && faults.length === 0`,
      plant: `isEqual: differences.length === 0`,
    },
    {
      name: 'sums leave unusual rows out',
      file: SUMS,
      find: `if (content === undefined || content.entryId < this.#entryId) this.#isUsual = false
    else`,
      plant: `if (content === undefined) return
    else`,
    },
    {
      name: 'the last book of the sums is left out',
      file: SUMS,
      find: `  if (book !== undefined) yield book.sum()
}`,
      plant: `}`,
    },
    {
      name: 'the rows of a merchant are taken for those of the next',
      file: ARCHIVED,
      find: `if (book?.merchantId !== merchantId) book = { merchantId, contents: new Map(), copies: 0, unreadable: [] }`,
      plant: `if (book?.merchantId !== merchantId) book = { merchantId, contents: book?.contents ?? new Map(), copies: 0, unreadable: [] }`,
    },
    {
      name: 'of an id in the archive, one content counts',
      file: ARCHIVED,
      find: `if (known === -1) contents.push(content)`,
      plant: `if (known === -1) contents[0] = content`,
    },
    {
      name: 'of several copies, the last tells whether they came before the barrier',
      file: ARCHIVED,
      find: `else if (isBeforeBarrier) contents[known] = content`,
      plant: `else contents[known] = content`,
    },
  ] satisfies Bug[]
).map((bug) => (CAUGHT_BY_SMALL_WORLDS.has(bug.name) ? bug : { ...bug, needsHistories }))
