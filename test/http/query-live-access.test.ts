import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { GRANT_KNOWN_FOR_MS } from '#http/known-grants'
import type { Grants } from '#ledger/ports'
import { accessOf, sentBy } from '#test/access'
import { aGrant, aMerchant, merchantId, subject } from '#test/builders'
import { aQueryApi, moved, NOW_MS } from './query-fixtures.ts'

const LOOK_MS = 250
const MINUTE_MS = 60_000

// Grants are remembered by the clocks of the process.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** The query API with grants that can be out of reach, and which count their reads. */
const start = ({ expiresAtMs = Number.MAX_SAFE_INTEGER, clients = ['office'] } = {}) => {
  const { tokens, grants } = accessOf(Object.fromEntries(clients.map((name) => [name, ['m1']])), { expiresAtMs })
  const state = { grantsAnswer: 'yes' as 'yes' | 'no' | 'never', reads: 0 }
  const find: Grants['find'] = async (name) => {
    state.reads += 1
    if (state.grantsAnswer === 'no') throw new Error('no route to host')
    if (state.grantsAnswer === 'never') await new Promise(() => {})
    return grants.find(name)
  }
  const merchants = ['m1', 'm2'].map((id) => aMerchant({ merchantId: merchantId(id) }))
  const system = aQueryApi({ merchants, access: { tokens, grants: { find } } })

  /** Lets time pass as the timers of the service see it. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      const step = Math.min(left, LOOK_MS)
      vi.advanceTimersByTime(step)
      system.elapse(step)
      await system.tick(LOOK_MS)
    }
  }
  const follow = async (name = 'office') => {
    const response = await system.app.request('/v1/merchants/m1/live', { headers: sentBy(name) })
    expect(response.status).toBe(200)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const seen = { text: '', isEnded: false }
    const pump = async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        seen.text += new TextDecoder().decode(next.value)
      }
      seen.isEnded = true
    }
    void pump()
    await setImmediate()
    return seen
  }
  return { ...system, state, grants, pass, follow }
}

/** How long it takes until a stream ends, looked at every quarter of a second. */
const endsAfter = async (seen: { isEnded: boolean }, pass: (ms: number) => Promise<void>, atMostMs: number) => {
  for (let ms = 0; ms <= atMostMs; ms += LOOK_MS) {
    if (seen.isEnded) return ms
    await pass(LOOK_MS)
  }
  return Infinity
}

describe('a live stream', () => {
  test('ends when its token expires, and the client that comes back is answered 401', async () => {
    const { follow, pass, get, append, periods } = start({ expiresAtMs: NOW_MS + 10_000 })
    const seen = await follow()
    await pass(9_750)
    expect(seen.isEnded).toBe(false)
    await append(moved('e1', '2026-11-20T12:00:00Z', 5n))
    seen.text = ''
    await pass(LOOK_MS)
    expect(seen).toEqual({ text: '', isEnded: true })
    expect(periods(), 'no timer is left').toEqual([])
    expect((await get('/v1/merchants/m1/live', sentBy('office'))).status).toBe(401)
  })

  test('ends within a minute after its grant was taken away, and the client that comes back is answered 404', async () => {
    const { follow, pass, get, grants } = start()
    const seen = await follow()
    await pass(3 * MINUTE_MS)
    expect(seen.isEnded).toBe(false)
    await grants.put(aGrant('office', 'm2'))
    expect(await endsAfter(seen, pass, MINUTE_MS)).toBeLessThan(MINUTE_MS)
    expect((await get('/v1/merchants/m1/live', sentBy('office'))).status).toBe(404)
  })

  test('goes on when its grant changes and still covers the merchant', async () => {
    const { follow, pass, grants } = start()
    const seen = await follow()
    await grants.put(aGrant('office', 'm*'))
    await pass(3 * MINUTE_MS)
    expect(seen.isEnded).toBe(false)
  })

  test.each(['no', 'never'] as const)(
    'whose grants are out of reach (an answer comes: %s) ends within a minute after they were last read',
    async (answer) => {
      const { follow, pass, state, get } = start()
      const seen = await follow()
      state.grantsAnswer = answer
      const endedAfterMs = await endsAfter(seen, pass, 2 * MINUTE_MS)
      expect(endedAfterMs).toBeGreaterThan(GRANT_KNOWN_FOR_MS)
      expect(endedAfterMs).toBeLessThanOrEqual(MINUTE_MS)
      if (answer === 'no') expect((await get('/v1/merchants/m1/live', sentBy('office'))).status).toBe(503)
    },
  )

  test('outlasts an outage of the grants of ten seconds, whenever it begins', async () => {
    const { follow, pass, state } = start()
    const seen = await follow()
    for (let round = 0; round < 12; round += 1) {
      state.grantsAnswer = 'no'
      await pass(10_000)
      state.grantsAnswer = 'yes'
      await pass(7_000)
    }
    expect(seen.isEnded).toBe(false)
  })

  test('asks for its grant once per 45 s and client, however many streams the client has', async () => {
    const { follow, pass, state } = start({ clients: ['office', 'till'] })
    for (let count = 0; count < 20; count += 1) await follow(count % 2 ? 'office' : 'till')
    expect(state.reads).toBe(2)
    await pass(10 * MINUTE_MS)
    expect(state.reads).toBeLessThanOrEqual(2 * (1 + (10 * MINUTE_MS) / GRANT_KNOWN_FOR_MS))
  })

  test('of another client of the same merchant goes on', async () => {
    const { follow, pass, grants, append } = start({ clients: ['office', 'till'] })
    const [office, till] = [await follow('office'), await follow('till')]
    await grants.remove(subject('office'))
    await pass(MINUTE_MS)
    await append(moved('e1', '2026-11-20T12:00:00Z', 5n))
    till.text = ''
    await pass(LOOK_MS)
    expect(office.isEnded).toBe(true)
    expect(till.isEnded).toBe(false)
    expect(till.text).toContain('event: day')
  })
})

describe('a request that waits for a position', () => {
  const waiting = async (happens: (system: ReturnType<typeof start>) => Promise<unknown>, expiresAtMs?: number) => {
    const system = start(expiresAtMs === undefined ? {} : { expiresAtMs })
    const position = '2' + Buffer.from('shardId-000000000000 7').toString('base64url') + '.0'
    await system.get('/v1/merchants/m1', sentBy('office'))
    vi.advanceTimersByTime(44_000)
    const asked = system.get(`/v1/merchants/m1?after=${position}`, sentBy('office'))
    await happens(system)
    await system.progress.advance('journal', {
      shardId: 'shardId-000000000000',
      sequenceNumber: '7',
      appliedThroughMs: NOW_MS,
    })
    return await asked
  }

  test('is answered 404 when its grant was taken away meanwhile', async () => {
    const answer = await waiting(async ({ grants }) => {
      await grants.remove(subject('office'))
      vi.advanceTimersByTime(2_000)
    })
    expect(answer.status).toBe(404)
  })

  test('is answered 401 when its token has expired meanwhile', async () => {
    const answer = await waiting(async ({ elapse }) => elapse(2_000), NOW_MS + 1_000)
    expect(answer.status).toBe(401)
  })
})
