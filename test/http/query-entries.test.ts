import { describe, expect, test } from 'vitest'
import { contentHash } from '#ledger/entry'
import { quarantineKey, type QuarantineAction, type Quarantined } from '#ledger/quarantine'
import type { Store } from '#query-api/store'
import { aMerchant, aSetAside, entryId, merchantId } from '#test/builders'
import { positionToken } from '#wire/http/position-token'
import { quarantineId } from '#wire/http/quarantine-id'
import { aQueryApi, moved, SHARD_ID, type StoreCalls } from './query-fixtures.ts'

const NOON = '2026-11-20T12:00:00-03:00'
const DAY = '/v1/merchants/m1/days/2026-11-20'

/** Of each entry, the quarantine has one item more that cannot be read. */
const withOneUnreadable = ({ quarantine }: Store): StoreCalls => ({
  quarantine: {
    ofEntry: async (...of) => {
      const { raw: _, ...item } = aSetAside({ subject: 'unreadable' })
      const unreadable = { ...item, detail: 'is stored in format 99', lastPosition: item.position, actions: [] }
      return [...(await quarantine.ofEntry(...of)), unreadable]
    },
  },
})

/** All pages of a list, each as the ids in it. */
const pagesOf = async ({ get }: ReturnType<typeof aQueryApi>, path: string, idField: string): Promise<string[][]> => {
  const pages: string[][] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { status, body } = await get(cursor === '' ? path : `${path}&cursor=${cursor}`)
    expect(status).toBe(200)
    pages.push((body['data'] as Record<string, string>[]).map((row) => row[idField] ?? ''))
    cursor = body['nextCursor'] as string | null
  }
  return pages
}

describe('GET /v1/merchants/{m}/days/{day}/entries', () => {
  test('the entries of an empty book are an empty list', async () => {
    const { get } = aQueryApi()
    expect(await get(`${DAY}/entries`)).toMatchObject({ status: 200, body: { data: [], nextCursor: null } })
  })

  test('a row is the entry as it was sent, with its day and its segment', async () => {
    const { get, append } = aQueryApi()
    const details = { method: 'pix', category: 'bread', terminalSeq: 0, metadata: { till: 'left' } } as const
    await append(moved('e1', NOON, -250n, details))
    expect((await get(`${DAY}/entries`)).body).toEqual({
      data: [
        {
          entryId: 'e1',
          merchantId: 'm1',
          direction: 'debit',
          amount: 250,
          currency: 'BRL',
          occurredAt: '2026-11-20T15:00:00.000Z',
          ...details,
          businessDay: '2026-11-20',
          receivedAt: '2026-11-20T15:00:00.250Z',
          segment: 1,
        },
      ],
      nextCursor: null,
    })
  })

  test.each([
    { limit: 1, pages: [['a'], ['b'], ['c'], ['d'], ['e']] },
    { limit: 2, pages: [['a', 'b'], ['c', 'd'], ['e']] },
    {
      limit: 3,
      pages: [
        ['a', 'b', 'c'],
        ['d', 'e'],
      ],
    },
    { limit: 5, pages: [['a', 'b', 'c', 'd', 'e']] },
    { limit: 500, pages: [['a', 'b', 'c', 'd', 'e']] },
  ])('pages of $limit entries go across segments in journal order', async ({ limit, pages }) => {
    const system = aQueryApi()
    await system.append(moved('a', NOON, 1n), moved('b', NOON, 1n), moved('c', NOON, 1n))
    await system.append(moved('d', NOON, 1n))
    await system.append(moved('e', '2026-11-20T01:00:00-03:00', 1n))
    expect(await pagesOf(system, `${DAY}/entries?limit=${limit}`, 'entryId')).toEqual(pages)
  })

  test('a book of many small segments is read to its end, and a page reads no more than it needs', async () => {
    const asked: number[] = []
    const system = aQueryApi({
      storeWith: (store) => ({
        journal: {
          read: async (book, after, limit) => {
            asked.push(limit ?? Infinity)
            return store.journal.read(book, after, limit)
          },
        },
      }),
    })
    const ids = Array.from({ length: 120 }, (_, index) => `e${index}`)
    for (const id of ids) await system.append(moved(id, NOON, 1n))
    await system.get(`${DAY}/entries?limit=1`)
    expect(asked).toEqual([2])
    expect((await pagesOf(system, `${DAY}/entries?limit=500`, 'entryId')).flat()).toEqual(ids)
  })

  test('an entry that arrives while a client pages is on a later page', async () => {
    const { get, append } = aQueryApi()
    await append(moved('a', NOON, 1n), moved('b', NOON, 1n))
    const { body } = await get(`${DAY}/entries?limit=1`)
    await append(moved('c', NOON, 1n))
    const rest = await get(`${DAY}/entries?cursor=${String(body['nextCursor'])}`)
    expect(rest.body).toMatchObject({
      data: [
        { entryId: 'b', segment: 1 },
        { entryId: 'c', segment: 2 },
      ],
    })
  })

  test('a cursor of entries is refused for another book or another list', async () => {
    const { get, append } = aQueryApi({ merchants: [aMerchant(), aMerchant({ merchantId: merchantId('m2') })] })
    await append(moved('a', NOON, 1n), moved('b', NOON, 1n))
    const cursor = String((await get(`${DAY}/entries?limit=1`)).body['nextCursor'])
    const elsewhere = [
      `/v1/merchants/m1/days/2026-11-21/entries?cursor=${cursor}`,
      `/v1/merchants/m2/days/2026-11-20/entries?cursor=${cursor}`,
      `/v1/merchants?cursor=${cursor}`,
      `/v1/quarantine?cursor=${cursor}`,
      `${DAY}/entries?cursor=${cursor.slice(0, -2)}`,
      `${DAY}/entries?cursor=${cursor}%20`,
      `${DAY}/entries?cursor=`,
    ]
    for (const path of elsewhere) {
      const { status, body } = await get(path)
      expect({ path, status, errors: body['errors'] }).toMatchObject({
        path,
        status: 422,
        errors: [{ pointer: '/cursor', code: 'not-a-cursor' }],
      })
    }
  })
})

