/**
 * Who may use which route: every route of both services against every kind of sender. What is declared is computed from
 * the row of the table of routes by the rule below, and from what each sender is said to be; the code of the door is not
 * asked.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { jwtTokens } from '#adapters/tokens/jwt-tokens'
import { ianaZones } from '#adapters/zones/iana-zones'
import type { AccessParts } from '#http/access'
import type { Handlers } from '#http/routes'
import { ingest } from '#ingest/ingest'
import { SCOPES, type Scope } from '#ledger/access'
import type { Closings, Grants } from '#ledger/ports'
import { quarantineKey, type SetAside } from '#ledger/quarantine'
import { queryApi } from '#query-api/app'
import {
  aGrant,
  aMerchant,
  anEntry,
  aSetAside,
  aSealedSegment,
  day,
  entryId,
  merchantId,
  subject,
} from '#test/builders'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { queryDocument } from '#wire/http/openapi/query-document'
import { quarantineId } from '#wire/http/quarantine-id'
import {
  INGEST_ROUTES,
  QUERY_ROUTES,
  SERVICE_PREFIX,
  SERVICE_ROUTES,
  type Access,
  type MerchantRule,
  type Route,
} from '#wire/http/routes'
import { anIssuer, aSigningKey, type Claims, type Issuer } from './token-issuer.ts'

/** All of them are registered, have a book, and have something in quarantine. `nobody` is not registered. */
const MERCHANTS = ['acme', 'acme-1', 'acme-10', 'acmex-1', 'ACME', 'rival']

const NOW_MS = Date.parse('2026-11-20T12:30:00Z')
const DAY = '2026-11-20'

// ---------------------------------------------------------------------------------------------------- The declared rule

/** What a sender gets. */
type Outcome =
  | 'answered' // as the route answers when all is well
  | '401 unauthenticated'
  | '403 forbidden'
  | '404 not-found' // the merchant, or its item, looks like one that does not exist
  | 'entry refused' // the merchant of the entry looks like one that does not exist
  | 'left out' // the list does not tell of the merchant
  | '503 access-unavailable'
  | '503 not-ready'

/** What a sender is, in the terms of the contract. */
type Sender = {
  /** Whether the token is genuine, meant for Daybook, and valid now. */
  readonly isAuthentic: boolean
  readonly scopes: readonly Scope[]
  /** Whether the merchant that the request is about is among those granted. */
  readonly mayActForMerchant: boolean
  readonly mayActForAll: boolean
}

const declared = (name: string, access: Access, sender: Sender, trouble?: Trouble): Outcome => {
  if ((trouble === 'issuer out of reach' || trouble === 'grants out of reach') && name === 'isReady')
    return '503 not-ready'
  if (access === 'open') return 'answered'
  if (trouble === 'metrics open' && name === 'readMetrics') return 'answered'
  if (trouble === 'issuer out of reach') return '503 access-unavailable'
  if (!sender.isAuthentic) return '401 unauthenticated'
  if (!sender.scopes.includes(access.scope)) return '403 forbidden'
  if (trouble === 'grants out of reach') return '503 access-unavailable'
  switch (access.merchants) {
    case 'all':
      return sender.mayActForAll ? 'answered' : '403 forbidden'
    case 'in-path':
    case 'of-item':
      return sender.mayActForMerchant ? 'answered' : '404 not-found'
    case 'of-entries':
      return sender.mayActForMerchant ? 'answered' : 'entry refused'
    case 'listed':
      return sender.mayActForMerchant ? 'answered' : 'left out'
  }
}

// ------------------------------------------------------------------------------------------------------------ The senders

type Trouble = 'issuer out of reach' | 'grants out of reach' | 'metrics open'

type Case = {
  readonly sender: string
  readonly authorization: (issuer: Issuer, subject: string) => Promise<string | undefined>
  readonly is: Sender
  /** The merchant that the request is about. */
  readonly merchant?: string
  /** What is granted to the subject of the token; undefined: it has no grant. */
  readonly granted?: readonly string[] | undefined
  /** What happens after every route has answered the sender once. */
  readonly meanwhile?: (grants: Grants, subject: string) => Promise<void>
  readonly trouble?: Trouble
}

const EVERYTHING: Sender = { isAuthentic: true, scopes: SCOPES, mayActForMerchant: true, mayActForAll: false }
const STRANGER: Sender = { ...EVERYTHING, isAuthentic: false }
const FOREIGN: Sender = { ...EVERYTHING, mayActForMerchant: false }

