/** What operators decide about things set aside, over HTTP and memory adapters. */
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { describe, expect, test, vi } from 'vitest'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import type { AuditEvent } from '#ledger/audit-event'
import type { EntryStream, Quarantine } from '#ledger/ports'
import {
  MAX_REPLAYS,
  quarantineKey,
  quarantineState,
  type QuarantineAction,
  type Quarantined,
  type SetAside,
} from '#ledger/quarantine'
import type { AccessParts } from '#http/access'
import { accessOf, sentBy } from '#test/access'
import { anEntry, aSetAside, entryId, merchantId, utf8 } from '#test/builders'
import { anIngest } from './ingest-fixtures.ts'
import { positionToken } from '#wire/http/position-token'
import { quarantineId } from '#wire/http/quarantine-id'

const NOW = Date.parse('2026-11-20T12:35:00Z')
/** That of every client here. */
const ADDRESS = '203.0.113.7'
/** Before everything that the memory stream takes. */
const ORIGIN = { shardId: 'shardId-000000000000', sequenceNumber: '0', index: 0 }

const sale = anEntry({ method: 'pix', category: 'food' })
const item = aSetAside({ entry: sale, position: ORIGIN })
const unreadable = aSetAside({
  subject: 'unreadable',
  reason: 'undecodable-record',
  raw: utf8('garbage'),
  position: ORIGIN,
})
const idOf = (given: SetAside): string => quarantineId(quarantineKey(given))

type Given = {
  readonly given?: SetAside
  readonly stream?: EntryStream
  /** Replaces parts of the quarantine as ingest sees it. */
  readonly quarantineWith?: (quarantine: Quarantine) => Partial<Quarantine>
  readonly publish?: (...events: readonly AuditEvent[]) => Promise<void>
  readonly access?: AccessParts
}

const start = async ({
  given = item,
  stream,
  quarantineWith = () => ({}),
  publish = async () => {},
  access,
}: Given = {}) => {
  const quarantine = memoryQuarantine()
  const told: AuditEvent[] = []
  let nowMs = NOW
  const { app, log, onStream } = anIngest({
    ...(stream && { stream }),
    ...(access && { access }),
    quarantine: { ...quarantine, ...quarantineWith(quarantine) },
    auditTrail: {
      async publish(...events) {
        told.push(...events)
        await publish(...events)
      },
    },
    clock: () => nowMs,
    queryUrl: 'https://books.example',
  })
  await quarantine.setAside(given)
  const post = async (path: string, body?: unknown, headers: Record<string, string> = sentBy('ana')) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const url = path.startsWith('/') ? path : `/v1/quarantine/${idOf(given)}/${path}`
    const sent = { method: 'POST', headers, ...(body !== undefined && { body: text }) }
    const response = await app.request(url, sent, { remoteAddress: ADDRESS })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    }
  }
  return {
    app,
    post,
    quarantine,
    told,
    log,
    elapse: (ms: number) => void (nowMs += ms),
    stored: async (): Promise<Quarantined> => {
      const found = await quarantine.find(quarantineKey(given))
      if (found === undefined) throw new Error('it is not there')
      return found
    },
    onStream,
    /** What the journal processor does with a replay that is no better than the original. */
    setAsideAgain: async (sequenceNumber: string) =>
      await quarantine.setAside({ ...given, position: { ...ORIGIN, sequenceNumber } }),
  }
}

const POSITION = positionToken({ ...ORIGIN, sequenceNumber: '1' })