describe('GET /v1/merchants/{m}/days/{day}/entries/{entryId}', () => {
  test('an entry that counts is answered with its segment and its hash', async () => {
    const { get, append } = aQueryApi()
    await append(moved('a', NOON, 1n))
    await append(moved('b', NOON, 2n), moved('c', NOON, 3n))
    const { hash } = (await get(DAY)).body
    expect((await get(`${DAY}/entries/c`)).body).toEqual({
      status: 'applied',
      entry: expect.objectContaining({ entryId: 'c', amount: 3, businessDay: '2026-11-20' }) as object,
      segment: 2,
      hash,
    })
  })

  test('looking up an entry unpacks only the ids of the other segments', async () => {
    const withoutAmounts = (packed: Uint8Array) => {
      const columns = Buffer.from(packed).toString().split('\n')
      return Buffer.from(columns.with(2, 'no number').join('\n'))
    }
    const { get, append } = aQueryApi({
      storeWith: (store) => ({
        journal: {
          read: async (...asked) => {
            const segments = await store.journal.read(...asked)
            return segments.map((sealed) =>
              sealed.number === 2 ? sealed : { ...sealed, entries: withoutAmounts(sealed.entries) },
            )
          },
        },
      }),
    })
    for (const id of ['a', 'b', 'c']) await append(moved(id, NOON, 1n))
    expect((await get(`${DAY}/entries/b`)).body).toMatchObject({ status: 'applied', segment: 2 })
    expect((await get(`${DAY}/entries/c`)).status).toBe(500)
  })

  test('an entry that was set aside is answered with the reason', async () => {
    const { get, quarantine } = aQueryApi()
    await quarantine.setAside(aSetAside({ entry: moved('q', NOON, 9n), reason: 'total-out-of-bounds' }))
    expect((await get(`${DAY}/entries/q`)).body).toEqual({
      status: 'quarantined',
      entry: expect.objectContaining({ entryId: 'q', amount: 9 }) as object,
      reason: 'total-out-of-bounds',
    })
  })

  test('where one content counts and another was set aside, the answer is the one that counts, with the other as its conflict', async () => {
    const { get, append, quarantine } = aQueryApi()
    await append(moved('a', NOON, 1n))
    const other = aSetAside({ entry: moved('a', NOON, 2n) })
    await quarantine.setAside(other)
    await quarantine.setAside(aSetAside({ entry: moved('b', NOON, 2n) }))
    const { body } = await get(`${DAY}/entries/a`)
    expect(body).toMatchObject({ status: 'applied', entry: { amount: 1 } })
    expect(body['conflicts']).toEqual([
      { quarantineId: quarantineId(quarantineKey(other)), setAsideAt: '2026-11-20T12:30:01.000Z', status: 'waiting' },
    ])
    const item = await get(`/v1/quarantine/${(body['conflicts'] as { quarantineId: string }[])[0]?.quarantineId}`)
    expect(item.body).toMatchObject({ entryId: 'a', entry: { amount: 2 } })
  })

  test('conflicts say what became of each, the earliest first, and change the ETag', async () => {
    const { get, append, quarantine } = aQueryApi()
    await append(moved('a', NOON, 1n))
    const items = [5n, 4n, 3n, 2n].map((amount, index) =>
      aSetAside({ entry: moved('a', NOON, amount), setAsideAtMs: Date.parse(NOON) + index }),
    )
    for (const item of items) await quarantine.setAside(item)
    const tagBefore = (await get(`${DAY}/entries/a`)).headers.get('etag')
    const note = async (index: number, ...actions: QuarantineAction[]) => {
      for (const action of actions) {
        const item = await quarantine.find(quarantineKey(items[index] ?? aSetAside()))
        await quarantine.note(item as Quarantined, action)
      }
    }
    const by = { by: 'ana', from: 'unknown', atMs: 0 }
    const corrected = { ...by, action: 'replay-begun', entry: moved('a-b', NOON, 4n) } as const
    const replayed = {
      ...by,
      action: 'replayed',
      position: { shardId: SHARD_ID, sequenceNumber: '9', index: 0 },
    } as const
    await note(0, { ...by, action: 'discarded', reason: 'test' })
    await note(1, corrected, replayed)
    await note(2, corrected)
    const { body, headers } = await get(`${DAY}/entries/a`)
    const conflicts = body['conflicts'] as { status: string; setAsideAt: string }[]
    expect(conflicts.map(({ status }) => status)).toEqual(['discarded', 'replayed', 'waiting', 'waiting'])
    expect(conflicts.map(({ setAsideAt }) => setAsideAt.slice(-5))).toEqual(['.000Z', '.001Z', '.002Z', '.003Z'])
    expect(headers.get('etag')).not.toBe(tagBefore)
  })

  test('an entry that was set aside and counts now with the same content has no conflict', async () => {
    const { get, append, quarantine } = aQueryApi()
    await quarantine.setAside(aSetAside({ entry: moved('a', NOON, 1n), reason: 'total-out-of-bounds' }))
    await append(moved('a', NOON, 1n))
    expect((await get(`${DAY}/entries/a`)).body).not.toHaveProperty('conflicts')
  })

  test('an item in quarantine that cannot be read hides neither the entry that counts nor its conflicts', async () => {
    const { get, quarantine, append } = aQueryApi({ storeWith: withOneUnreadable })
    await append(moved('a', NOON, 1n))
    await quarantine.setAside(aSetAside({ entry: moved('a', NOON, 2n) }))
    const { status, body } = await get(`${DAY}/entries/a`)
    expect({ status, entry: body['entry'] }).toMatchObject({ status: 200, entry: { amount: 1 } })
    expect(body['conflicts']).toHaveLength(1)
  })

  test('an entry of which only an item that cannot be read is known is answered 503, and not 404', async () => {
    const { get } = aQueryApi({ storeWith: withOneUnreadable })
    expect((await get(`${DAY}/entries/a`)).status).toBe(503)
  })

  test('of several contents that were all set aside, the answer is the earliest, with the others as its conflicts', async () => {
    const { get, quarantine } = aQueryApi()
    const items = [2n, 3n, 4n, 5n].map((amount) =>
      aSetAside({ entry: moved('a', NOON, amount), setAsideAtMs: Date.parse(NOON) - Number(amount) }),
    )
    for (const item of items) await quarantine.setAside(item)
    const { body } = await get(`${DAY}/entries/a`)
    expect(body).toMatchObject({ status: 'quarantined', entry: { amount: 5 }, reason: 'content-conflict' })
    const ids = (body['conflicts'] as { quarantineId: string }[]).map((conflict) => conflict.quarantineId)
    expect(ids).toEqual(
      items
        .slice(0, 3)
        .toReversed()
        .map((item) => quarantineId(quarantineKey(item))),
    )
  })

  test.each([0, 1])(
    'at most fifty conflicts are shown, %i more entries of the same content among them',
    async (same) => {
      const { get, append, quarantine } = aQueryApi()
      await append(moved('a', NOON, 1n))
      for (let amount = 2 - same; amount <= 60; amount += 1) {
        await quarantine.setAside(aSetAside({ entry: moved('a', NOON, BigInt(amount)) }))
      }
      expect((await get(`${DAY}/entries/a`)).body['conflicts']).toHaveLength(50)
    },
  )

  test.each(['nobody', '~a:out', '%00', 'a%2Fb'])('the id %s is answered 404', async (id) => {
    const { get, append } = aQueryApi()
    await append(moved('a', NOON, 1n))
    expect(await get(`${DAY}/entries/${id}`)).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect((await get('/v1/merchants/m1/days/2026-11-21/entries/a')).status).toBe(404)
  })
})