const ALL_SCOPES: Claims = { scope: SCOPES.join(' ') }

/** A token that may do everything for its merchants, but for these claims and headers. */
const bearer =
  (claims: Claims = {}, header: object = {}) =>
  async (issuer: Issuer, sub: string) =>
    `Bearer ${await issuer.sign({ ...ALL_SCOPES, sub, ...claims }, header)}`

const seconds = (ms: number) => Math.floor(ms / 1_000)
const inSeconds = (count: number) => seconds(Date.now()) + count

/** A token with claims that depend on the time at which it is made. */
const bearerNow = (claims: () => Claims) => async (issuer: Issuer, sub: string) => await bearer(claims())(issuer, sub)

const granting = (sender: string, granted: readonly string[] | undefined, merchant: string, is: Sender): Case => ({
  sender,
  granted,
  merchant,
  is,
  authorization: bearer(),
})

const stranger = (sender: string, authorization: Case['authorization'], more: Partial<Case> = {}): Case => ({
  sender,
  authorization,
  is: STRANGER,
  ...more,
})

const withScopes = (sender: string, scopes: readonly Scope[]): Case => ({
  sender,
  authorization: bearer({ scope: scopes.join(' ') }),
  is: { ...EVERYTHING, scopes },
})

const CASES: readonly Case[] = [
  // Those who may.
  granting('a client granted the merchant', ['acme'], 'acme', EVERYTHING),
  granting('a client granted ids that begin like the merchant', ['acme-*'], 'acme-1', EVERYTHING),
  granting('a client granted all merchants', ['*'], 'acme', { ...EVERYTHING, mayActForAll: true }),
  {
    sender: 'a client that writes the scheme in lower case',
    authorization: async (issuer, sub) => (await bearer()(issuer, sub)).replace('Bearer', 'bearer'),
    is: EVERYTHING,
  },
  { sender: 'a token of type JWT', authorization: bearer({}, { typ: 'JWT' }), is: EVERYTHING },
  { sender: 'a token for several audiences', authorization: bearer({ aud: ['web', 'daybook'] }), is: EVERYTHING },
  {
    sender: 'an access token as Cognito makes them',
    authorization: bearer({ aud: undefined, token_use: 'access' }, { typ: undefined }),
    is: EVERYTHING,
  },

  // Those of whom nothing is known.
  stranger('no token', async () => undefined),
  stranger('an empty header', async () => ''),
  stranger('a name and a password', async () => `Basic ${Buffer.from('till:secret').toString('base64')}`),
  stranger('garbage', async () => 'Bearer garbage'),
  stranger('garbage in three parts', async () => 'Bearer Z2FyYmFnZQ.Z2FyYmFnZQ.Z2FyYmFnZQ'),
  stranger('two tokens', async (issuer, sub) => `${await bearer()(issuer, sub)}, ${await bearer()(issuer, sub)}`),
  stranger(
    'an expired token',
    bearerNow(() => ({ exp: inSeconds(-1) })),
  ),
  stranger(
    'a token that expires now',
    bearerNow(() => ({ exp: inSeconds(0) })),
  ),
  stranger(
    'a token that expired a second ago, and was taken before',
    bearerNow(() => ({ exp: inSeconds(60) })),
    {
      meanwhile: async () => elapse(61),
    },
  ),
  stranger('a token that never expires', bearer({ exp: undefined })),
  stranger(
    'a token that is not valid yet',
    bearerNow(() => ({ nbf: inSeconds(1) })),
  ),
  stranger('alg none', async (issuer, sub) => `Bearer ${issuer.unsigned({ ...ALL_SCOPES, sub })}`),
  stranger('alg none with a signature', async (issuer, sub) => {
    const [, , signature] = (await issuer.sign()).split('.')
    return `Bearer ${issuer.unsigned({ ...ALL_SCOPES, sub }, signature)}`
  }),
  stranger('HS256 signed with the public key', async (issuer, sub) => {
    return `Bearer ${await issuer.signWithPublicKey({ ...ALL_SCOPES, sub })}`
  }),
  stranger('a token signed with another key under a known id', async (issuer, sub) => {
    const another = await aSigningKey(issuer.signing.id)
    return `Bearer ${await issuer.sign({ ...ALL_SCOPES, sub }, {}, another)}`
  }),
  stranger('an unknown kid', bearer({}, { kid: 'k2' })),
  stranger('no kid', bearer({}, { kid: undefined })),
  stranger('claims changed after signing', async (issuer, sub) => {
    const [head, , signature] = (await issuer.sign({ ...ALL_SCOPES, sub: 'another' })).split('.')
    const [, claims] = (await issuer.sign({ ...ALL_SCOPES, sub })).split('.')
    return `Bearer ${head}.${claims}.${signature}`
  }),
  stranger('a token of another issuer', bearer({ iss: 'https://issuer.example' })),
  stranger('a token for another audience', bearer({ aud: 'another-api' })),
  stranger('a token for no audience', bearer({ aud: undefined })),
  stranger('a token of a client that is not listed', bearer({ client_id: 'another-client' })),
  stranger('a token of no client', bearer({ client_id: undefined })),
  stranger(
    'a token of Cognito of a client that is not listed',
    bearer({ aud: undefined, token_use: 'access', client_id: 'another-client' }),
  ),
  stranger('an ID token as access token', bearer({ aud: 'till', scope: undefined, nonce: 'n' }, { typ: 'JWT' })),
  stranger('an ID token for our audience', bearer({ scope: undefined }, { typ: 'JWT' })),
  stranger('an ID token of Cognito', bearer({ aud: 'till', token_use: 'id', scope: undefined }, { typ: undefined })),
  stranger('an ID token with our audience and scopes', bearer({ token_use: 'id' }, { typ: undefined })),
  stranger('a token of another type', bearer({}, { typ: 'logout+jwt' })),
  stranger('a token that is bound to a key', bearer({ cnf: { jkt: 'thumbprint' } })),

  // Those whose token does not allow it.
  ...SCOPES.map((missing) =>
    withScopes(
      `all scopes but ${missing}`,
      SCOPES.filter((scope) => scope !== missing),
    ),
  ),
  ...SCOPES.map((only) => withScopes(`the scope ${only} alone`, [only])),
  withScopes('no scope', []),
  {
    sender: 'scopes that only look like ours',
    authorization: bearer({ scope: 'LEDGER:READ ledger:read:all xoperations daybook/entries:write' }),
    is: { ...EVERYTHING, scopes: [] },
  },

  // Those who may not act for the merchant.
  granting('a client granted another merchant', ['acme'], 'rival', FOREIGN),
  granting('acme-* against acme', ['acme-*'], 'acme', FOREIGN),
  granting('acme-* against acmex-1', ['acme-*'], 'acmex-1', FOREIGN),
  granting('acme-1 against acme-10', ['acme-1'], 'acme-10', FOREIGN),
  granting('acme against ACME', ['acme'], 'ACME', FOREIGN),
  granting('a client whose grant is empty', [], 'acme', FOREIGN),
  granting('a client without a grant', undefined, 'acme', FOREIGN),
  {
    sender: 'a token that claims merchants itself',
    authorization: bearer({ merchants: ['*'], 'daybook:merchants': '*' }),
    granted: ['acme'],
    merchant: 'rival',
    is: FOREIGN,
  },
  {
    ...granting('a client whose grant was taken away 45 s ago', ['acme'], 'acme', FOREIGN),
    meanwhile: async (grants, sub) => {
      await grants.put(aGrant(sub, 'rival'))
      elapse(45)
    },
  },
  {
    ...granting('a client that was revoked 45 s ago', ['*'], 'acme', FOREIGN),
    meanwhile: async (grants, sub) => {
      await grants.remove(subject(sub))
      elapse(45)
    },
  },

  // When not all is well.
  { ...granting('anyone while the issuer is out of reach', ['*'], 'acme', EVERYTHING), trouble: 'issuer out of reach' },
  { ...granting('anyone while grants are out of reach', ['*'], 'acme', EVERYTHING), trouble: 'grants out of reach' },
  stranger('no token while metrics are open', async () => undefined, { trouble: 'metrics open' }),
]

