import { bookKey, bookOf } from '#ledger/identifiers'
import type {
  AuditTrail,
  Change,
  Days,
  Heads,
  Journal,
  Merchants,
  Progress,
  Quarantine,
  Transactions,
} from '#ledger/ports'
import { quarantineKey, quarantinePlace, type SetAside } from '#ledger/quarantine'
import type { Machine } from './machine.ts'

export type Ports = {
  readonly journal: Journal
  readonly heads: Heads
  readonly days: Days
  readonly transactions: Transactions
  readonly merchants: Merchants
  readonly quarantine: Quarantine
  readonly auditTrail: AuditTrail
  readonly progress: Progress
}

/** The ports as code on a machine sees them. Each call says which items it reads and writes. */
export const portsOn = (machine: Machine, ports: Ports): Ports => {
  const read = <T>(item: string, carryOut: () => Promise<T>): Promise<T> =>
    machine.call({ reads: [item] }, [], carryOut)
  const write = <T>(item: string, carryOut: () => Promise<T>): Promise<T> =>
    machine.call({ writes: [item] }, [], carryOut)
  const { journal, heads, days, transactions, merchants, quarantine, auditTrail, progress } = ports
  return {
    journal: {
      read: (book, after, limit) => read(`journal ${bookKey(book)}`, () => journal.read(book, after, limit)),
      end: (book) => read(`journal ${bookKey(book)}`, () => journal.end(book)),
      append: (segment) => write(`journal ${bookKey(segment.book)}`, () => journal.append(segment)),
    },
    heads: {
      read: (merchantId) => read(`head ${merchantId}`, () => heads.read(merchantId)),
      open: (book) => write(`head ${book.merchantId}`, () => heads.open(book)),
    },
    days: {
      newestClosed: (book) => read(`days ${book.merchantId}`, () => days.newestClosed(book)),
      closed: (merchantId, from, to) => read(`days ${merchantId}`, () => days.closed(merchantId, from, to)),
      restatements: (merchantId, after, upTo) =>
        read(`days ${merchantId}`, () => days.restatements(merchantId, after, upTo)),
    },
    transactions: {
      // The oracle looks at the books of what is set aside.
      commit: (changes) =>
        machine.call({ reads: changes.flatMap(booksOfChange), writes: changes.map(writtenBy) }, [], () =>
          transactions.commit(changes),
        ),
    },
    merchants: {
      find: (merchantId) => read(`merchant ${merchantId}`, () => merchants.find(merchantId)),
      save: (merchant) => write(`merchant ${merchant.merchantId}`, () => merchants.save(merchant)),
      list: (page) => read('merchant *', () => merchants.list(page)),
      items: (page) => read('merchant *', () => merchants.items(page)),
      idsBeginning: (beginning, page) => read('merchant *', () => merchants.idsBeginning(beginning, page)),
    },
    quarantine: {
      // The oracle checks that the reason is so, by what the book counts.
      setAside: (item) =>
        machine.call({ reads: booksOf(item), writes: [itemOf(quarantineKey(item))] }, [], () =>
          quarantine.setAside(item),
        ),
      list: (filter, page) => read('quarantine *', () => quarantine.list(filter, page)),
      merchantsBeginning: (beginning, page) =>
        read('quarantine *', () => quarantine.merchantsBeginning(beginning, page)),
      ofEntry: (book, entryId, limit) => read('quarantine *', () => quarantine.ofEntry(book, entryId, limit)),
      find: (key) => read(itemOf(key), () => quarantine.find(key)),
      note: (item, action) => write(itemOf(quarantineKey(item)), () => quarantine.note(item, action)),
    },
    // The oracle checks that what is told is so.
    auditTrail: {
      publish: (...told) =>
        machine.call({ reads: ['quarantine *'], writes: ['audit trail'] }, [], () => auditTrail.publish(...told)),
    },
    progress: {
      // The oracle checks that what progress passes is done.
      advance: (consumer, to) =>
        machine.call({ reads: DONE_BY[consumer], writes: [`progress ${consumer} ${to.shardId}`] }, [], () =>
          progress.advance(consumer, to),
        ),
      of: (consumer, shardId) => read(`progress ${consumer} ${shardId}`, () => progress.of(consumer, shardId)),
      read: (consumer) => read(`progress ${consumer} *`, () => progress.read(consumer)),
    },
  }
}

/** Where the oracle looks whether a consumer has done its work. */
const DONE_BY = { journal: ['journal *', 'quarantine *'], archive: ['firehose'] }

const booksOf = ({ subject }: SetAside): string[] =>
  subject === 'unreadable' ? [] : [`journal ${bookKey(bookOf(subject))}`]

const itemOf = (key: Parameters<typeof quarantinePlace>[0]): string => `quarantine ${quarantinePlace(key)}`

const booksOfChange = (change: Change): string[] => (change.change === 'set-aside' ? booksOf(change.item) : [])

const writtenBy = (change: Change): string => {
  switch (change.change) {
    case 'append':
      return `journal ${bookKey(change.segment.book)}`
    case 'head':
      return `head ${change.merchantId}`
    case 'close':
      return `days ${change.closed.book.merchantId}`
    case 'restate':
      return `days ${change.restatement.book.merchantId}`
    case 'set-aside':
    case 'release':
      return itemOf(quarantineKey(change.item))
  }
}
