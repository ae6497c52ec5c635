import { timed, type Call } from '#http/timed'
import { orUnavailable, Unavailable, type Dependency } from '#http/unavailable'
import { Superseded } from '#ledger/generation'
import type { Generation } from '#ledger/segment'
import {
  UnknownFormat,
  type Days,
  type Heads,
  type Journal,
  type Merchants,
  type Progress,
  type Quarantine,
} from '#ledger/ports'

/** What the query API reads. No part of it writes. */
export type Store = {
  readonly merchants: Pick<Merchants, 'find' | 'items' | 'idsBeginning'>
  readonly heads: Pick<Heads, 'read'>
  readonly days: Days
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly quarantine: Pick<Quarantine, 'list' | 'merchantsBeginning' | 'ofEntry' | 'find'>
  readonly progress: Pick<Progress, 'read'>
}

/** A way to read the store: the port and the name of its operation. */
export type StoreRead = { readonly port: keyof Store; readonly operation: string }

const STORE: Dependency = {
  name: 'the store',
  unavailable: {
    code: 'store-unavailable',
    detail: 'The store of books does not answer. Sending the same request again is safe.',
    retryAfterSeconds: 1,
  },
}

/** An item that was read and that this version cannot use. Another version can, so the answer is that of a failed read. */
export const unusable = (detail: string): Unavailable => new Unavailable(STORE, new UnknownFormat(detail))

/** The generation that superseded the chain in which something was read; undefined for every other failure. */
export const supersededBy = (error: unknown): Generation | undefined => {
  const cause = error instanceof Unavailable ? error.cause : error
  return cause instanceof Superseded ? cause.by : undefined
}

/** The same store. Its failures are thrown as Unavailable, which tells them apart from faults of our own. */
export const tellingFailures = (store: Store): Store => eachRead(store, (_, read) => orUnavailable(read(), STORE))

/** The same store. `onRead` hears of each read and how it went. */
export const timingReads = (store: Store, onRead: (read: StoreRead, call: Call) => void): Store =>
  eachRead(store, (name, read) => timed(read, (call) => onRead(name, call)))

/** The same store, with every read passed through `around`. */
const eachRead = (
  { merchants, heads, days, journal, quarantine, progress }: Store,
  around: <T>(name: StoreRead, read: () => Promise<T>) => Promise<T>,
): Store => ({
  merchants: {
    find: (merchantId) => around({ port: 'merchants', operation: 'find' }, () => merchants.find(merchantId)),
    items: (page) => around({ port: 'merchants', operation: 'items' }, () => merchants.items(page)),
    idsBeginning: (beginning, page) =>
      around({ port: 'merchants', operation: 'idsBeginning' }, () => merchants.idsBeginning(beginning, page)),
  },
  heads: { read: (merchantId) => around({ port: 'heads', operation: 'read' }, () => heads.read(merchantId)) },
  days: {
    newestClosed: (book) => around({ port: 'days', operation: 'newestClosed' }, () => days.newestClosed(book)),
    closed: (merchantId, from, to) =>
      around({ port: 'days', operation: 'closed' }, () => days.closed(merchantId, from, to)),
    restatements: (merchantId, after, upTo) =>
      around({ port: 'days', operation: 'restatements' }, () => days.restatements(merchantId, after, upTo)),
  },
  journal: {
    read: (book, after, limit) =>
      around({ port: 'journal', operation: 'read' }, () => journal.read(book, after, limit)),
    end: (book) => around({ port: 'journal', operation: 'end' }, () => journal.end(book)),
  },
  quarantine: {
    list: (filter, page) => around({ port: 'quarantine', operation: 'list' }, () => quarantine.list(filter, page)),
    merchantsBeginning: (beginning, page) =>
      around({ port: 'quarantine', operation: 'merchantsBeginning' }, () =>
        quarantine.merchantsBeginning(beginning, page),
      ),
    ofEntry: (book, entryId, limit) =>
      around({ port: 'quarantine', operation: 'ofEntry' }, () => quarantine.ofEntry(book, entryId, limit)),
    find: (key) => around({ port: 'quarantine', operation: 'find' }, () => quarantine.find(key)),
  },
  progress: { read: (consumer) => around({ port: 'progress', operation: 'read' }, () => progress.read(consumer)) },
})