describe('replaying something as it was', () => {
  test('puts the very entry on the stream, with its day and time, and answers its position', async () => {
    const { post, onStream, stored } = await start()
    const { status, headers, body } = await post('replay')
    expect({ status, body }).toEqual({
      status: 202,
      body: {
        quarantineId: idOf(item),
        status: 'replayed',
        by: 'ana',
        at: '2026-11-20T12:35:00.000Z',
        entryId: 'e1',
        merchantId: 'm1',
        businessDay: '2026-11-20',
        position: POSITION,
      },
    })
    expect(headers.get('location')).toBe('https://books.example/v1/merchants/m1/days/2026-11-20/entries/e1')
    expect(onStream()).toEqual([sale])
    expect(await stored()).toEqual({
      ...item,
      lastPosition: ORIGIN,
      actions: [
        { action: 'replay-begun', entry: sale, by: 'ana', from: ADDRESS, atMs: NOW },
        { action: 'replayed', position: { ...ORIGIN, sequenceNumber: '1' }, by: 'ana', from: ADDRESS, atMs: NOW },
      ],
    })
  })

  test.each([{ body: undefined }, { body: {} }, { body: { entry: {} } }])(
    'again, with $body, answers the same and puts nothing more on the stream',
    async ({ body }) => {
      const { post, onStream, elapse, stored } = await start()
      const first = await post('replay', body)
      elapse(60_000)
      const again = await post('replay', undefined, sentBy('ben'))
      expect(again.body).toEqual(first.body)
      expect(onStream()).toHaveLength(1)
      expect((await stored()).actions).toHaveLength(2)
    },
  )

  test('an item that was set aside once more can be replayed once more', async () => {
    const { post, onStream, setAsideAgain, stored } = await start()
    await post('replay')
    await setAsideAgain('1')
    expect(quarantineState(await stored())).toEqual({ status: 'waiting' })
    expect((await post('replay')).body['position']).toBe(positionToken({ ...ORIGIN, sequenceNumber: '2' }))
    expect(onStream()).toEqual([sale, sale])
  })

  test(`no more than ${MAX_REPLAYS} times is allowed; then it has to be corrected or discarded`, async () => {
    const { post, setAsideAgain } = await start()
    for (let times = 1; times <= MAX_REPLAYS; times += 1) {
      expect((await post('replay')).status).toBe(202)
      await setAsideAgain(String(times))
    }
    expect(await post('replay')).toMatchObject({
      status: 422,
      body: { code: 'invalid', errors: [{ pointer: '/entry', code: 'missing' }] },
    })
    expect((await post('replay', { entry: { entryId: 'e1-b' } })).status).toBe(202)
  })

  test('is refused for an unreadable record, which stays as it is', async () => {
    const { post, onStream, stored } = await start({ given: unreadable })
    expect(await post('replay')).toMatchObject({
      status: 422,
      body: { code: 'invalid', errors: [{ pointer: '/entry', code: 'missing' }] },
    })
    expect(onStream()).toEqual([])
    expect((await stored()).actions).toEqual([])
  })
})