// ------------------------------------------------------------------------------------------------------------- The routes

type Sent = { readonly path: string; readonly body?: unknown; readonly type?: string; readonly status: number }

const entryOf = (merchant: string) => ({
  entryId: 'e1',
  merchantId: merchant,
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: new Date().toISOString(),
})

const setAside = (id: string, merchant: string): SetAside =>
  aSetAside({
    entry: anEntry({ entryId: entryId(id), merchantId: merchantId(merchant) }),
    // Before all that is replayed, so that the same replay again answers the same.
    position: { shardId: 'shardId-000000000000', sequenceNumber: '0', index: 0 },
  })

const itemOf = (id: string, merchant: string) => quarantineId(quarantineKey(setAside(id, merchant)))

type Sending<Table> = { readonly [Name in keyof Table]: (merchant: string) => Sent }

/** A request to each route about a merchant, and its answer when all is well. A route of the table that is missing here does not compile. */
const INGEST_REQUESTS: Sending<typeof INGEST_ROUTES> = {
  registerMerchant: (m) => ({
    path: `/v1/merchants/${m}`,
    body: { name: 'Padaria', currency: 'BRL', timeZone: 'America/Sao_Paulo' },
    status: 200,
  }),
  changeMerchant: (m) => ({
    path: `/v1/merchants/${m}`,
    body: { name: 'Padaria' },
    type: 'application/merge-patch+json',
    status: 200,
  }),
  sendEntry: (m) => ({ path: '/v1/entries', body: entryOf(m), status: 202 }),
  sendBatch: (m) => ({ path: '/v1/entries/batch', body: { entries: [entryOf(m)] }, status: 202 }),
  streamEntries: (m) => ({ path: '/v1/entries/stream', body: entryOf(m), type: 'application/x-ndjson', status: 200 }),
  closeDays: (m) => ({ path: `/v1/merchants/${m}/days/${DAY}/close`, status: 200 }),
  replayQuarantined: (m) => ({ path: `/v1/quarantine/${itemOf('to-replay', m)}/replay`, status: 202 }),
  discardQuarantined: (m) => ({
    path: `/v1/quarantine/${itemOf('to-discard', m)}/discard`,
    body: { reason: 'test' },
    status: 200,
  }),
}

