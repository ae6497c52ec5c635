import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { GRANT_KNOWN_FOR_MS } from '#http/known-grants'
import { accessOf, sentBy } from '#test/access'
import { aGrant, aMerchant, merchantId, subject } from '#test/builders'
import { anIngest, NOW_MS, putAfter, SALE } from './ingest-fixtures.ts'

afterEach(() => void vi.useRealTimers())

const GRANTED = { till: ['m1', 'acme-*'], other: ['m2'], all: ['*'] }

const start = ({ expiresAtMs = Number.MAX_SAFE_INTEGER, ...given }: Given = {}) => {
  const now = { ms: NOW_MS }
  const { tokens, grants } = accessOf(GRANTED, { expiresAtMs })
  const register = memoryMerchants(['m1', 'm2', 'acme-1'].map((id) => aMerchant({ merchantId: merchantId(id) })))
  const finds: string[] = []
  const state = { grantsAnswer: true }
  const system = anIngest({
    ...given,
    merchants: { ...register, find: async (id) => (finds.push(id), register.find(id)) },
    clock: () => NOW_MS,
    access: {
      tokens,
      grants: {
        find: async (name) =>
          state.grantsAnswer ? await grants.find(name) : await Promise.reject(new Error('no route to host')),
      },
      clock: () => now.ms,
    },
  })
  return { ...system, now, state, grants, finds, ids: () => system.onStream().map(({ entryId }) => entryId) }
}
type Given = { expiresAtMs?: number } & Pick<NonNullable<Parameters<typeof anIngest>[0]>, 'streamWith'>

const sale = (entryId: string, owner = 'm1') => ({ ...SALE, entryId, merchantId: owner })

type Body = { code?: string; errors?: object[]; accepted?: number; rejected?: number; results?: object[] }

describe('entries of own and of foreign merchants', () => {
  test('in a batch: the own are accepted, the foreign are refused as unknown and are not looked up', async () => {
    const { post, ids, finds } = start()
    const owners = ['m1', 'm2', 'acme-1', 'm0', 'acmex-1']
    const entries = owners.map((owner, index) => sale(`e${index}`, owner))
    const response = await post('/v1/entries/batch', { entries }, sentBy('till'))
    const { accepted, rejected, results } = (await response.json()) as Body
    expect({ status: response.status, accepted, rejected }).toEqual({ status: 207, accepted: 2, rejected: 3 })
    const [, foreign, , unknown] = results as Record<string, unknown>[]
    expect(foreign).toEqual({ ...unknown, index: 1, entryId: 'e1' })
    expect(ids()).toEqual(['e0', 'e2'])
    expect(finds.toSorted()).toEqual(['acme-1', 'm1'])
  })

  test('in an upload: each line is for itself, and the end counts them', async () => {
    const { post, ids, finds } = start()
    const lines = ['m1', 'm2', 'm0', 'm1'].map((owner, index) => JSON.stringify(sale(`e${index}`, owner))).join('\n')
    const answers = linesOf(await (await post('/v1/entries/stream', lines, sentBy('till'))).text())
    const [, foreign, unknown] = answers
    expect(foreign).toEqual({ ...(unknown as object), line: 2 })
    expect(answers).toMatchObject([
      { from: 1, to: 1, accepted: 1 },
      { line: 2, problem: { code: 'invalid', errors: [{ pointer: '/merchantId', code: 'unknown-merchant' }] } },
      { line: 3 },
      { from: 4, to: 4 },
      { done: true, accepted: 2, rejected: 2 },
    ])
    expect(ids()).toEqual(['e0', 'e3'])
    expect(finds).toEqual(['m1'])
  })

  test('alone: the foreign one is answered to the byte as an unknown one, whatever else is wrong with it', async () => {
    for (const change of [{}, { currency: 'USD' }, { occurredAt: '2020-01-01T00:00:00Z' }, { amount: 0 }]) {
      const { post, finds } = start()
      const texts = ['m2', 'm0'].map(async (owner) => {
        const response = await post(
          '/v1/entries',
          { ...sale('e1', owner), ...change },
          { ...sentBy('till'), ...SAME_ID },
        )
        return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
      })
      const [foreign, unknown] = await Promise.all(texts)
      expect(foreign).toEqual(unknown)
      expect(foreign?.status).toBe(422)
      expect(finds).toEqual([])
    }
  })

  test('a merchant that one caller’s entry made known stays unknown to another caller', async () => {
    const { post, ids } = start()
    expect((await post('/v1/entries', sale('e1', 'm2'), sentBy('other'))).status).toBe(202)
    expect((await post('/v1/entries', sale('e2', 'm2'), sentBy('till'))).status).toBe(422)
    const both = await Promise.all(['other', 'till'].map((name) => post('/v1/entries', sale('e3', 'm2'), sentBy(name))))
    expect(both.map(({ status }) => status)).toEqual([202, 422])
    expect(ids()).toEqual(['e1', 'e3'])
  })
})