describe('replaying something corrected', () => {
  test('puts the entry with those fields on the stream, stamped anew, and keeps the original', async () => {
    const { post, onStream, stored } = await start()
    const entry = { entryId: 'e1-b', occurredAt: '2026-11-19T23:30:00-03:00', category: null }
    expect(await post('replay', { entry })).toMatchObject({
      status: 202,
      body: { entryId: 'e1-b', businessDay: '2026-11-19', position: POSITION },
    })
    const { category: _, ...rest } = sale
    const corrected = anEntry({
      ...rest,
      entryId: entryId('e1-b'),
      occurredAtMs: Date.parse('2026-11-19T23:30:00-03:00'),
      businessDay: '2026-11-19' as typeof sale.businessDay,
      receivedAtMs: NOW,
    })
    expect(onStream()).toEqual([corrected])
    const kept = await stored()
    expect(kept).toMatchObject({ subject: sale, raw: item.raw })
    expect(quarantineState(kept)).toMatchObject({ status: 'replayed', replayedAs: { entry: corrected } })
  })

  test('again answers the same, and other fields or none are refused', async () => {
    const { post, onStream, elapse } = await start()
    const first = await post('replay', { entry: { amount: 7 } })
    elapse(500 * 86_400_000)
    expect((await post('replay', { entry: { amount: 7 } })).body).toEqual(first.body)
    for (const body of [{ entry: { amount: 8 } }, undefined]) {
      expect(await post('replay', body)).toMatchObject({ status: 409, body: { code: 'already-decided' } })
    }
    expect(onStream()).toHaveLength(1)
  })

  test('with fields that make the very same entry is a replay as it was', async () => {
    const { post, onStream } = await start()
    await post('replay', { entry: { amount: 100, occurredAt: '2026-11-20T12:30:00.000999Z' } })
    expect(onStream()).toEqual([sale])
  })

  test('puts an entry in the place of an unreadable record', async () => {
    const { post, onStream, stored } = await start({ given: unreadable })
    const entry = {
      entryId: 'e1',
      merchantId: 'm1',
      direction: 'credit',
      amount: 5,
      currency: 'BRL',
      occurredAt: '2026-11-20T12:00:00Z',
    }
    expect((await post('replay', { entry })).status).toBe(202)
    expect(onStream()).toMatchObject([{ entryId: 'e1', amountMinor: 5n, businessDay: '2026-11-20' }])
    expect((await stored()).raw).toEqual(unreadable.raw)
  })

  test.each([
    { entry: { amount: -1, colour: 'red' }, errors: ['/entry/amount out-of-range', '/entry/colour unknown-field'] },
    { entry: { currency: 'EUR' }, errors: ['/entry/currency wrong-currency'] },
    { entry: { entryId: '..', terminalId: '.' }, errors: ['/entry/entryId malformed', '/entry/terminalId malformed'] },
    { entry: { occurredAt: '2026-11-20T12:00:00.1234567890Z' }, errors: ['/entry/occurredAt finer-than-nanoseconds'] },
    { entry: { merchantId: 'nobody' }, errors: ['/entry/merchantId unknown-merchant'] },
    { entry: { occurredAt: '2025-01-01T00:00:00Z' }, errors: ['/entry/occurredAt too-old'] },
    { entry: { amount: null }, errors: ['/entry/amount wrong-type'] },
    { entry: 'e1', errors: ['/entry wrong-type'] },
    { entry: null, errors: ['/entry wrong-type'] },
  ])('is judged as a new entry is: $errors', async ({ entry, errors }) => {
    const { post, onStream, stored } = await start()
    const { status, body } = await post('replay', { entry })
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'invalid' })
    const found = body['errors'] as { pointer: string; code: string }[]
    expect(found.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(errors)
    expect(onStream()).toEqual([])
    expect((await stored()).actions).toEqual([])
  })

  test.each([
    { before: 'no decision was made', noted: 0 },
    { before: 'another operator has begun the same', noted: 1 },
    { before: 'another operator has done the same', noted: 2 },
  ])('to a foreign merchant is refused as to an unknown one, when $before', async ({ noted }) => {
    const { post, quarantine, onStream, stored } = await start({ access: accessOf({ till: ['m1'] }) })
    const act = { by: 'ben', from: ADDRESS, atMs: NOW }
    const done: QuarantineAction[] = [
      { action: 'replay-begun', entry: { ...sale, merchantId: merchantId('m2') }, ...act },
      { action: 'replayed', position: { ...ORIGIN, sequenceNumber: '1' }, ...act },
    ]
    for (const action of done.slice(0, noted)) await quarantine.note(await stored(), action)
    const [foreign, unknown] = [
      await post('replay', { entry: { merchantId: 'm2' } }, sentBy('till')),
      await post('replay', { entry: { merchantId: 'm0' } }, sentBy('till')),
    ]
    expect(foreign).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/entry/merchantId', code: 'unknown-merchant' }] },
    })
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' })
    expect(onStream()).toEqual([])
    expect((await stored()).actions).toHaveLength(noted)
  })

  test.each(['replay', 'discard'])(
    'of an unreadable record (%s) is for operators of all merchants alone',
    async (action) => {
      const { post, stored } = await start({
        given: unreadable,
        access: accessOf({ till: ['m1', 'm2'], platform: ['*'] }),
      })
      const body = action === 'discard' ? { reason: 'test' } : { entry: { amount: 5 } }
      expect(await post(action, body, sentBy('till'))).toMatchObject({ status: 404, body: { code: 'not-found' } })
      expect((await stored()).actions).toEqual([])
      expect((await post(action, body, sentBy('platform'))).status).not.toBe(404)
    },
  )

  test('needs all fields for an unreadable record', async () => {
    const { post } = await start({ given: unreadable })
    const { body } = await post('replay', { entry: { amount: 5 } })
    const found = body['errors'] as { pointer: string; code: string }[]
    expect(found).toContainEqual(expect.objectContaining({ pointer: '/entry/entryId', code: 'missing' }))
  })
})

