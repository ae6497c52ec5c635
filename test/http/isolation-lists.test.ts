import { describe, expect, test } from 'vitest'
import { UnknownFormat } from '#ledger/ports'
import { refuse } from '#ledger/result'
import { quarantineKey, type QuarantineReason } from '#ledger/quarantine'
import type { Store } from '#query-api/store'
import { accessOf, sentBy } from '#test/access'
import { aMerchant, anEntry, aSetAside, entryId, merchantId } from '#test/builders'
import { quarantineId } from '#wire/http/quarantine-id'
import { aQueryApi, type StoreCalls } from './query-fixtures.ts'

const GRANTED = {
  'all-of-them': ['*'],
  acme: ['acme-*'],
  'one-and-its-kin': ['acme-1', 'acme-*'],
  two: ['m2', 'acme-3'],
  'one-to-come': ['m99', 'm2', 'z9'],
  nothing: [],
}
type Name = keyof typeof GRANTED

const REGISTERED = ['m1', 'm2', 'acme-1', 'acme-2', 'acme-3', 'acme', 'acmex-1', 'ACME-1']

/** Notes the ids that the store is asked for, and those that it shows. */
const watching =
  (touched: Set<string>) =>
  (store: Store): StoreCalls => ({
    merchants: {
      find: async (id) => (touched.add(id), store.merchants.find(id)),
      items: async (page) => {
        const listed = await store.merchants.items(page)
        for (const { merchantId } of listed.items) touched.add(merchantId)
        return listed
      },
      idsBeginning: async (beginning, page) => {
        const listed = await store.merchants.idsBeginning(beginning, page)
        for (const id of listed.items) touched.add(id)
        return listed
      },
    },
    quarantine: {
      list: async (filter, page) => {
        const listed = await store.quarantine.list(filter, page)
        for (const { subject } of listed.items) touched.add(subject === 'unreadable' ? '#' : subject.merchantId)
        return listed
      },
    },
  })