describe('GET /v1/quarantine', () => {
  const entry = moved('q', NOON, 9n)
  const position = { shardId: SHARD_ID, sequenceNumber: '77', index: 3 }
  const unreadable = aSetAside({
    subject: 'unreadable',
    reason: 'undecodable-record',
    detail: 'not a Daybook record',
    position: { ...position, index: 0 },
    raw: Uint8Array.of(0, 255),
  })

  test('the list has an entry that was set aside with its bytes', async () => {
    const { get, quarantine } = aQueryApi()
    await quarantine.setAside(aSetAside({ subject: entry, position, raw: Buffer.from('{"a":1}') }))
    const { body } = await get('/v1/quarantine')
    expect(body).toEqual({
      data: [
        {
          quarantineId: expect.stringMatching(/^[A-Za-z0-9_-]+$/) as string,
          merchantId: 'm1',
          entryId: 'q',
          businessDay: '2026-11-20',
          reason: 'content-conflict',
          detail: 'The book already holds this entryId with other content.',
          status: 'waiting',
          setAsideAt: '2026-11-20T12:30:01.000Z',
          position: positionToken(position),
          entry: expect.objectContaining({ entryId: 'q', amount: 9 }) as object,
          raw: 'eyJhIjoxfQ==',
          actions: [],
        },
      ],
      nextCursor: null,
    })
    const [{ quarantineId } = { quarantineId: '' }] = body['data'] as { quarantineId: string }[]
    expect(JSON.parse(Buffer.from(quarantineId, 'base64url').toString())).toEqual([
      'm1',
      `2026-11-20#q#${contentHash(entry)}`,
    ])
  })

  test('an unreadable record has its bytes and no field of an entry', async () => {
    const { get, quarantine } = aQueryApi()
    await quarantine.setAside(unreadable)
    const [item] = (await get('/v1/quarantine')).body['data'] as object[]
    expect(item).toMatchObject({ reason: 'undecodable-record', raw: 'AP8=' })
    for (const field of ['merchantId', 'entryId', 'businessDay', 'entry']) expect(item).not.toHaveProperty(field)
  })

  test('the list goes by merchant and reason, page by page, and a cursor is refused for another filter', async () => {
    const system = aQueryApi()
    const { get, quarantine } = system
    await quarantine.setAside(unreadable)
    for (const id of ['a', 'b', 'c'])
      await quarantine.setAside(aSetAside({ entry: { ...entry, entryId: entryId(id) } }))
    await quarantine.setAside(aSetAside({ entry, reason: 'wrong-currency' }))
    await quarantine.setAside(
      aSetAside({ entry: { ...entry, merchantId: merchantId('gone') }, reason: 'unknown-merchant' }),
    )

    const conflicts = '/v1/quarantine?merchant=m1&reason=content-conflict'
    expect(await pagesOf(system, `${conflicts}&limit=2`, 'entryId')).toEqual([['a', 'b'], ['c']])
    expect(await pagesOf(system, '/v1/quarantine?merchant=gone', 'entryId')).toEqual([['q']])
    expect((await pagesOf(system, '/v1/quarantine?limit=4', 'reason')).map((page) => page.length)).toEqual([4, 2])

    const cursor = String((await get(`${conflicts}&limit=2`)).body['nextCursor'])
    expect(await get(`/v1/quarantine?merchant=m1&cursor=${cursor}`)).toMatchObject({ status: 422 })
  })
})