describe('discarding something', () => {
  test('keeps the item with the reason', async () => {
    const { post, onStream, stored } = await start()
    expect(await post('discard', { reason: 'A till in test mode.' })).toMatchObject({
      status: 200,
      body: {
        quarantineId: idOf(item),
        status: 'discarded',
        by: 'ana',
        at: '2026-11-20T12:35:00.000Z',
        reason: 'A till in test mode.',
      },
    })
    expect(onStream()).toEqual([])
    expect(await stored()).toMatchObject({ subject: sale, raw: item.raw, actions: [{ action: 'discarded' }] })
  })

  test('again answers the same, and another reason or a replay is refused', async () => {
    const { post, onStream, elapse } = await start()
    const first = await post('discard', { reason: 'test' })
    elapse(60_000)
    expect((await post('discard', { reason: 'test' })).body).toEqual(first.body)
    expect(await post('discard', { reason: 'fraud' })).toMatchObject({ status: 409, body: { code: 'already-decided' } })
    expect(await post('replay')).toMatchObject({ status: 409, body: { code: 'already-decided' } })
    expect(onStream()).toEqual([])
  })

  test('is refused once it was replayed, until the replay is set aside', async () => {
    const { post, setAsideAgain } = await start()
    await post('replay')
    expect(await post('discard', { reason: 'test' })).toMatchObject({ status: 409, body: { code: 'already-decided' } })
    await setAsideAgain('1')
    expect(await post('discard', { reason: 'test' })).toMatchObject({ status: 200 })
  })

  test('holds when the item is set aside again', async () => {
    const { post, setAsideAgain, stored } = await start()
    await post('discard', { reason: 'test' })
    await setAsideAgain('99')
    expect(quarantineState(await stored())).toEqual({ status: 'discarded', reason: 'test' })
  })

  test.each([
    { body: {}, code: 'missing' },
    { body: { reason: '' }, code: 'empty' },
    { body: { reason: ' \n' }, code: 'empty' },
    { body: { reason: 'x'.repeat(501) }, code: 'too-long' },
    { body: { reason: 7 }, code: 'wrong-type' },
  ])('needs a reason: $code', async ({ body, code }) => {
    const { post } = await start()
    expect(await post('discard', body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/reason', code }] },
    })
    expect((await post('discard', { reason: '😀'.repeat(500) })).status).toBe(200)
  })
})

describe('two operators at once', () => {
  test('decide differently: one decision holds, and the other operator is told', async () => {
    const { post, onStream, stored } = await start()
    const [replay, discard] = await Promise.all([post('replay'), post('discard', { reason: 'test' })])
    expect([
      [202, 409],
      [409, 200],
    ]).toContainEqual([replay.status, discard.status])
    const { status } = quarantineState(await stored())
    expect(status).toBe(replay.status === 202 ? 'replayed' : 'discarded')
    expect(onStream()).toHaveLength(status === 'replayed' ? 1 : 0)
  })

  test('decide the same and get the same answer', async () => {
    const { post, stored } = await start()
    const answers = await Promise.all([post('replay'), post('replay'), post('replay')])
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(new Set(answers.map(({ body }) => body['position'])).size).toBe(1)
    expect((await stored()).actions).toHaveLength(2)
  })

  test('decide too late with a discard between the decision to replay and the stream', async () => {
    const memory = memoryEntryStream()
    let answer: Promise<unknown> | undefined
    const stream: EntryStream = {
      ...memory,
      async put(records) {
        answer = post('discard', { reason: 'test' })
        expect(await answer).toMatchObject({ status: 409, body: { code: 'already-decided' } })
        return await memory.put(records)
      },
    }
    const { post } = await start({ stream })
    expect((await post('replay')).status).toBe(202)
    expect(answer).toBeDefined()
  })
})

