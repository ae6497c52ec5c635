/** Every port fails with errors that hold everything we must not tell; answers and logs of every route are read. */
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { memoryTokens } from '#adapters/tokens/memory-tokens'
import { ianaZones } from '#adapters/zones/iana-zones'
import { processLog } from '#infra/log'
import { SCOPES } from '#ledger/access'
import { aGrant, aMerchant, subject } from '#test/builders'
import { INGEST_REQUESTS, ITEM, QUERY_REQUESTS, type NamedRequest } from './every-request.ts'
import { anIngest, NOW_MS, SALE } from './ingest-fixtures.ts'
import { failing, INTERNALS, meanError, SECRETS, TOKEN, type Manner } from './mean-ports.ts'
import { aQueryApi, moved } from './query-fixtures.ts'

type Sendable = { readonly request: (path: string, init: RequestInit) => Response | Promise<Response> }

const MANNERS: readonly Manner[] = ['rejects', 'throws']

const allowed = () => ({
  tokens: memoryTokens({
    [TOKEN]: { subject: subject('tester'), scopes: new Set(SCOPES), expiresAtMs: Number.MAX_SAFE_INTEGER },
  }),
  grants: memoryGrants([aGrant('tester', '*')]),
})

/** The log as a deployed process writes it, with every level on. */
const aLog = () => {
  const lines: string[] = []
  return { lines, log: processLog({ level: 'trace', destination: { write: (line) => void lines.push(line) } }) }
}

const INGEST_PORTS = ['tokens', 'grants', 'stream', 'merchants', 'quarantine', 'auditTrail', 'zones'] as const

const ingestWith = async (port: (typeof INGEST_PORTS)[number] | 'none', manner: Manner) => {
  const { lines, log } = aLog()
  const { tokens, grants } = allowed()
  const quarantine = memoryQuarantine()
  await quarantine.setAside(ITEM)
  const healthy = {
    tokens,
    grants,
    stream: memoryEntryStream(),
    merchants: memoryMerchants([aMerchant()]),
    quarantine,
    auditTrail: { publish: async () => {} },
    zones: ianaZones,
  }
  const ports = port === 'none' ? healthy : { ...healthy, [port]: failing(healthy[port], manner) }
  const { app } = anIngest({ ...ports, access: ports, log, clock: () => NOW_MS })
  return { app, lines }
}

const QUERY_PORTS = [
  'tokens',
  'grants',
  'merchants',
  'heads',
  'journal',
  'progress',
  'quarantine',
  'openShards',
] as const

const queryWith = async (port: (typeof QUERY_PORTS)[number], manner: Manner, isFailing = () => true) => {
  const { lines, log } = aLog()
  const access = allowed()
  const fail = <P extends object>(healthy: P, name: string): P =>
    name === port ? failing(healthy, manner, isFailing) : healthy
  const stream = memoryEntryStream()
  const system = aQueryApi({
    tokens: fail(access.tokens, 'tokens'),
    grants: fail(access.grants, 'grants'),
    openShards: () => fail({ openShards: stream.openShards }, 'openShards').openShards(),
    storeWith: ({ merchants, heads, journal, progress, quarantine }) => ({
      merchants: members(fail(merchants, 'merchants')),
      heads: members(fail(heads, 'heads')),
      journal: members(fail(journal, 'journal')),
      progress: members(fail(progress, 'progress')),
      quarantine: members(fail(quarantine, 'quarantine')),
    }),
    log,
  })
  await system.quarantine.setAside(ITEM)
  await system.append(moved('e1', '2026-11-20T12:00:00Z', 100n))
  return { ...system, lines }
}

/** The members of a port by their names, as a spread copies them. */
const members = <P extends object>(port: P): P =>
  Object.fromEntries(Object.keys(port).map((name) => [name, Reflect.get(port, name)])) as P

/** The whole answer as text: status, headers and body. A stream that does not end is left after its first events. */
const wholeAnswer = async (app: Sendable, { path, init }: Pick<NamedRequest, 'path' | 'init'>): Promise<string> => {
  const headers = {
    ...init.headers,
    authorization: `Bearer ${TOKEN}`,
    cookie: `__Host-session=${SECRETS.cookie}`,
    'x-operator': 'ana',
  }
  const url = `${path}?access_token=${SECRETS.opaqueToken}`
  const response = await app.request(init.method === 'GET' ? path : url, { ...init, headers })
  const head = `${response.status}\n${[...response.headers].join('\n')}\n`
  const isEndless = response.headers.get('content-type') === 'text/event-stream'
  if (!isEndless) return head + (await response.text())
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const { value } = await reader.read()
  await reader.cancel()
  return head + new TextDecoder().decode(value)
}

/** What is found of the texts, by its name. */
const found = (texts: Readonly<Record<string, string>>, haystack: string): readonly string[] =>
  Object.entries(texts).flatMap(([name, text]) => (haystack.includes(text) ? [name] : []))

const STACK = /\n\s+at |\.[tj]s:\d+|node_modules|node:internal/

const expectNoLeak = (answers: readonly string[], lines: readonly string[]) => {
  for (const answer of answers) {
    expect(found({ ...INTERNALS, ...SECRETS }, answer), answer).toEqual([])
    expect(answer).not.toMatch(STACK)
  }
  for (const line of lines) {
    expect(found(SECRETS, line), line).toEqual([])
    expect(() => JSON.parse(line)).not.toThrow()
  }
}

/** Documents hold words of ours such as names of files. */
const withoutDocs = (requests: readonly NamedRequest[]) => requests.filter(({ path }) => !/docs|openapi/.test(path))

