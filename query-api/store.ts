import type { MiddlewareHandler } from 'hono'
import { ProblemError, type ServiceEnv, type ServiceParts } from '#http/service'
import type { Heads, Journal, Merchants, Progress, Quarantine } from '#ledger/ports'

/** What the query API reads. There is nothing here that writes. */
export type Store = {
  readonly merchants: Pick<Merchants, 'find' | 'list'>
  readonly heads: Pick<Heads, 'read'>
  readonly journal: Pick<Journal, 'read' | 'end'>
  readonly quarantine: Pick<Quarantine, 'list' | 'ofEntry'>
  readonly progress: Pick<Progress, 'read'>
}

/** The store did not answer. It may at the next try, which is why clients are told so and not that we are broken. */
export class StoreUnavailable extends ProblemError {
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
export const tellingFailures = ({ merchants, heads, journal, quarantine, progress }: Store): Store => ({
  merchants: {
    find: (merchantId) => orUnavailable(merchants.find(merchantId)),
    list: (page) => orUnavailable(merchants.list(page)),
  },
  heads: { read: (merchantId) => orUnavailable(heads.read(merchantId)) },
  journal: {
    read: (book, after, limit) => orUnavailable(journal.read(book, after, limit)),
    end: (book) => orUnavailable(journal.end(book)),
  },
  quarantine: {
    list: (filter, page) => orUnavailable(quarantine.list(filter, page)),
    ofEntry: (book, entryId) => orUnavailable(quarantine.ofEntry(book, entryId)),
  },
  progress: { read: (consumer) => orUnavailable(progress.read(consumer)) },
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