describe('an upload that lasts', () => {
  /** An upload whose lines are sent one by one. */
  const upload = async ({ post }: Pick<ReturnType<typeof start>, 'post'>) => {
    let controller = undefined as ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) })
    const response = await post('/v1/entries/stream', body, sentBy('till'))
    const text = response.text()
    return {
      headers: response.headers,
      send: async (id: string, owner?: string) => {
        controller?.enqueue(Buffer.from(`${JSON.stringify(sale(id, owner))}\n`))
        for (let turn = 0; turn < 10; turn += 1) await setImmediate()
      },
      answers: async () => {
        // The service may have ended it already.
        try {
          controller?.close()
        } catch {}
        return linesOf(await text)
      },
    }
  }

  test('ends when its token expires: what was accepted stands, and the last answer says why', async () => {
    const system = start({ expiresAtMs: NOW_MS + 1_000 })
    const { send, answers } = await upload(system)
    await send('e1')
    system.now.ms += 1_000
    await send('e2')
    await send('e3')
    expect(await answers()).toMatchObject([
      { from: 1, to: 1, accepted: 1 },
      { done: false, accepted: 1, rejected: 0, problem: { status: 401, code: 'unauthenticated' } },
    ])
    expect(system.ids()).toEqual(['e1'])
  })

  test('whose token expires while an earlier block waits for the stream answers that block first', async () => {
    const gate = Promise.withResolvers<void>()
    const system = start({ expiresAtMs: NOW_MS + 1_000, streamWith: putAfter(gate) })
    const { send, answers } = await upload(system)
    await send('e1')
    system.now.ms += 1_000
    // Unheard until the first block is answered. Vitest fails on an unhandled rejection, and Node ends the process.
    await send('e2')
    gate.resolve()
    expect(await answers()).toMatchObject([
      { from: 1, to: 1, accepted: 1 },
      { done: false, accepted: 1, problem: { code: 'unauthenticated' } },
    ])
    expect(system.ids()).toEqual(['e1'])
  })

  test('refuses the lines that come after a grant was taken away, and accepts those of what is left', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const system = start()
    const { send, answers } = await upload(system)
    await send('e1')
    await system.grants.put(aGrant('till', 'acme-1'))
    vi.advanceTimersByTime(GRANT_KNOWN_FOR_MS)
    await send('e2')
    await send('e3', 'acme-1')
    await system.grants.remove(subject('till'))
    vi.advanceTimersByTime(GRANT_KNOWN_FOR_MS)
    await send('e4', 'acme-1')
    expect(await answers()).toMatchObject([
      { from: 1, to: 1 },
      { line: 2, problem: { errors: [{ code: 'unknown-merchant' }] } },
      { from: 3, to: 3 },
      { line: 4, problem: { errors: [{ code: 'unknown-merchant' }] } },
      { done: true, accepted: 2, rejected: 2 },
    ])
    expect(system.ids()).toEqual(['e1', 'e3'])
  })

  test('ends with a problem that may heal when its grant is out of reach for longer than it is remembered', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const system = start()
    const { send, answers } = await upload(system)
    system.state.grantsAnswer = false
    await send('e1')
    vi.advanceTimersByTime(GRANT_KNOWN_FOR_MS)
    await send('e2')
    expect(await answers()).toMatchObject([
      { from: 1, to: 1 },
      { done: false, accepted: 1, problem: { status: 503, code: 'access-unavailable' } },
    ])
    expect(system.ids()).toEqual(['e1'])
  })
})

/** Two requests that are the same but for their merchant have the same id. */
const SAME_ID = { 'x-request-id': 'the-same' }

const linesOf = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
