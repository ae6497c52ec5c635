/** Both services over the same memory adapters, with merchants, books and quarantine items whose names are known. */
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryClosings } from '#adapters/closings/memory-closings'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { ingest } from '#ingest/ingest'
import type { Merchants, Quarantine } from '#ledger/ports'
import { quarantineKey } from '#ledger/quarantine'
import { ALLOWED } from '#test/access'
import { aMerchant, aRule, aSetAside, currency, day, merchantId, utf8 } from '#test/builders'
import { aQueryApi, moved, NOW_MS, SHARD_ID } from '#test/http/query-fixtures'
import { positionToken } from '#wire/http/position-token'
import { quarantineId } from '#wire/http/quarantine-id'
import { decodeRecord } from '#wire/stream/record'

export type App = { readonly fetch: (request: Request) => Response | Promise<Response> }

export type World = {
  readonly apps: Readonly<Record<'ingest' | 'query', App>>
  /** How many entries were put on the stream so far. */
  entriesPut(): number
  /** What the services logged as their own faults. */
  readonly faults: readonly unknown[]
  /** How many timers run. None may be left when no client follows a merchant. */
  timers(): number
  /** Puts the register and the quarantine back to where they were, so that many requests find something. */
  renew(): Promise<void>
  /** Values by the names of parameters and fields under which some requests should ask for them. */
  readonly known: ReadonlyMap<string, readonly unknown[]>
}

const MERCHANTS = [
  aMerchant(),
  aMerchant({ merchantId: merchantId('m2'), currency: currency('EUR'), lateEntries: 'restate', revision: 3 }),
  aMerchant({
    merchantId: merchantId('...'),
    calendar: [aRule(), aRule({ from: day('2026-12-01'), dayStartsAt: '04:00' })],
  }),
]

const POSITION = { shardId: SHARD_ID, sequenceNumber: '5', index: 0 }

const DAYS = ['2026-11-18', '2026-11-19', '2026-11-20']

/** The same ids on each day, so that a request for one of them finds it on any of the days. */
const ENTRIES = DAYS.flatMap((day) => [
  moved('e1', `${day}T09:00:00-03:00`, 1250n, { method: 'pix', metadata: { table: '7' } }),
  moved('e2', `${day}T09:30:00-03:00`, -200n, { method: 'cash', description: 'A\u0000B \u{1F600}' }),
])

/** A day whose sums are beyond what JSON says exactly, for the merchant `m2`. */
const LARGE = ['2026-11-19T12:00:00-03:00', '2026-11-20T12:00:00-03:00'].map((at, index) =>
  moved(`large${index}`, at, 9_000_000_000_000_000n, {}, MERCHANTS[1]),
)

const SET_ASIDE = [
  ...Array.from({ length: 8 }, (_, index) =>
    aSetAside({ entry: moved(`q${index}`, '2026-11-20T12:00:00-03:00', 1n), position: POSITION }),
  ),
  // Other content of an entry that counts.
  aSetAside({ entry: moved('e1', '2026-11-20T09:00:00-03:00', 7n), position: POSITION }),
  aSetAside({ subject: 'unreadable', reason: 'undecodable-record', raw: utf8('no record'), position: POSITION }),
]

