/** The door before every route: which requests get in, what is remembered, and what those hear that do not get in. */
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryGrants } from '#adapters/grants/memory-grants'
import type { AccessParts } from '#http/access'
import { serve } from '#http/serve'
import { service } from '#http/service'
import type { ServiceContext } from '#http/context'
import { SCOPES, type Caller, type Grant } from '#ledger/access'
import type { Grants } from '#ledger/ports'
import { ok, refuse } from '#ledger/result'
import { aGrant, subject } from '#test/builders'
import type { Routes } from '#wire/http/routes'

const NOW_MS = Date.parse('2026-11-20T12:30:00Z')

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW_MS }))
afterEach(() => void vi.useRealTimers())

const elapse = (ms: number) => void vi.advanceTimersByTime(ms)

const ROUTES = {
  read: { method: 'GET', path: '/merchants/{merchant}', access: { scope: 'ledger:read', merchants: 'in-path' } },
  send: { method: 'POST', path: '/entries', access: { scope: 'entries:write', merchants: 'of-entries' } },
  sum: { method: 'GET', path: '/sum', access: { scope: 'ledger:read', merchants: 'all' } },
} as const satisfies Routes

/** A token is the name of its subject, which has all scopes, and what the token is to have otherwise behind a comma. */
const aDoor = (given: Partial<AccessParts> & { granted?: readonly Grant[]; expiresAtMs?: number } = {}) => {
  const { granted = [aGrant('till', 'acme')], expiresAtMs = NOW_MS + 3_600_000, ...parts } = given
  const verified: string[] = []
  const found: string[] = []
  const logged: unknown[] = []
  const handled: ServiceContext[] = []
  const grants = memoryGrants(granted)
  const answer = (c: ServiceContext) => {
    handled.push(c)
    return Response.json({ merchant: c.req.param('merchant') ?? null, patterns: c.get('merchants').patterns })
  }
  const app = service(
    {
      tokens: {
        ready: async () => {},
        verify: async (token) => {
          verified.push(token)
          if (token === 'unknown') return refuse('The token is "not" known.')
          return ok({ subject: subject(token.slice(0, 250)), scopes: new Set(SCOPES), expiresAtMs } satisfies Caller)
        },
      },
      grants: {
        find: async (name) => {
          found.push(name)
          return await grants.find(name)
        },
      },
      log: { error: (...line: unknown[]) => void logged.push(line) },
      needs: [],
      ...parts,
    },
    {
      routes: ROUTES,
      handlers: { read: answer, send: answer, sum: answer },
      document: () => ({ info: {}, paths: {} }),
    },
  )
  const ask = async (path = '/merchants/acme', authorization: string | undefined = 'Bearer till', method = 'GET') =>
    await app.request(path, { method, headers: { ...(authorization !== undefined && { authorization }) } })
  return { app, ask, grants, verified, found, logged, handled }
}

const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code

describe('the header Authorization', () => {
  const LONG = 'a'.repeat(12_000)

  test.each([
    { header: 'Bearer till' },
    { header: 'bearer till' },
    { header: 'BEARER   till' },
    { header: 'Bearer till  ' },
    { header: 'Bearer till==' },
    { header: `Bearer ${LONG}`, granted: [aGrant(LONG.slice(0, 250), 'acme')] },
  ])('is taken as $header', async ({ header, granted = [aGrant('till', 'acme'), aGrant('till==', 'acme')] }) => {
    expect((await aDoor({ granted }).ask('/merchants/acme', header)).status).toBe(200)
  })

  // RFC 6750, section 3.1: without credentials of the scheme, a challenge says nothing of an error.
  test.each(['', 'Basic dGlsbDpzZWNyZXQ=', 'Digest username="till"', 'till', 'Bearertill', 'DPoP till', '\t'])(
    'holds no token as "%s", and is answered with a bare challenge',
    async (header) => {
      const { ask, verified } = aDoor()
      const response = await ask('/merchants/acme', header)
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="daybook"'])
      expect([await codeOf(response), verified]).toEqual(['unauthenticated', []])
    },
  )

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer a,b',
    'Bearer "till"',
    'Bearer till;v=1',
    'Bearer tïll',
    'Bearer till\u00a0',
    'Bearer till\u0001',
    'Bearer =',
    'Bearer token=till',
    `Bearer ${'a'.repeat(6_000)}${'='.repeat(6_000)}!`,
    `Bearer${' '.repeat(12_000)}`,
  ])('is no token as "%s", and no token is looked for in it', async (header) => {
    const { ask, verified } = aDoor()
    const response = await ask('/merchants/acme', header)
    expect([response.status, verified]).toEqual([401, []])
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="daybook"(, error="invalid_token", .*)?$/)
  })

  test('is the only place of a token: one in the URL, a form or a cookie counts for nothing', async () => {
    const { app, verified } = aDoor()
    const answers = await Promise.all([
      app.request('/merchants/acme?access_token=till'),
      app.request('/entries?access_token=till', {
        method: 'POST',
        body: new URLSearchParams({ access_token: 'till' }),
      }),
      app.request('/merchants/acme', { headers: { cookie: 'access_token=till', 'x-authorization': 'Bearer till' } }),
    ])
    expect([answers.map(({ status }) => status), verified]).toEqual([[401, 401, 401], []])
  })
})

