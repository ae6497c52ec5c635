/**
 * A store in which those who read the same thing at the same time share one read of it.
 *
 * A read that is under way may already have seen the item, and miss what its caller knows to be there: an entry whose
 * position is applied, or a merchant just registered. So nobody joins it. Of each thing at most one read is under way;
 * whoever asks meanwhile shares the next one, which begins when that one has ended. An answer is therefore never older
 * than the question, and a book read by a thousand costs one read at a time.
 */
import { bookKey } from '#ledger/identifiers'
import type { Store, StoreRead } from './store.ts'

/** The same store; reads of merchants, heads and ends of books are shared. `onJoin` hears of each that was spared. */
export const sharingReads = (store: Store, onJoin: (read: StoreRead) => void = () => {}): Store => {
  const joins = (port: keyof Store, operation: string) => () => onJoin({ port, operation })
  return {
    ...store,
    merchants: { ...store.merchants, find: shared(store.merchants.find, String, joins('merchants', 'find')) },
    heads: { ...store.heads, read: shared(store.heads.read, String, joins('heads', 'read')) },
    journal: { ...store.journal, end: shared(store.journal.end, bookKey, joins('journal', 'end')) },
  }
}

/** `isIssued` once the read has begun: from then on nobody may join. */
type Reading<T> = { isIssued: boolean; readonly answer: Promise<T> }

/** `read`, of which at most one is under way for each name, and which nobody joins once it has begun. */
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

/** The end of a read, whatever came of it. Without one before, the next turn: all who ask in this one share. */
const after = async (answer: Promise<unknown> | undefined): Promise<void> => {
  await answer?.catch(() => {})
}