describe.each(MANNERS)('when a port %s', (manner) => {
  // Uploads pause before they try again. Time passes at once where all else waits for it.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    vi.setTimerTickMode('nextTimerAsync')
  })
  afterEach(() => void vi.useRealTimers())

  test.each(INGEST_PORTS)('no route of ingest tells why, and no line of the log has a secret: %s', async (port) => {
    const { app, lines } = await ingestWith(port, manner)
    const answers = []
    for (const request of withoutDocs(INGEST_REQUESTS)) answers.push(await wholeAnswer(app, request))
    expectNoLeak(answers, lines)
    expect(answers.length).toBeGreaterThan(0)
    // The log does tell why. No route of these requests needs new zone data of a known zone.
    if (port !== 'zones') expect(lines.join('')).toContain(INTERNALS.kind)
  })

  test.each(QUERY_PORTS)(
    'no route of the query API tells why, and no line of the log has a secret: %s',
    async (port) => {
      const { app, lines, stop } = await queryWith(port, manner)
      const answers = []
      for (const request of withoutDocs(QUERY_REQUESTS)) answers.push(await wholeAnswer(app, request))
      stop()
      expectNoLeak(answers, lines)
      expect(lines.join('')).toContain(INTERNALS.kind)
    },
  )

  test('no event of a live stream tells why', async () => {
    let isFailing = false
    const system = await queryWith('journal', manner, () => isFailing)
    const response = await system.app.request('/v1/merchants/m1/live', {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    expect(response.status).toBe(200)
    const reading = response.text()
    isFailing = true
    for (const _look of [1, 2, 3]) await system.tick(250)
    isFailing = false
    await system.tick(250)
    system.stop()
    const events = await reading
    expect(events).toContain('event: day')
    expectNoLeak([events], system.lines)
    expect(system.lines.join('')).toContain(INTERNALS.kind)
  })

  test('no line of the answer to an upload tells why', async () => {
    const { app, lines } = await ingestWith('stream', manner)
    const body = [SALE, { ...SALE, entryId: 'e2' }].map((entry) => `${JSON.stringify(entry)}\n`).join('')
    const answer = await wholeAnswer(app, { path: '/v1/entries/stream', init: { method: 'POST', body } })
    expect(answer).toContain('"status":"rejected"')
    expectNoLeak([answer], lines)
  })
})

describe('requests that are refused', () => {
  test.each([
    { what: 'an unknown route', path: '/v1/nothing', init: {} },
    { what: 'an unknown method', path: '/v1/entries', init: { method: 'DELETE' } },
    { what: 'a body that is no JSON', path: '/v1/entries', init: { method: 'POST', body: '{' } },
    { what: 'a body that is no entry', path: '/v1/entries', init: { method: 'POST', body: `{"a":"${TOKEN}"}` } },
    {
      what: 'a body that is no gzip',
      path: '/v1/entries',
      init: { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } },
    },
  ])('leave no secret in the log, and get none back: $what', async ({ path, init }) => {
    const { app, lines } = await ingestWith('none', 'rejects')
    expectNoLeak([await wholeAnswer(app, { path, init })], lines)
  })
})

describe('the log', () => {
  const lineOf = async (write: (log: ReturnType<typeof aLog>['log']) => void): Promise<string> => {
    const { lines, log } = aLog()
    write(log)
    await setImmediate()
    return lines.join('')
  }

  test('says of an error its kind, message, stack, plain members and causes', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', port: 8000 })
    const error = Object.assign(new TypeError('fetch failed', { cause }), {
      $metadata: { attempts: 3, requestId: 'r1' },
    })
    const line = JSON.parse(await lineOf((log) => log.error({ err: error }, 'no answer'))) as { err: object }
    expect(line).toMatchObject({
      msg: 'no answer',
      err: {
        type: 'TypeError',
        message: 'fetch failed',
        stack: expect.stringContaining('nothing-leaks.test.ts') as string,
        $metadata: { attempts: 3, requestId: 'r1' },
        cause: { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED', port: 8000 },
      },
    })
  })

  test.each([
    { what: 'an error', write: (log: ReturnType<typeof aLog>['log']) => log.error({ err: meanError() }, 'failed') },
    {
      what: 'several errors in one',
      write: (log) => log.error({ err: new AggregateError([meanError(), meanError()]) }),
    },
    { what: 'something thrown that is no error', write: (log) => log.error({ err: { headers: meanError().message } }) },
    { what: 'a message', write: (log) => log.fatal(meanError().message) },
    {
      what: 'headers',
      write: (log) => log.info({ headers: { authorization: 'Bearer x1y2z3', cookie: SECRETS.cookie } }),
    },
    { what: 'a child of the log', write: (log) => log.child({ token: TOKEN }).warn({ secret: SECRETS.clientSecret }) },
    { what: 'a list of headers', write: (log) => log.info({ rawHeaders: ['authorization', `Bearer ${TOKEN}`] }) },
    {
      what: 'JSON in a text',
      write: (log) => log.info({ body: JSON.stringify({ client_secret: SECRETS.clientSecret }) }),
    },
  ] as { what: string; write: (log: ReturnType<typeof aLog>['log']) => void }[])(
    'hides the secrets in $what',
    async ({ write }) => {
      expectNoLeak([], (await lineOf(write)).trimEnd().split('\n'))
    },
  )

  test('leaves words alone that only sound like secrets', async () => {
    const text = 'the issuer of tokens does not answer; 3 cookies, one token, "secret" and basic needs'
    expect(await lineOf((log) => log.info({ nextPage: 'abc', tokens: 3 }, text))).toContain(JSON.stringify(text))
  })
})
