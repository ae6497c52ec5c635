import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { probes } from '#http/probes'
import { readiness, type Need } from '#http/readiness'
import { accessOf } from '#test/access'
import { anIngest } from './ingest-fixtures.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const log = () => ({ error: vi.fn() })
const need = (name: string, ask: Need['ask']): Need => ({ name, cannot: `use the ${name}`, ask })
const hangs = () => new Promise<never>(() => {})
const works = async () => {}

const LATE = 'no answer within 1.5 s'

describe('readiness', () => {
  test('is asked of all systems at the same time and answered within 2 s, whatever hangs', async () => {
    const ready = readiness([need('stream', hangs), need('register', works), need('store', hangs)], log())
    const answer = vi.fn()
    void ready().then(answer)
    await vi.advanceTimersByTimeAsync(1_499)
    expect(answer).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    const [response] = answer.mock.lastCall as [Response]
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'not-ready',
      dependencies: [
        { name: 'stream', status: 'failed', cannot: 'use the stream', reason: LATE },
        { name: 'register', status: 'ok' },
        { name: 'store', status: 'failed', cannot: 'use the store', reason: LATE },
      ],
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('asks a system that hangs once, however many probes come, and again when it has answered', async () => {
    const answers: PromiseWithResolvers<void>[] = []
    const ask = vi.fn(() => {
      const answer = Promise.withResolvers<void>()
      answers.push(answer)
      return answer.promise
    })
    const ready = readiness([need('store', ask)], log())
    for (let probe = 0; probe < 20; probe += 1) {
      void ready()
      await vi.advanceTimersByTimeAsync(5_000)
    }
    expect(ask).toHaveBeenCalledOnce()
    answers[0]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    const after = ready()
    answers[1]?.resolve()
    expect((await after).status).toBe(200)
    expect(ask).toHaveBeenCalledTimes(2)
  })

  test('is logged once for each reason, with what the system said, and again after it was well', async () => {
    const { error } = log()
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:443'), { code: 'ECONNREFUSED' })
    let ask: Need['ask'] = async () => await Promise.reject(refused)
    const ready = readiness([need('store', async () => await ask())], { error })
    for (let probe = 0; probe < 3; probe += 1) await ready()
    expect(error.mock.calls).toEqual([
      [{ dependency: 'store', reason: 'the connection is refused', err: refused }, expect.any(String)],
    ])
    const failing = ask
    ask = works
    await ready()
    ask = failing
    await ready()
    expect(error).toHaveBeenCalledTimes(2)
  })

  const named = (name: string, message: string) => Object.assign(new Error(message), { name })
  const coded = (code: string) => Object.assign(new Error(`getaddrinfo ${code} vpce-0a1b.internal`), { code })

  test.each([
    ['a refused connection', coded('ECONNREFUSED'), 'the connection is refused'],
    ['a host that is not found', coded('ENOTFOUND'), 'its host name is not found'],
    ['a connection that breaks off', coded('ECONNRESET'), 'the connection breaks off'],
    ['a library that gave up waiting', named('TimeoutError', 'Socket timed out'), LATE],
    [
      'a fetch whose cause is a refusal',
      new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }),
      'the connection is refused',
    ],
    [
      'missing rights',
      named('AccessDeniedException', 'User: arn:aws:sts::123456789012:role/x is not authorized'),
      'our rights are not sufficient',
    ],
    [
      'old credentials',
      named('ExpiredTokenException', 'The security token AKIA123 is expired'),
      'our credentials are refused',
    ],
    ['a missing table', named('ResourceNotFoundException', 'Table: merchants-prod not found'), 'it does not exist'],
    ['a throttled table', named('ProvisionedThroughputExceededException', 'slow down'), 'it is throttled'],
    ['a fault of the store', named('InternalServerError', 'oops'), 'it has a fault of its own'],
    [
      'an error that is not known',
      new Error('secret=hunter2 at /srv/app.ts:3'),
      'it answers with an error, which is in the log',
    ],
    ['something that is no error', 'secret=hunter2', 'it answers with an error, which is in the log'],
  ])('tells of %s in words of ours, and nothing of the message', async (_what, error, reason) => {
    const response = await readiness([need('store', async () => await Promise.reject(error))], log())()
    const { dependencies } = (await response.json()) as { dependencies: unknown }
    expect(dependencies).toEqual([{ name: 'store', status: 'failed', cannot: 'use the store', reason }])
  })
})

describe('/readyz of a service', () => {
  const failing = async () => await Promise.reject(new Error('no'))
  const access = accessOf({})

  test.each([
    ['the stream', { streamWith: () => ({ openShards: failing }) }, 'stream', 'accept entries'],
    ['the issuer', { access: { ...access, tokens: { ...access.tokens, ready: failing } } }, 'issuer', 'check tokens'],
    [
      'the grants',
      { access: { ...access, grants: { ...access.grants, find: failing } } },
      'grants',
      'tell which merchants a caller may act for',
    ],
  ])('names what cannot be done without %s', async (_what, world, name, cannot) => {
    const response = await anIngest(world).app.request('/readyz')
    const { status, dependencies } = (await response.json()) as {
      status: string
      dependencies: { name: string; status: string }[]
    }
    expect([response.status, status]).toEqual([503, 'not-ready'])
    expect(dependencies.map((each) => each.name)).toEqual(['stream', 'register', 'issuer', 'grants'])
    expect(dependencies.find((each) => each.name === name)).toMatchObject({ status: 'failed', cannot })
    const others = dependencies.filter((each) => each.name !== name)
    expect(others.map((each) => each.status)).toEqual(['ok', 'ok', 'ok'])
  })
})

describe('the probes of a process that serves nothing else', () => {
  const app = (stalled: readonly { name: string; forMs: number }[] = []) =>
    probes({ needs: [need('store', works)], stalled: () => stalled, log: log() })

  test.each([
    ['GET', '/healthz', [], 200, { status: 'ok' }],
    [
      'GET',
      '/healthz',
      [{ name: 'journal: shard-1', forMs: 121_900 }],
      503,
      { status: 'stalled', loops: [{ name: 'journal: shard-1', secondsWithoutMove: 121 }] },
    ],
    ['GET', '/readyz', [], 200, { status: 'ready', dependencies: [{ name: 'store', status: 'ok' }] }],
    ['GET', '/nothing', [], 404, { code: 'not-found' }],
    ['POST', '/healthz', [], 405, { code: 'method-not-allowed' }],
  ] as const)('answer %s %s', async (method, path, stalled, status, body) => {
    const response = await app(stalled).request(path, { method, headers: { 'x-request-id': 'mine' } })
    expect([response.status, response.headers.get('x-request-id')]).toEqual([status, 'mine'])
    expect(await response.json()).toMatchObject(body)
  })
})
