import type { BookId, BusinessDay } from '#ledger/identifiers'
import type { Progress } from '#ledger/ports'
import { inWords } from './entry-names.ts'
import type { Ports } from './ports.ts'

/** What the stores hold, as text that is the same for equal states. `progress` has a store for each consumer and shard. */
export const stateInWords = async (
  { journal, heads, days, quarantine }: Ports,
  books: readonly BookId[],
  progress: ReadonlyMap<string, Progress>,
): Promise<string> => {
  const chains = await Promise.all(books.map(async (book) => (await journal.read(book, 0)).map(({ hash }) => hash)))
  const merchantIds = [...new Set(books.map(({ merchantId }) => merchantId))]
  const closed = await Promise.all(
    merchantIds.map(async (merchantId) => {
      const { open, ...head } = await heads.read(merchantId)
      const items = await days.closed(merchantId, FIRST_OF_ALL_DAYS, LAST_OF_ALL_DAYS)
      return [[...open].toSorted(), head, items, await days.restatements(merchantId, 0, head.restatements)]
    }),
  )
  const aside = (await quarantine.list({}, { limit: 100_000 })).items.map((item) => [
    item.position,
    item.lastPosition,
    item.actions.map(({ action }) => action),
  ])
  const processed = await Promise.all(
    [...progress]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(async ([key, store]) => await store.read(key.startsWith('journal ') ? 'journal' : 'archive')),
  )
  return inWords([chains, closed, aside.map((item) => JSON.stringify(item)).toSorted(), processed])
}

const FIRST_OF_ALL_DAYS = '0001-01-01' as BusinessDay
const LAST_OF_ALL_DAYS = '9998-12-31' as BusinessDay