describe('a refusal', () => {
  test('of a token says why, in a header that its quotes do not break', async () => {
    const response = await aDoor().ask('/merchants/acme', 'Bearer unknown')
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="daybook", error="invalid_token", error_description="The token is 'not' known."`,
    )
    expect(await response.json()).toMatchObject({ code: 'unauthenticated', detail: 'The token is "not" known.' })
  })

  test('for a missing scope names the scope, and reads no grant', async () => {
    const verify = async () =>
      ok({ subject: subject('till'), scopes: new Set(['operations' as const]), expiresAtMs: Number.MAX_VALUE })
    const { ask, found } = aDoor({ tokens: { verify, ready: async () => {} } })
    const response = await ask()
    expect([response.status, response.headers.get('www-authenticate'), found]).toEqual([
      403,
      'Bearer realm="daybook", error="insufficient_scope", scope="ledger:read"',
      [],
    ])
  })

  test('is kept by no cache', async () => {
    const { ask } = aDoor()
    for (const [path, token] of [
      ['/merchants/acme', 'Bearer unknown'],
      ['/merchants/other', 'Bearer till'],
      ['/sum', 'Bearer till'],
    ]) {
      expect((await ask(path, token)).headers.get('cache-control')).toContain('no-store')
    }
  })
})

describe('a path', () => {
  test.each([
    { path: '/merchants/acme', seen: 'acme' },
    { path: '/merchants/%61cme', seen: 'acme' },
    { path: '/merchants/acme?merchant=other', seen: 'acme' },
    { path: '/merchants/other/../acme', seen: 'acme' },
    { path: '/merchants/other/%2e%2e/acme', seen: 'acme' },
  ])('$path is one of the merchant that is granted, to the door and to the handler', async ({ path, seen }) => {
    const response = await aDoor().ask(path)
    expect([response.status, await response.json()]).toEqual([200, { merchant: seen, patterns: ['acme'] }])
  })

  test.each([
    '/merchants/other',
    '/merchants/%6fther',
    '/merchants/acme%00',
    '/merchants/acme%2F',
    '/merchants/acme%2Fother',
    '/merchants/other%2F..%2Facme',
    '/merchants/%2561cme',
    '/merchants/acme%0a',
    '/merchants/acme%20',
    '/merchants/ACME',
    '/merchants/acme;other',
    '/merchants/*',
    '/merchants/%ff',
    '/merchants/acme%',
    `/merchants/${'a'.repeat(8_000)}`,
    `/merchants/acme${'%00'.repeat(2_000)}`,
  ])('%s never gets to the handler of a client that is granted acme', async (path) => {
    const { ask, handled } = aDoor()
    expect([(await ask(path)).status, handled.length]).toEqual([404, 0])
  })

  test('that does not exist is answered 404 to everyone, and a method that it does not take 405', async () => {
    const { ask, verified } = aDoor()
    expect((await ask('/nothing', undefined)).status).toBe(404)
    expect((await ask('/merchants/', undefined)).status).toBe(404)
    expect((await ask('//merchants/acme', undefined)).status).toBe(404)
    const wrong = await ask('/merchants/acme', undefined, 'DELETE')
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const options = await ask('/merchants/acme', undefined, 'OPTIONS')
    expect([options.status, options.headers.get('allow'), verified]).toEqual([204, 'GET, HEAD, OPTIONS', []])
  })

  test('is guarded under HEAD as under GET', async () => {
    const { ask, handled } = aDoor()
    for (const [path, token, status] of [
      ['/merchants/acme', '', 401],
      ['/merchants/other', 'Bearer till', 404],
      ['/merchants/acme', 'Bearer till', 200],
    ] as const) {
      const response = await ask(path, token, 'HEAD')
      expect([response.status, await response.text()]).toEqual([status, ''])
    }
    expect(handled).toHaveLength(1)
  })
})

describe('the metrics', () => {
  test.each([
    { metricsOpen: false, token: '', status: 401 },
    { metricsOpen: false, token: 'Bearer till', status: 403 },
    { metricsOpen: false, token: 'Bearer root', status: 200 },
    { metricsOpen: true, token: '', status: 200 },
    { metricsOpen: true, token: 'Bearer unknown', status: 200 },
  ])('are answered $status with METRICS_OPEN=$metricsOpen to "$token"', async ({ metricsOpen, token, status }) => {
    const { ask } = aDoor({ metricsOpen, granted: [aGrant('till', 'acme*'), aGrant('root', '*')] })
    expect((await ask('/metrics', token)).status).toBe(status)
  })

  test('alone are opened by METRICS_OPEN, not every route that is about all merchants', async () => {
    expect((await aDoor({ metricsOpen: true }).ask('/sum', '')).status).toBe(401)
  })
})

describe('a token', () => {
  test('is verified once in 5 minutes', async () => {
    const { ask, verified } = aDoor()
    for (const ms of [0, 299_999, 1]) {
      elapse(ms)
      expect((await ask()).status).toBe(200)
    }
    expect(verified).toEqual(['till', 'till'])
  })

  test('counts up to its expiry and not a millisecond longer, though it is remembered', async () => {
    const { ask, verified } = aDoor({ expiresAtMs: NOW_MS + 60_000 })
    expect((await ask()).status).toBe(200)
    elapse(59_999)
    expect((await ask()).status).toBe(200)
    elapse(1)
    const late = await ask()
    expect([late.status, verified.length]).toEqual([401, 1])
    expect(late.headers.get('www-authenticate')).toContain('The token has expired.')
  })

  test('that was refused is not remembered, and neither is one that could not be checked', async () => {
    let tries = 0
    const verify = async () => {
      tries += 1
      if (tries === 1) throw new Error('no route to host')
      return tries === 2
        ? refuse('Not yet.')
        : ok({ subject: subject('till'), scopes: new Set(SCOPES), expiresAtMs: Number.MAX_VALUE })
    }
    const { ask, logged } = aDoor({ tokens: { verify, ready: async () => {} } })
    const away = await ask()
    expect([away.status, away.headers.get('retry-after'), await codeOf(away)]).toEqual([503, '1', 'access-unavailable'])
    expect([(await ask()).status, (await ask()).status]).toEqual([401, 200])
    expect(logged).toMatchObject([
      [
        { err: new Error('no route to host'), dependency: 'the issuer of tokens' },
        expect.stringContaining('answered 503'),
      ],
    ])
    expect(JSON.stringify(logged)).not.toContain('Bearer')
  })

  test('takes the place of the oldest of 10,000 that are remembered', async () => {
    const { ask, verified } = aDoor({ granted: [] })
    for (let number = 0; number <= 10_000; number += 1) await ask('/sum', `Bearer t${number}`)
    verified.length = 0
    await ask('/sum', 'Bearer t1')
    await ask('/sum', 'Bearer t0')
    expect(verified).toEqual(['t0'])
  })

  test('of more than 4 KiB is taken, but not remembered', async () => {
    const { ask, verified } = aDoor()
    for (const length of [4_096, 4_096, 4_097, 4_097]) await ask('/sum', `Bearer ${'a'.repeat(length)}`)
    expect(verified.map(({ length }) => length)).toEqual([4_096, 4_097, 4_097])
  })
})

describe('a grant', () => {
  test('is read once for all requests of a client in 45 s, however many come at once', async () => {
    const { ask, found } = aDoor({ granted: [aGrant('till', 'acme'), aGrant('web', 'acme')] })
    const at = async (ms: number) => {
      elapse(ms)
      const names = ['till', 'web'].flatMap((name) => Array.from({ length: 50 }, () => name))
      const answers = await Promise.all(names.map(async (name) => await ask('/merchants/acme', `Bearer ${name}`)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    }
    await at(0)
    await at(44_999)
    expect(found).toEqual(['till', 'web'])
    await at(1)
    expect(found).toEqual(['till', 'web', 'till', 'web'])
  })

  test('that is taken away counts for 45 s from the moment at which it was read, not at which the answer came', async () => {
    const grants = memoryGrants([aGrant('till', 'acme')])
    const { ask } = aDoor({
      grants: {
        find: async (name) => {
          const grant = await grants.find(name)
          elapse(10_000)
          return grant
        },
      },
    })
    expect((await ask()).status).toBe(200)
    await grants.remove(subject('till'))
    elapse(34_999)
    expect((await ask()).status).toBe(200)
    elapse(1)
    expect((await ask()).status).toBe(404)
  })

  test('that cannot be read is answered 503 to all who wait for it, and read again for the next', async () => {
    let isAway = true
    const memory = memoryGrants([aGrant('till', 'acme')])
    const reads: string[] = []
    const find: Grants['find'] = async (name) => {
      reads.push(name)
      return isAway ? await Promise.reject(new Error('throttled: table grants-4711')) : await memory.find(name)
    }
    const { ask } = aDoor({ grants: { find } })
    const answers = await Promise.all([ask(), ask()])
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '1'],
      [503, '1'],
    ])
    expect(JSON.stringify(await answers[0].json())).not.toContain('4711')
    isAway = false
    expect([(await ask()).status, reads.length]).toEqual([200, 2])
  })

  test('that was read is no substitute for one that cannot be read 45 s later', async () => {
    const memory = memoryGrants([aGrant('till', 'acme')])
    let isAway = false
    const find: Grants['find'] = async (name) => {
      return isAway ? await Promise.reject(new Error('throttled')) : await memory.find(name)
    }
    const { ask } = aDoor({ grants: { find } })
    expect((await ask()).status).toBe(200)
    isAway = true
    elapse(44_999)
    expect((await ask()).status).toBe(200)
    elapse(1)
    expect((await ask()).status).toBe(503)
  })

  test('given to a client that had none counts after 45 s at the latest', async () => {
    const { ask, grants } = aDoor({ granted: [] })
    expect((await ask()).status).toBe(404)
    await grants.put(aGrant('till', 'acme'))
    elapse(45_000)
    expect((await ask()).status).toBe(200)
  })
})

describe('what lasts longer than a request', () => {
  const access = async (given: Parameters<typeof aDoor>[0] = {}) => {
    const door = aDoor(given)
    await door.ask()
    const [c] = door.handled
    return { ...door, access: c?.get('access') ?? expect.fail('the handler was not reached') }
  }

  test('hears the grant of now each time that it asks', async () => {
    const { access: lasting, grants } = await access()
    await grants.put(aGrant('till', 'b'))
    elapse(45_000)
    expect((await lasting.merchants()).patterns).toEqual(['b'])
  })

  test('hears that the token has expired', async () => {
    const { access: lasting } = await access({ expiresAtMs: NOW_MS + 1_000 })
    elapse(1_000)
    expect(() => lasting.merchants()).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'unauthenticated' }) }),
    )
  })
})

describe('on the wire', () => {
  const host = '127.0.0.1'

  /** All that the server says until it closes the connection. */
  const sent = async (port: number, send: (socket: Socket) => void): Promise<string> => {
    const socket = connect(port, host)
    let text = ''
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')))
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    send(socket)
    await closed
    return text
  }

  const serving = async (run: (port: number, door: ReturnType<typeof aDoor>) => Promise<void>) => {
    const door = aDoor()
    const server = await serve(door.app, { host, port: 0, endlessPaths: ['/entries'] })
    try {
      await run(server.port, door)
    } finally {
      await server.stop()
    }
  }

  const get = (...headers: readonly string[]) =>
    ['GET /merchants/acme HTTP/1.1', 'host: daybook', 'connection: close', ...headers, '', ''].join('\r\n')

  test.each([
    { headers: ['authorization: Bearer till'], status: 200 },
    { headers: ['authorization: Bearer till', 'authorization: Bearer till'], status: 401 },
    { headers: ['authorization: Bearer unknown', 'Authorization: Bearer till'], status: 401 },
    { headers: ['authorization: Basic YTpi', 'authorization: Bearer till'], status: 401 },
    { headers: ['authorization:'], status: 401 },
    { headers: ['authorization: Bearer till\u0001'], status: 400 },
    { headers: ['authorization: Bearer\r\n till'], status: 400 },
    { headers: [`authorization: Bearer ${'a'.repeat(16 * 1024)}`], status: 431 },
  ])('$headers is answered $status', async ({ headers, status }) => {
    await serving(async (port) => {
      const text = await sent(port, (socket) => socket.write(get(...headers), 'latin1'))
      expect(text.slice(0, 'HTTP/1.1 200'.length)).toBe(`HTTP/1.1 ${status}`)
    })
  })

  test.each([
    { token: 'unknown', path: '/entries', status: 401 },
    { token: 'unknown', path: '/merchants/acme', status: 405 },
  ])(
    'a body that is still being sent to $path when it is answered $status is not read to its end',
    async ({ token, path, status }) => {
      await serving(async (port) => {
        let taken = 0
        const text = await sent(port, (socket) => {
          const head = [
            `POST ${path} HTTP/1.1`,
            'host: daybook',
            `authorization: Bearer ${token}`,
            'content-length: 1000000000',
          ]
          socket.write(`${head.join('\r\n')}\r\n\r\n`)
          const piece = Buffer.alloc(64 * 1024)
          const more = () => {
            while (!socket.destroyed && socket.write(piece)) taken += piece.length
            if (!socket.destroyed) taken += piece.length
          }
          socket.on('drain', more)
          more()
        })
        expect(text).toContain(`HTTP/1.1 ${status}`)
        expect(taken).toBeLessThan(1_000_000_000)
      })
    },
  )
})
