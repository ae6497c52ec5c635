/**
 * A store in which requests that read the same item at the same time share one read.
 *
 * No request joins a read that is under way: the read may have seen the item before a change that the request knows of,
 * such as an entry whose position is applied, or a merchant that was just registered. At most one read of each item is
 * under way. Requests that come meanwhile share the next read, which begins when that one has ended. So an answer is
 * never older than its request, and a book with a thousand readers costs one read at a time.
 */
import { bookKey } from '#ledger/identifiers'
import type { Store, StoreRead } from './store.ts'

/**
 * The same store, with shared reads of merchants, heads and ends of books. `onJoin` hears of each read that was saved.
 */
export const sharingReads = (store: Store, onJoin: (read: StoreRead) => void = () => {}): Store => {
  const joins = (port: keyof Store, operation: string) => () => onJoin({ port, operation })
  return {
    ...store,
    merchants: { ...store.merchants, find: shared(store.merchants.find, String, joins('merchants', 'find')) },
    heads: { ...store.heads, read: shared(store.heads.read, String, joins('heads', 'read')) },
    journal: { ...store.journal, end: shared(store.journal.end, bookKey, joins('journal', 'end')) },
  }
}

/** `isIssued` is true once the read has begun. From then on no request joins it. */
type Reading<T> = { isIssued: boolean; readonly answer: Promise<T> }

/** `read`, with at most one call under way for each name. No caller joins a call that has begun. */
export const shared = <Key, T>(
  read: (key: Key) => Promise<T>,
  nameOf: (key: Key) => string,
  onJoin: () => void = () => {},
): ((key: Key) => Promise<T>) => {
  const newest = new Map<string, Reading<T>>()

  return (key) => {
    const name = nameOf(key)
    const before = newest.get(name)
    if (before !== undefined && !before.isIssued) {
      onJoin()
      return before.answer
    }

    const issue = () => {
      reading.isIssued = true
      return read(key)
    }
    const reading: Reading<T> = { isIssued: false, answer: after(before?.answer).then(issue) }
    newest.set(name, reading)
    void after(reading.answer).then(() => newest.get(name) === reading && newest.delete(name))
    return reading.answer
  }
}

/**
 * Resolves when the read has ended, failed or not. Without a read, it resolves in the next turn, so that all callers of
 * this turn share.
 */
const after = async (answer: Promise<unknown> | undefined): Promise<void> => {
  await answer?.catch(() => {})
}