const QUERY_REQUESTS: Sending<typeof QUERY_ROUTES> = {
  listMerchants: () => ({ path: '/v1/merchants', status: 200 }),
  readMerchant: (m) => ({ path: `/v1/merchants/${m}`, status: 200 }),
  readBalance: (m) => ({ path: `/v1/merchants/${m}/balance`, status: 200 }),
  readPeriod: (m) => ({ path: `/v1/merchants/${m}/days?from=${DAY}&to=${DAY}`, status: 200 }),
  readDay: (m) => ({ path: `/v1/merchants/${m}/days/${DAY}`, status: 200 }),
  readWindows: (m) => ({ path: `/v1/merchants/${m}/days/${DAY}/windows?size=1h`, status: 200 }),
  followDays: (m) => ({ path: `/v1/merchants/${m}/live`, status: 200 }),
  listEntries: (m) => ({ path: `/v1/merchants/${m}/days/${DAY}/entries`, status: 200 }),
  readEntry: (m) => ({ path: `/v1/merchants/${m}/days/${DAY}/entries/e1`, status: 200 }),
  listQuarantine: () => ({ path: '/v1/quarantine', status: 200 }),
  readQuarantined: (m) => ({ path: `/v1/quarantine/${itemOf('to-replay', m)}`, status: 200 }),
}

const SERVICE_REQUESTS: Sending<typeof SERVICE_ROUTES> = {
  isAlive: () => ({ path: '/healthz', status: 200 }),
  isReady: () => ({ path: '/readyz', status: 200 }),
  readMetrics: () => ({ path: '/metrics', status: 200 }),
  readDocument: () => ({ path: '/openapi.json', status: 200 }),
  readDocs: () => ({ path: '/docs', status: 200 }),
  readRoot: () => ({ path: '/', status: 302 }),
  readDocsFolder: () => ({ path: '/docs/', status: 302 }),
  readProblems: () => ({ path: '/docs/problems', status: 200 }),
  readAsset: () => ({ path: '/docs/assets/page.css', status: 200 }),
}

type Row = {
  readonly service: 'ingest' | 'query-api'
  readonly name: string
  readonly route: Route
  readonly request: (merchant: string) => Sent
}

const rowsOf = <Table extends Readonly<Record<string, Route>>>(
  service: Row['service'],
  table: Table,
  requests: Sending<Table>,
): Row[] =>
  Object.entries(table).map(([name, route]) => ({ service, name, route, request: requests[name] as Row['request'] }))