describe('a replay that breaks off', () => {
  test('before the stream acknowledged it is answered 503, and only the same replay can be sent again', async () => {
    vi.useFakeTimers({ now: NOW })
    try {
      let isDown = true
      const memory = memoryEntryStream()
      const stream: EntryStream = {
        ...memory,
        put: async (records) => (isDown ? Promise.reject(new Error('no route to host')) : await memory.put(records)),
      }
      const { post, stored } = await start({ stream })
      const answer = post('replay', { entry: { entryId: 'e1-b' } })
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await answer).toMatchObject({ status: 503, body: { code: 'stream-unavailable' } })
      expect(quarantineState(await stored())).toMatchObject({ status: 'waiting', begun: { entryId: 'e1-b' } })

      isDown = false
      await vi.advanceTimersByTimeAsync(60_000)
      for (const body of [undefined, { entry: { entryId: 'e1-c' } }]) {
        expect(await post('replay', body)).toMatchObject({ status: 409, body: { code: 'already-decided' } })
      }
      expect(await post('discard', { reason: 'x' })).toMatchObject({ status: 409, body: { code: 'already-decided' } })
      expect(await post('replay', { entry: { entryId: 'e1-b' } })).toMatchObject({ status: 202 })
      expect(quarantineState(await stored()).status).toBe('replayed')
    } finally {
      vi.useRealTimers()
    }
  })

  test('after the stream acknowledged it leaves the item waiting, and the same replay again is the same entry', async () => {
    let notes = 0
    const { post, onStream, stored } = await start({
      quarantineWith: (quarantine) => ({
        note: async (...given) => {
          notes += 1
          if (notes === 2) throw new Error('throttled')
          return await quarantine.note(...given)
        },
      }),
    })
    const body = { entry: { amount: 7 } }
    expect(await post('replay', body)).toMatchObject({ status: 503, body: { code: 'store-unavailable' } })
    expect(quarantineState(await stored()).status).toBe('waiting')
    expect((await post('replay', body)).status).toBe(202)
    const [first, second] = onStream()
    expect(second).toEqual(first)
  })
})