const start = () => {
  const touched = new Set<string>()
  const merchants = REGISTERED.map((id) => aMerchant({ merchantId: merchantId(id) }))
  const system = aQueryApi({ merchants, access: accessOf(GRANTED), storeWith: watching(touched) })

  /** All pages of a list as a caller gets them. */
  const pages = async (name: Name, path: string) => {
    const read: { data: Record<string, string>[]; nextCursor: string | null }[] = []
    let cursor: string | null = ''
    while (cursor !== null && read.length < 100) {
      const more = cursor === '' ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`
      const { status, body } = await system.get(path + more, sentBy(name))
      expect(status).toBe(200)
      const page = body as unknown as (typeof read)[number]
      read.push(page)
      cursor = page.nextCursor
    }
    return read
  }
  return { ...system, touched, pages }
}

const decoded = (cursor: string | null) => (cursor === null ? '' : Buffer.from(cursor, 'base64url').toString())
const isForeignTo = (name: Name) => (id: string) =>
  !GRANTED[name].some((pattern) => (pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern))

describe('the register', () => {
  test.each<{ name: Name; ids: string[] }>([
    { name: 'all-of-them', ids: REGISTERED.toSorted() },
    { name: 'acme', ids: ['acme-1', 'acme-2', 'acme-3'] },
    { name: 'one-and-its-kin', ids: ['acme-1', 'acme-2', 'acme-3'] },
    { name: 'two', ids: ['acme-3', 'm2'] },
    { name: 'one-to-come', ids: ['m2'] },
    { name: 'nothing', ids: [] },
  ])('shows to "$name" $ids and reads no other, in full pages of any size', async ({ name, ids }) => {
    const { pages, touched } = start()
    for (const limit of [1, 2, 3, 500]) {
      const read = await pages(name, `/v1/merchants?limit=${limit}`)
      expect(read.flatMap(({ data }) => data.map(({ merchantId = '' }) => merchantId)).toSorted()).toEqual(ids)
      expect(
        read.slice(0, -1).every(({ data }) => data.length === limit),
        `full pages of ${limit}`,
      ).toBe(true)
      expect(read, `no page more than are needed for ${limit}`).toHaveLength(Math.max(1, Math.ceil(ids.length / limit)))
      for (const { nextCursor } of read)
        expect(ids.some((id) => decoded(nextCursor).endsWith(id)) || !nextCursor).toBe(true)
    }
    expect([...touched].filter(isForeignTo(name))).toEqual([])
  })

  test('looks at 1,000 of the merchants that a grant names, and then says where to go on', async () => {
    const ids = Array.from({ length: 2_500 }, (_, index) => `m${String(index).padStart(4, '0')}`)
    const merchants = ['m0005', 'm2400'].map((id) => aMerchant({ merchantId: merchantId(id) }))
    let finds = 0
    const system = aQueryApi({
      merchants,
      access: accessOf({ many: ids }),
      storeWith: (store) => ({ merchants: { find: async (id) => ((finds += 1), store.merchants.find(id)) } }),
    })
    const shown: string[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      finds = 0
      const { body } = await system.get(`/v1/merchants${cursor === '' ? '' : `?cursor=${cursor}`}`, sentBy('many'))
      expect(finds).toBeLessThanOrEqual(1_000)
      shown.push((body['data'] as { merchantId: string }[]).map(({ merchantId }) => merchantId))
      cursor = body['nextCursor'] as string | null
    }
    expect(shown).toEqual([['m0005'], [], ['m2400']])
  })
})

describe('a merchant that cannot be read', () => {
  test.each([
    { to: 'a caller of all merchants', name: 'all-of-them' },
    { to: 'a caller of some', name: 'two' },
  ] as const)('is left out of the list and named in the log, and hides no other, to $to', async ({ name }) => {
    const reason = 'a merchant in format 99'
    const { get, logged } = aQueryApi({
      merchants: ['acme-3', 'm2'].map((id) => aMerchant({ merchantId: merchantId(id) })),
      access: accessOf(GRANTED),
      storeWith: ({ merchants }) => ({
        merchants: {
          find: (id) => (id === 'm2' ? Promise.reject(new UnknownFormat(reason)) : merchants.find(id)),
          items: async (page) => {
            const { items, ...more } = await merchants.items(page)
            return {
              ...more,
              items: items.map((item) => (item.merchantId === 'm2' ? { ...item, merchant: refuse(reason) } : item)),
            }
          },
        },
      }),
    })
    const { status, body } = await get('/v1/merchants', sentBy(name))
    expect({ status, data: body['data'] }).toMatchObject({ status: 200, data: [{ merchantId: 'acme-3' }] })
    expect(logged).toEqual([[{ merchantId: 'm2', reason }, 'a merchant cannot be read, and the list leaves it out']])
  })
})

describe('the quarantine', () => {
  const SET_ASIDE = ['acme-2', 'm2', 'acme-1', 'm1', 'acmex-1', 'm99', 'ACME-1'].flatMap((id) => [id, id, id])

  const startWithItems = async () => {
    const system = start()
    for (const [index, id] of SET_ASIDE.entries()) {
      const entry = anEntry({ merchantId: merchantId(id), entryId: entryId(`e${index}`) })
      const reason: QuarantineReason = id === 'm99' ? 'unknown-merchant' : 'content-conflict'
      await system.quarantine.setAside(aSetAside({ entry, reason }))
    }
    await system.quarantine.setAside(aSetAside({ subject: 'unreadable', reason: 'undecodable-record' }))
    return system
  }

  test.each<{ name: Name; ids: string[] }>([
    { name: 'all-of-them', ids: [...SET_ASIDE, ''] },
    { name: 'acme', ids: ['acme-1', 'acme-1', 'acme-1', 'acme-2', 'acme-2', 'acme-2'] },
    { name: 'one-and-its-kin', ids: ['acme-1', 'acme-1', 'acme-1', 'acme-2', 'acme-2', 'acme-2'] },
    { name: 'two', ids: ['m2', 'm2', 'm2'] },
    { name: 'one-to-come', ids: ['m2', 'm2', 'm2', 'm99', 'm99', 'm99'] },
    { name: 'nothing', ids: [] },
  ])('shows to "$name" items of $ids and reads no other, in full pages of any size', async ({ name, ids }) => {
    const { pages, touched } = await startWithItems()
    for (const limit of [1, 2, 4, 500]) {
      const read = await pages(name, `/v1/quarantine?limit=${limit}`)
      const items = read.flatMap(({ data }) => data)
      expect(items.map(({ merchantId = '' }) => merchantId).toSorted()).toEqual(ids.toSorted())
      expect(new Set(items.map(({ quarantineId }) => quarantineId)).size).toBe(ids.length)
      expect(
        read.slice(0, -1).every(({ data }) => data.length === limit),
        `full pages of ${limit}`,
      ).toBe(true)
      expect(read).toHaveLength(Math.max(1, Math.ceil(ids.length / limit)))
      if (name === 'all-of-them') continue
      for (const { nextCursor } of read) {
        const [, id = ''] = /^.{8}(.*)\n/.exec(decoded(nextCursor)) ?? []
        expect(nextCursor === null || ids.includes(id), id).toBe(true)
      }
    }
    if (name !== 'all-of-them') expect([...touched].filter(isForeignTo(name))).toEqual([])
  })

  test('keeps to the filter in the granted part', async () => {
    const { pages } = await startWithItems()
    const [page] = await pages('one-to-come', '/v1/quarantine?reason=unknown-merchant&status=waiting')
    expect(page?.data.map(({ merchantId }) => merchantId)).toEqual(['m99', 'm99', 'm99'])
    expect((await pages('one-to-come', '/v1/quarantine?status=discarded')).flatMap(({ data }) => data)).toEqual([])
  })

  test.each(['/v1/quarantine?merchant=', '/v1/quarantine?reason=content-conflict&merchant='])(
    'answers %s of another’s merchant as of one that does not exist, without a look at the store',
    async (path) => {
      const { get, touched } = await startWithItems()
      const [foreign, unknown] = await Promise.all(['m1', 'm0'].map((id) => get(path + id, sentBy('two'))))
      expect(touched).toEqual(new Set())
      expect(foreign).toMatchObject({ status: 200, body: { data: [], nextCursor: null } })
      expect(comparable(foreign)).toEqual(comparable(unknown))
    },
  )

  test('shows where an entry was moved to only to those who may act for that merchant', async () => {
    const system = start()
    const entry = anEntry({ merchantId: merchantId('acme-1') })
    const moved = { ...entry, merchantId: merchantId('m1') }
    const key = quarantineKey(aSetAside({ entry }))
    const act = { by: 'ana', from: '203.0.113.7', atMs: 0 }
    await system.quarantine.setAside(aSetAside({ entry }))
    for (const action of [
      { action: 'replay-begun', entry: moved, ...act },
      { action: 'replayed', position: aSetAside({ entry }).position, ...act },
    ] as const) {
      const item = await system.quarantine.find(key)
      if (item !== undefined) await system.quarantine.note(item, action)
      for (const path of [`/v1/quarantine/${quarantineId(key)}`, '/v1/quarantine']) {
        const [own, all] = await Promise.all(
          (['acme', 'all-of-them'] as const).map((name) => system.get(path, sentBy(name))),
        )
        expect([own?.status, all?.status]).toEqual([200, 200])
        expect(own?.text).not.toContain('"m1"')
        expect(all?.text).toContain('"m1"')
      }
    }
  })

  test('is looked at for 100 merchants at a time, when nothing is set aside of most', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `m${String(index).padStart(4, '0')}`)
    let lists = 0
    const system = aQueryApi({
      access: accessOf({ many: ids }),
      storeWith: ({ quarantine }) => ({
        quarantine: { list: async (filter, page) => ((lists += 1), quarantine.list(filter, page)) },
      }),
    })
    for (const id of ['m0005', 'm0240']) {
      await system.quarantine.setAside(aSetAside({ entry: anEntry({ merchantId: merchantId(id) }) }))
    }
    const shown: string[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      lists = 0
      const { body } = await system.get(`/v1/quarantine${cursor === '' ? '' : `?cursor=${cursor}`}`, sentBy('many'))
      expect(lists).toBeLessThanOrEqual(101)
      shown.push((body['data'] as { merchantId: string }[]).map(({ merchantId }) => merchantId))
      cursor = body['nextCursor'] as string | null
    }
    expect(shown).toEqual([['m0005'], [], ['m0240']])
  })
})

/** An answer without what differs between any two. */
const comparable = (answer: { status: number; headers: Headers; text: string } | undefined) => {
  const { 'x-request-id': _, ...headers } = Object.fromEntries(answer?.headers ?? [])
  return { status: answer?.status, text: answer?.text, headers }
}