const ROWS: readonly Row[] = [
  ...rowsOf('ingest', INGEST_ROUTES, INGEST_REQUESTS),
  ...rowsOf('ingest', SERVICE_ROUTES, SERVICE_REQUESTS),
  ...rowsOf('query-api', QUERY_ROUTES, QUERY_REQUESTS),
  ...rowsOf('query-api', SERVICE_ROUTES, SERVICE_REQUESTS),
]

const CELLS = ROWS.length * CASES.length

// -------------------------------------------------------------------------------------------------------------- The world

const UNREACHABLE = () => Promise.reject(new Error('no route to host'))

const elapse = (count: number) => void vi.advanceTimersByTime(count * 1_000)

/** Both services over one store, with tokens of a real issuer. */
const start = async (issuer: Issuer, trouble?: Trouble) => {
  const grants = memoryGrants()
  const registered = MERCHANTS.map((id) => aMerchant({ merchantId: merchantId(id) }))
  const merchants = memoryMerchants(registered)
  const { journal, heads, days, quarantine } = memoryBooks()
  for (const id of MERCHANTS) {
    const book = { merchantId: merchantId(id), day: day(DAY) }
    await heads.open(book)
    await journal.append(aSealedSegment({ book, entries: [anEntry({ merchantId: book.merchantId })] }))
    for (const item of ['to-replay', 'to-discard']) await quarantine.setAside(setAside(item, id))
  }
  const access = (): AccessParts => ({
    tokens: jwtTokens({ ...issuer.settings, clientIds: ['till', 'web'] }),
    grants: trouble === 'grants out of reach' ? { find: UNREACHABLE } : grants,
    metricsOpen: trouble === 'metrics open',
  })
  const log = { error: () => {}, warn: () => {} }
  const stream = memoryEntryStream()
  const closings: Closings = { start: async () => 'running', state: async () => ({ status: 'ended', days: [] }) }
  const apps = {
    ingest: ingest({
      access: access(),
      zones: ianaZones,
      stream,
      merchants,
      quarantine,
      log,
      closing: { closings, heads },
    }),
    'query-api': queryApi({
      ...access(),
      store: { merchants, heads, days, journal, quarantine, progress: memoryProgress() },
      openShards: stream.openShards,
      clock: Date.now,
      timer: { nowMs: () => performance.now(), sleep: async () => {} },
      every: () => () => {},
      stopping: new AbortController().signal,
      log,
      needs: [],
    }),
  }

  const ask = async ({ service, route, request }: Row, merchant: string, authorization?: string) => {
    const { path, body, type = 'application/json' } = request(merchant)
    const response = await apps[service].request(path, {
      method: route.method,
      headers: {
        'x-request-id': 'same',
        ...(body !== undefined && { 'content-type': type }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const isEndless = response.headers.get('content-type') === 'text/event-stream'
    if (isEndless) await response.body?.cancel()
    return { status: response.status, headers: response.headers, text: isEndless ? '' : await response.text() }
  }
  return { apps, grants, issuer, ask }
}

type World = Awaited<ReturnType<typeof start>>

/** What an answer is, as the sender sees it. */
const outcomeOf = ({ route, request }: Row, merchant: string, answer: Awaited<ReturnType<World['ask']>>): string => {
  const { status, headers, text } = answer
  const isOfEntries = route.access !== 'open' && route.access.merchants === 'of-entries'
  // Of an upload, the answer begins before its lines are judged.
  if (isOfEntries && (status === 422 || status === 200) && text.includes('unknown-merchant')) return 'entry refused'
  if (headers.get('content-type') === 'application/problem+json') {
    const challenge = headers.get('www-authenticate')
    if (status === 401 && challenge?.startsWith('Bearer realm="daybook"') !== true) return '401 without a challenge'
    return `${status} ${String((JSON.parse(text) as { code: unknown }).code)}`
  }
  if (status === 503 && text.includes('not-ready')) return '503 not-ready'
  if (status !== request(merchant).status) return String(status)
  if (route.access === 'open' || route.access.merchants !== 'listed') return 'answered'
  const { data } = JSON.parse(text) as { data: { merchantId: string }[] }
  return data.some((item) => item.merchantId === merchant) ? 'answered' : 'left out'
}

// -------------------------------------------------------------------------------------------------------------- The tests

let issuer: Issuer
const worlds = new Map<Trouble | undefined, World>()

beforeAll(async () => {
  issuer = await anIssuer()
  // Timers are those of the machine: the keys come over a real connection.
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW_MS })
  const away = await anIssuer(issuer.signing)
  await away.stop()
  for (const trouble of [undefined, 'grants out of reach', 'metrics open'] as const) {
    worlds.set(trouble, await start(issuer, trouble))
  }
  worlds.set('issuer out of reach', await start(away, 'issuer out of reach'))
})

afterAll(async () => {
  vi.useRealTimers()
  await issuer.stop()
})

const worldOf = ({ trouble }: Case): World => worlds.get(trouble) ?? expect.fail('no such world')

describe(`each of ${CELLS} cells, ${ROWS.length} routes by ${CASES.length} senders, is as declared`, () => {
  let cells = 0

  test.each(CASES.map((given, index) => ({ ...given, sub: `client-${index}` })))('$sender', async (given) => {
    const {
      sub,
      is,
      merchant = 'acme',
      granted = 'granted' in given ? undefined : ['acme'],
      meanwhile,
      trouble,
    } = given
    const { grants, ask, issuer } = worldOf(given)
    if (granted !== undefined) await grants.put(aGrant(sub, ...granted))
    const authorization = await given.authorization(issuer, sub)

    if (meanwhile !== undefined) {
      for (const row of ROWS) {
        const before = { ...EVERYTHING, mayActForAll: granted?.includes('*') === true }
        const outcome = outcomeOf(row, merchant, await ask(row, merchant, authorization))
        expect(`${row.name}: ${outcome}`).toBe(`${row.name}: ${declared(row.name, row.route.access, before)}`)
      }
      await meanwhile(grants, sub)
    }

    const found: string[] = []
    const wanted: string[] = []
    for (const row of ROWS) {
      const cell = (outcome: string) => `${row.service} ${row.name}: ${outcome}`
      found.push(cell(outcomeOf(row, merchant, await ask(row, merchant, authorization))))
      wanted.push(cell(declared(row.name, row.route.access, is, trouble)))
    }
    cells += found.length
    expect(found).toEqual(wanted)
  })

  test(`and there are ${CELLS} of them`, () => expect(cells).toBe(CELLS))
})

describe('a merchant that is not granted is answered like one that does not exist, to the byte', () => {
  const LISTED: Row = {
    service: 'query-api',
    name: 'listQuarantine of a merchant',
    route: QUERY_ROUTES.listQuarantine,
    request: (m) => ({ path: `/v1/quarantine?merchant=${m}`, status: 200 }),
  }
  const HIDING = [...ROWS, LISTED].filter(({ route: { access } }) => access !== 'open' && access.merchants !== 'all')
  const isList = ({ route: { access } }: Row) => access !== 'open' && access.merchants === 'listed'

  /** All that a client gets to see, but for what is different each time: when it was answered. */
  const seen = async (row: Row, merchant: string, granted: string) => {
    const { grants, ask } = worlds.get(undefined) ?? expect.fail('no such world')
    const sub = `looks for ${merchant}`.replaceAll(' ', '-')
    await grants.put(aGrant(sub, granted))
    // What the merchant is called is known to the client.
    const { status, headers, text } = await ask(row, merchant, await bearer()(issuer, sub))
    headers.delete('date')
    headers.delete('daybook-as-of')
    return { status, headers: [...headers], text: text.replaceAll(merchant, '<merchant>') }
  }

  test.each(HIDING)('on $service $name', async (row) => {
    expect(await seen(row, 'rival', 'acme')).toEqual(await seen(row, 'nobody', 'acme'))
  })

  // A client that may act for all whose id begins alike asks for one of them that is not registered.
  test.each(HIDING.filter((row) => row.name !== 'registerMerchant' && !isList(row)))(
    'on $service $name, where it could be granted and is not registered',
    async (row) => {
      expect(await seen(row, 'rival', 'acme')).toEqual(await seen(row, 'acmeless', 'acme*'))
    },
  )
})

/** Of which the documents say nothing. */
const FOR_PEOPLE = new Set(['readAsset', 'readRoot', 'readDocsFolder'])

describe('the table of routes is all that there is', () => {
  const TABLES = { ingest: INGEST_ROUTES, 'query-api': QUERY_ROUTES }

  test.each(['ingest', 'query-api'] as const)('every route of %s is a row of the table', (service) => {
    const { apps } = worlds.get(undefined) ?? expect.fail('no such world')
    const routes = apps[service].routes.map(({ method, path }) => ({
      method,
      path: path.replaceAll(/:(\w+)/g, '{$1}'),
    }))
    const ofBoth = Object.values<Route>(SERVICE_ROUTES)
    const withoutSlash = [...ofBoth, { ...SERVICE_ROUTES.readRoot, path: '' }]
    const below = withoutSlash.map((route) => ({ ...route, path: `${SERVICE_PREFIX}${route.path}` }))
    const rows = [...Object.values<Route>(TABLES[service]), ...ofBoth, ...(service === 'ingest' ? below : [])]
    const answering = routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
    expect(answering.toSorted()).toEqual(rows.map(({ method, path }) => `${method} ${path}`).toSorted())

    // What takes every method: the measuring and the request id, and on each path of the table the answer 405.
    const [before, after] = [routes.filter(({ path }) => path === '/*'), routes.filter(({ path }) => path !== '/*')]
    expect(before).toHaveLength(2)
    const paths = new Set(rows.map(({ path }) => path))
    expect(after.filter(({ method }) => method === 'ALL').map(({ path }) => path)).toEqual([...paths])
  })

  // The cells above follow the table, so a wrong row would be wrong there as well. This is the contract in other words.
  test('says of each route what the contract says of its path', () => {
    const open = ROWS.filter(({ route }) => route.access === 'open').map(({ route: { path } }) => path)
    expect(new Set(open)).toEqual(
      new Set([
        '/healthz',
        '/readyz',
        '/openapi.json',
        '/',
        '/docs',
        '/docs/',
        '/docs/problems',
        '/docs/assets/{name}',
      ]),
    )

    const scopeOf = ({ method, path }: Route): Scope => {
      if (path.startsWith('/v1/entries')) return 'entries:write'
      if (/^\/(v1\/quarantine|metrics)|\/close$/.test(path)) return 'operations'
      return method === 'GET' ? 'ledger:read' : 'merchants:admin'
    }
    const ruleOf = ({ method, path }: Route): MerchantRule => {
      if (/^\/v1\/merchants\/\{merchant(Id)?\}/.test(path)) return 'in-path'
      if (path.startsWith('/v1/quarantine/{quarantineId}')) return 'of-item'
      if (path === '/metrics') return 'all'
      return method === 'GET' ? 'listed' : 'of-entries'
    }
    for (const { route } of ROWS) {
      if (route.access === 'open') continue
      const { scope, merchants } = route.access
      expect(`${route.method} ${route.path} ${scope} ${merchants}`).toBe(
        `${route.method} ${route.path} ${scopeOf(route)} ${ruleOf(route)}`,
      )
    }
  })

  test('a row without a handler, and a handler without a row, do not compile', () => {
    const all = { isAlive: () => new Response(), isReady: () => new Response() }
    type Two = Handlers<Pick<typeof SERVICE_ROUTES, 'isAlive' | 'isReady'>>
    const complete: Two = all
    // @ts-expect-error The row isReady has no handler.
    const without: Two = { isAlive: all.isAlive }
    // @ts-expect-error There is no row isHealthy.
    const beyond: Two = { ...all, isHealthy: all.isAlive }
    expect([complete, without, beyond].map((handlers) => Object.keys(handlers).length)).toEqual([2, 1, 3])
  })

  test('a route that names no access does not compile', () => {
    // @ts-expect-error Who may use it is not said.
    const route: Route = { method: 'GET', path: '/v1/secrets' }
    expect(route).toBeDefined()
  })

  test.each([
    { service: 'ingest', document: ingestDocument() },
    { service: 'the query API', document: queryDocument() },
  ])('the document of $service asks for what the table asks for', ({ service, document }) => {
    const rows = ROWS.filter(
      (row) => (row.service === 'ingest') === (service === 'ingest') && !FOR_PEOPLE.has(row.name),
    )
    const said = rows.map(({ route }) => {
      const path = document.paths[route.path] as Record<string, { security: unknown }>
      return path[route.method.toLowerCase()]?.security
    })
    const wanted = rows.map(({ route: { access } }) => (access === 'open' ? [] : [{ token: [access.scope] }]))
    expect(said).toEqual(wanted)
  })
})