describe('a decision', () => {
  test('is recorded as made by the subject of the token, from the address of the client', async () => {
    const { post, stored } = await start()
    await post('discard', { reason: 'test' }, { ...sentBy('ana'), 'x-operator': 'ben' })
    expect((await stored()).actions).toEqual([
      { action: 'discarded', reason: 'test', by: 'ana', from: ADDRESS, atMs: NOW },
    ])
  })

  test('sent again by another operator answers and publishes the first one, with the name of the first', async () => {
    const { post, elapse, stored, told } = await start()
    const first = await post('discard', { reason: 'test' }, sentBy('ana'))
    elapse(60_000)
    const again = await post('discard', { reason: 'test' }, sentBy('ben'))
    expect(again).toMatchObject({ status: 200, body: { by: 'ana', at: '2026-11-20T12:35:00.000Z' } })
    expect(again.body).toEqual(first.body)
    expect((await stored()).actions).toMatchObject([{ by: 'ana' }])
    expect(told).toHaveLength(2)
    expect(told[1]).toEqual(told[0])
  })

  test('to replay is published once it is durable, as begun and as done', async () => {
    const { post, told } = await start()
    await post('replay', { entry: { amount: 7 } })
    const common = { merchantId: 'm1', businessDay: '2026-11-20', decidedAtMs: NOW }
    const body = {
      quarantineId: idOf(item),
      by: 'ana',
      from: ADDRESS,
      setAsideFor: 'content-conflict',
      original: expect.objectContaining({ entryId: 'e1', amount: 100 }) as object,
      entry: expect.objectContaining({ entryId: 'e1', amount: 7, businessDay: '2026-11-20' }) as object,
    }
    expect(told).toEqual([
      { eventId: `${idOf(item)}.1`, kind: 'quarantine.replay-begun', ...common, body },
      { eventId: `${idOf(item)}.2`, kind: 'quarantine.replayed', ...common, body: { ...body, position: POSITION } },
    ])
    expect(() => JSON.stringify(told)).not.toThrow()
  })

  test('to replay that one operator began and another completed names both', async () => {
    let notes = 0
    const { post, stored, told } = await start({
      quarantineWith: (quarantine) => ({
        note: async (...given) => {
          notes += 1
          if (notes === 2) throw new Error('throttled')
          return await quarantine.note(...given)
        },
      }),
    })
    expect((await post('replay', undefined, sentBy('ana'))).status).toBe(503)
    expect(await post('replay', undefined, sentBy('ben'))).toMatchObject({ status: 202, body: { by: 'ben' } })
    expect((await stored()).actions).toMatchObject([{ by: 'ana' }, { by: 'ben' }])
    expect(told).toMatchObject([
      { kind: 'quarantine.replay-begun', body: { by: 'ana', from: ADDRESS } },
      { kind: 'quarantine.replayed', body: { by: 'ben', from: ADDRESS } },
    ])
  })

  test('to replay a second time publishes the actions of this replay and not those of the first', async () => {
    const { post, setAsideAgain, told } = await start()
    await post('replay')
    await setAsideAgain('1')
    await post('replay', undefined, sentBy('ben'))
    expect(told.map(({ eventId, body }) => [eventId, body['by']])).toEqual([
      [`${idOf(item)}.1`, 'ana'],
      [`${idOf(item)}.2`, 'ana'],
      [`${idOf(item)}.3`, 'ben'],
      [`${idOf(item)}.4`, 'ben'],
    ])
  })

  test('to discard an unreadable record is published once it is durable', async () => {
    const { post, told } = await start({ given: unreadable })
    await post('discard', { reason: 'test' })
    const setAsideFor = 'undecodable-record'
    expect(told).toEqual([
      {
        eventId: `${idOf(unreadable)}.1`,
        kind: 'quarantine.discarded',
        decidedAtMs: NOW,
        body: { quarantineId: idOf(unreadable), by: 'ana', from: ADDRESS, setAsideFor, reason: 'test' },
      },
    ])
  })

  test('is published again under the same id when it is asked for again, and a refusal is not published', async () => {
    const { post, told } = await start()
    await post('discard', { reason: 'test' })
    await post('discard', { reason: 'test' })
    await post('discard', { reason: 'fraud' })
    expect(told.map(({ eventId }) => eventId)).toEqual([`${idOf(item)}.1`, `${idOf(item)}.1`])
    expect(told[1]).toEqual(told[0])
  })

  test('holds when it cannot be published', async () => {
    const { post, log } = await start({ publish: () => Promise.reject(new Error('no route to host')) })
    expect((await post('discard', { reason: 'test' })).status).toBe(200)
    expect(log.warn).toHaveBeenCalledOnce()
  })
})

describe('deciding refuses', () => {
  test.each([
    'x',
    '%00',
    'W10',
    quarantineId({ scope: 'm1', item: 'nothing' }),
    `${idOf(item)}=`,
    quarantineId({ scope: 'parts#ab', item: '0002' }),
    'x'.repeat(2_000),
  ])('the id %s, which names no item, with 404', async (id) => {
    const { post } = await start()
    expect(await post(`/v1/quarantine/${id}/replay`)).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(await post(`/v1/quarantine/${id}/discard`, { reason: 'test' })).toMatchObject({ status: 404 })
  })

  test.each(['{', 'null', '[]', '7', '{"entry":{},"force":true}'])(
    'bodies that say something else: %s',
    async (body) => {
      const { post, onStream } = await start()
      expect((await post('replay', body)).status).toBeGreaterThanOrEqual(400)
      expect((await post('discard', body)).status).toBeGreaterThanOrEqual(400)
      expect(onStream()).toEqual([])
    },
  )

  test('other methods with 405', async () => {
    const { app } = await start()
    for (const action of ['replay', 'discard']) {
      const response = await app.request(`/v1/quarantine/${idOf(item)}/${action}`)
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    }
  })
})
