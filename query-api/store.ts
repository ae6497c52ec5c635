import type { MiddlewareHandler } from 'hono'
import { ProblemError, type ServiceEnv, type ServiceParts } from '#http/service'
import { timed, type Call } from '#http/timed'
import type { Heads, Journal, Merchants, Progress, Quarantine } from '#ledger/ports'

/** What the query API reads. There is nothing here that writes. */
export type Store = {
  readonly merchants: Pick<Merchants, 'find' | 'list'>
  readonly heads: Pick<Heads, 'read'>
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly quarantine: Pick<Quarantine, 'list' | 'ofEntry' | 'find'>
  readonly progress: Pick<Progress, 'read'>
}

/** A way to read the store, by its port and what the port calls it. */
export type StoreRead = { readonly port: keyof Store; readonly operation: string }

/** The store did not answer. It may at the next try, which is why clients are told so and not that we are broken. */
class StoreUnavailable extends ProblemError {
  constructor(cause: unknown) {
    super({
      code: 'store-unavailable',
      detail: 'The store of books does not answer. Sending the same request again is safe.',
      retryAfterSeconds: 1,
    })
    this.cause = cause
  }
}

/** The same store, whose failures are told apart from our own: what it throws is StoreUnavailable. */
export const tellingFailures = (store: Store): Store => eachRead(store, (_, read) => orUnavailable(read()))

/** The same store; `onRead` hears of each read, and how it went. */
export const timingReads = (store: Store, onRead: (read: StoreRead, call: Call) => void): Store =>
  eachRead(store, (name, read) => timed(read, (call) => onRead(name, call)))

/** The same store, with `around` every read. */
const eachRead = (
  { merchants, heads, journal, quarantine, progress }: Store,
  around: <T>(name: StoreRead, read: () => Promise<T>) => Promise<T>,
): Store => ({
  merchants: {
    find: (merchantId) => around({ port: 'merchants', operation: 'find' }, () => merchants.find(merchantId)),
    list: (page) => around({ port: 'merchants', operation: 'list' }, () => merchants.list(page)),
  },
  heads: { read: (merchantId) => around({ port: 'heads', operation: 'read' }, () => heads.read(merchantId)) },
  journal: {
    read: (book, after, limit) =>
      around({ port: 'journal', operation: 'read' }, () => journal.read(book, after, limit)),
    end: (book) => around({ port: 'journal', operation: 'end' }, () => journal.end(book)),
  },
  quarantine: {
    list: (filter, page) => around({ port: 'quarantine', operation: 'list' }, () => quarantine.list(filter, page)),
    ofEntry: (book, entryId, limit) =>
      around({ port: 'quarantine', operation: 'ofEntry' }, () => quarantine.ofEntry(book, entryId, limit)),
    find: (key) => around({ port: 'quarantine', operation: 'find' }, () => quarantine.find(key)),
  },
  progress: { read: (consumer) => around({ port: 'progress', operation: 'read' }, () => progress.read(consumer)) },
})

/** Middleware: a client learns only that the store is away; why, stands in the log. */
export const loggingStoreFailures =
  (log: ServiceParts['log']): MiddlewareHandler<ServiceEnv> =>
  async (c, next) => {
    await next()
    if (!(c.error instanceof StoreUnavailable)) return
    const request = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path }
    log.error({ err: c.error.cause, ...request }, 'the store does not answer')
  }

const orUnavailable = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer
  } catch (error) {
    throw new StoreUnavailable(error)
  }
}