describe('GET /v1/quarantine/{quarantineId}', () => {
  const at = (sequenceNumber: string) => ({ shardId: SHARD_ID, sequenceNumber, index: 0 })
  const item = aSetAside({ entry: moved('q', NOON, 9n), position: at('7') })
  const key = quarantineKey(item)
  const path = `/v1/quarantine/${quarantineId(key)}`
  const entry = moved('q-b', NOON, 9n)
  const begun = { action: 'replay-begun', entry, by: 'ana', from: '203.0.113.7', atMs: Date.parse(NOON) } as const
  const replayed = {
    action: 'replayed',
    position: at('9'),
    by: 'ana',
    from: '203.0.113.7',
    atMs: Date.parse(NOON),
  } as const

  test('an item is answered as it stands in the list', async () => {
    const { get, quarantine } = aQueryApi()
    await quarantine.setAside(item)
    const [listed] = (await get('/v1/quarantine')).body['data'] as object[]
    expect((await get(path)).body).toEqual(listed)
  })

  test('an item has what operators decided and the entry that was put on the stream in its place', async () => {
    const { get, quarantine } = aQueryApi()
    await quarantine.setAside(item)
    for (const action of [begun, replayed]) {
      await quarantine.note((await quarantine.find(key)) as Quarantined, action)
    }
    const shown = { entry: expect.objectContaining({ entryId: 'q-b', amount: 9 }) as object }
    const common = { by: 'ana', from: '203.0.113.7', at: '2026-11-20T15:00:00.000Z' }
    expect((await get(path)).body).toMatchObject({
      status: 'replayed',
      entryId: 'q',
      entry: { entryId: 'q' },
      replayedAs: { ...shown, position: positionToken(at('9')) },
      actions: [
        { action: 'replay-begun', ...common, ...shown },
        { action: 'replayed', ...common, position: positionToken(at('9')) },
      ],
    })
  })

  test('the list goes by status', async () => {
    const system = aQueryApi()
    const { quarantine } = system
    for (const id of ['a', 'b', 'c']) await quarantine.setAside(aSetAside({ entry: moved(id, NOON, 9n) }))
    await quarantine.setAside(item)
    const discarded = { action: 'discarded', reason: 'test', by: 'ana', from: 'unknown', atMs: 0 } as const
    await quarantine.note((await quarantine.find(key)) as Quarantined, discarded)
    const ids = async (query: string) => (await pagesOf(system, `/v1/quarantine?${query}`, 'entryId')).flat()
    expect(await ids('status=waiting&limit=2')).toEqual(['a', 'b', 'c'])
    expect(await ids('status=discarded&merchant=m1')).toEqual(['q'])
    expect(await ids('status=replayed')).toEqual([])
  })

  test.each(['x', 'W10', quarantineId({ scope: 'm1', item: 'nothing' })])('the id %s is answered 404', async (id) => {
    const { get, quarantine } = aQueryApi()
    await quarantine.setAside(item)
    expect(await get(`/v1/quarantine/${id}`)).toMatchObject({ status: 404, body: { code: 'not-found' } })
  })
})

describe('GET /v1/merchants', () => {
  test('the register is listed page by page', async () => {
    const merchants = ['a', 'b', 'c'].map((id) => aMerchant({ merchantId: merchantId(id) }))
    const system = aQueryApi({ merchants })
    expect(await pagesOf(system, '/v1/merchants?limit=2', 'merchantId')).toEqual([['a', 'b'], ['c']])
  })

  test('a merchant is answered by its own route', async () => {
    const { get } = aQueryApi()
    expect((await get('/v1/merchants/m1')).body).toMatchObject({
      merchantId: 'm1',
      name: 'Padaria Central',
      currency: 'BRL',
      timeZone: 'America/Sao_Paulo',
    })
  })
})