export const aWorld = async (): Promise<World> => {
  let register: Merchants
  let quarantine: Quarantine
  const renew = async () => {
    register = memoryMerchants(MERCHANTS)
    quarantine = memoryQuarantine()
    for (const item of SET_ASIDE) await quarantine.setAside(item)
  }
  await renew()
  const merchants: Merchants = {
    find: (id) => register.find(id),
    save: (merchant) => register.save(merchant),
    list: (page) => register.list(page),
    items: (page) => register.items(page),
    idsBeginning: (beginning, page) => register.idsBeginning(beginning, page),
  }
  const items: Quarantine = {
    setAside: (item) => quarantine.setAside(item),
    list: (filter, page) => quarantine.list(filter, page),
    merchantsBeginning: (beginning, page) => quarantine.merchantsBeginning(beginning, page),
    ofEntry: (book, entryId, limit) => quarantine.ofEntry(book, entryId, limit),
    find: (key) => quarantine.find(key),
    note: (item, action) => quarantine.note(item, action),
  }

  const faults: unknown[] = []
  const log = {
    error: (...line: unknown[]) => void faults.push(line),
    warn: (...line: unknown[]) => void faults.push(line),
  }
  const query = aQueryApi({
    merchants: MERCHANTS,
    storeWith: () => ({ merchants, quarantine: items }),
  })
  for (const entry of [...ENTRIES, ...LARGE]) await query.append(entry)
  await query.progress.advance('journal', { ...POSITION, appliedThroughMs: NOW_MS - 1_000 })

  let entriesPut = 0
  let sequenceNumber = 10
  const app = ingest({
    access: ALLOWED,
    zones: ianaZones,
    stream: {
      openShards: memoryEntryStream().openShards,
      // Nothing is kept, so that memory stays flat.
      put: async (records) =>
        records.map(({ data }) => {
          const record = decodeRecord(data)
          if (!record.ok || record.value.kind !== 'entries') throw new Error('not a record of entries')
          entriesPut += record.value.entries.length
          sequenceNumber += 1
          return { status: 'stored', shardId: SHARD_ID, sequenceNumber: String(sequenceNumber) }
        }),
    },
    merchants,
    quarantine: items,
    closing: { closings: memoryClosings(async (run) => ({ ...run, next: 'done' })), heads: memoryHeads() },
    log,
    clock: () => NOW_MS,
    queryUrl: 'https://books.example',
  })

  return {
    apps: { ingest: asking(app), query: asking(query.app) },
    entriesPut: () => entriesPut,
    get faults() {
      return [...faults, ...query.logged]
    },
    timers: () => query.periods().length,
    renew,
    known: await knownValues(query.get),
  }
}

/** The app, in which a request without a token has none: the fixtures of tests give it one. */
const asking = ({ fetch }: App): App => ({
  fetch(request) {
    if (!request.headers.has('authorization')) request.headers.set('authorization', '')
    return fetch(request)
  },
})

const knownValues = async (get: ReturnType<typeof aQueryApi>['get']): Promise<World['known']> => {
  const ids = MERCHANTS.map(({ merchantId }) => merchantId)
  // Most requests are for the merchant that has entries on each of its days.
  const owners = ['m1', 'm1', 'm1', ...ids]
  const lists = ['/v1/merchants', '/v1/quarantine', '/v1/merchants/m1/days/2026-11-20/entries']
  const cursors = await Promise.all(lists.map(async (list) => (await get(`${list}?limit=1`)).body['nextCursor']))
  const { headers } = await get('/v1/merchants/m1/days/2026-11-20')
  return new Map<string, readonly unknown[]>([
    ...['merchant', 'merchantId'].map((name) => [name, [...owners, 'new-1']] as const),
    ...['entry', 'entryId', 'reverses'].map((name) => [name, ['e1', 'e2', 'q1', 'new']] as const),
    ['day', [...DAYS, '2026-12-01']],
    ['from', [...DAYS, '2026-11-01']],
    ['to', ['2026-11-20', '2026-12-01']],
    ['calendarFrom', ['2026-12-05', '2027-01-01']],
    ['quarantineId', SET_ASIDE.map((item) => quarantineId(quarantineKey(item)))],
    ['after', [positionToken(POSITION), positionToken({ ...POSITION, sequenceNumber: '999' })]],
    ['cursor', cursors],
    ['currency', ['BRL', 'BRL', 'BRL', 'EUR']],
    ['timeZone', ['America/Sao_Paulo', 'Europe/Lisbon', 'UTC']],
    ['occurredAt', ['2026-11-20T11:59:59.999999999-03:00', '2026-11-20T14:00:00Z', '2025-12-01T00:00:00.5+05:45']],
    ['if-match', ['*', '"1"', '"2"', '"3"']],
    ['if-none-match', ['*', '"1"', headers.get('etag')]],
    ['prefer', ['wait=0', 'wait=20', 'respond-async, wait="3"']],
    ['last-event-id', ['2026-11-20.1.0']],
    ['lastEventId', ['2026-11-20.1.0']],
  ])
}
