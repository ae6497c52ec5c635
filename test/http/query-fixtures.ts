/** The query API over memory adapters, with books as the journal processor would have written them. */
import { setImmediate } from 'node:timers/promises'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryBooks } from '#adapters/transactions/memory-books'
import type { AccessParts } from '#http/access'
import type { Registry } from '#http/metrics'
import { decide, emptyBook, evolve, nextSegment, type Book } from '#ledger/book'
import { businessDayOf, startOfDay } from '#ledger/calendar'
import type { Entry } from '#ledger/entry'
import { bookKey, type BookId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { queryApi, type QueryApiParts } from '#query-api/app'
import type { Store } from '#query-api/store'
import { ALLOWED, withToken } from '#test/access'
import { aMerchant, anEntry, entryId } from '#test/builders'
import { openSegment, sealSegment } from '#wire/journal/segment'

export const NOW_MS = Date.parse('2026-11-20T15:00:00Z')

/** The shard of the memory stream, which takes every merchant. */
export const SHARD_ID = 'shardId-000000000000'

/** Some calls of some ports. */
export type StoreCalls = { readonly [Port in keyof Store]?: Partial<Store[Port]> }

type Given = {
  readonly merchants?: readonly Merchant[]
  /** Replaces calls of the store, for failures and for books that move while they are read. */
  readonly storeWith?: (store: Store) => StoreCalls
  /** What happens in the world each time the API sleeps. */
  readonly onSleep?: (nowMs: number) => Promise<void>
  readonly registry?: Registry
  /** Who sends requests, and for which merchants they may act. */
  readonly access?: Pick<AccessParts, 'tokens' | 'grants'>
  readonly needs?: QueryApiParts['needs']
} & Partial<Pick<QueryApiParts, 'tokens' | 'grants' | 'log' | 'openShards' | 'corsOrigins' | 'liveStreams'>>

type Task = { readonly ms: number; readonly run: () => void }

export const aQueryApi = ({
  merchants = [aMerchant()],
  storeWith = () => ({}),
  onSleep,
  registry,
  access = ALLOWED,
  needs = [],
  ...parts
}: Given = {}) => {
  const books = memoryBooks()
  const { journal, heads, days, quarantine } = books
  const progress = memoryProgress()
  const store: Store = { merchants: memoryMerchants(merchants), heads, days, journal, quarantine, progress }
  const logged: unknown[] = []
  const tasks = new Set<Task>()
  const stopping = new AbortController()
  let elapsedMs = 0

  const app = withToken(
    queryApi({
      ...access,
      store: withCalls(store, storeWith(store)),
      openShards: memoryEntryStream().openShards,
      clock: () => NOW_MS + elapsedMs,
      timer: {
        nowMs: () => elapsedMs,
        sleep: async (ms) => {
          elapsedMs += ms
          await onSleep?.(elapsedMs)
        },
      },
      every: (ms, run) => {
        const task = { ms, run }
        tasks.add(task)
        return () => void tasks.delete(task)
      },
      stopping: stopping.signal,
      log: { error: (...line: unknown[]) => void logged.push(line) },
      ...(registry && { registry }),
      needs,
      ...parts,
    }),
  )

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.request(path, { headers })
    const text = await response.text()
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    return { status: response.status, headers: response.headers, text, body }
  }

  return {
    app,
    get,
    books,
    journal,
    progress,
    quarantine,
    logged,
    /** The periods of what is done again and again at the moment, in ms. */
    periods: () => Array.from(tasks, ({ ms }) => ms),
    /** Does all that is done with this period once, and lets it come to its end. */
    tick: async (ms: number) => {
      for (const task of tasks) if (task.ms === ms) task.run()
      for (let turn = 0; turn < 5; turn += 1) await setImmediate()
    },
    stop: () => stopping.abort(),
    elapse: (ms: number) => void (elapsedMs += ms),
    /** One segment with these entries, in the book of the first. */
    append: appender(merchants, async (book, segment) => {
      await heads.open(book)
      await journal.append(segment)
    }),
  }
}

/** The store with these calls in place of its own. */
const withCalls = (store: Store, calls: StoreCalls): Store => ({
  merchants: { ...store.merchants, ...calls.merchants },
  heads: { ...store.heads, ...calls.heads },
  days: { ...store.days, ...calls.days },
  journal: { ...store.journal, ...calls.journal },
  quarantine: { ...store.quarantine, ...calls.quarantine },
  progress: { ...store.progress, ...calls.progress },
})

/** What happens right after each read of a book's end, which saw the book as it was before. */
export const afterEachEnd =
  (happens: (book: BookId) => Promise<void>) =>
  ({ journal }: Store): StoreCalls => ({
    journal: {
      end: async (book) => {
        const end = await journal.end(book)
        await happens(book)
        return end
      },
    },
  })

type Append = (book: BookId, segment: ReturnType<typeof sealSegment>) => Promise<void>

const appender = (merchants: readonly Merchant[], append: Append) => {
  const books = new Map<string, Book>()
  return async (...entries: readonly Entry[]): Promise<void> => {
    const [{ merchantId, businessDay: day } = anEntry()] = entries
    const merchant = merchants.find((known) => known.merchantId === merchantId) ?? aMerchant()
    const terms = { currency: merchant.currency, startsAtMs: startOfDay(merchant.calendar, day) }
    const book = books.get(bookKey({ merchantId, day })) ?? emptyBook({ merchantId, day }, terms)
    const { fresh } = decide(
      book,
      entries.map((entry) => ({ entry })),
    )
    const segment = nextSegment(
      book,
      fresh.map(({ entry }) => entry),
    )
    const sealed = sealSegment(book, segment)
    await append(book.id, sealed)
    books.set(bookKey(book.id), evolve(book, openSegment(sealed).segment))
  }
}

/** An entry by its id, its instant and a signed amount; on the day that the merchant's calendar says. */
export const moved = (id: string, at: string, signedMinor: bigint, given: Partial<Entry> = {}, owner = aMerchant()) => {
  const occurredAtMs = Date.parse(at)
  return anEntry({
    entryId: entryId(id),
    merchantId: owner.merchantId,
    direction: signedMinor < 0n ? 'debit' : 'credit',
    amountMinor: signedMinor < 0n ? -signedMinor : signedMinor,
    occurredAtMs,
    receivedAtMs: occurredAtMs + 250,
    businessDay: businessDayOf(owner.calendar, occurredAtMs),
    ...given,
  })
}
