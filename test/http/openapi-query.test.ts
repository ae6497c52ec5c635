/** The published document of the query API, held against what it really answers. */
import { expect, test } from 'vitest'
import { quarantineKey, type Quarantined } from '#ledger/quarantine'
import { positionToken } from '#wire/http/position-token'
import { quarantineId } from '#wire/http/quarantine-id'
import { ALLOWED, REFUSED } from '#test/access'
import { aMerchant, aRule, aSetAside, day, merchantId } from '#test/builders'
import { queryDocument } from '#wire/http/openapi/query-document'
import { distinct, publishedDocument, wordsOf, type Seen } from './published-document.ts'
import { aQueryApi, moved, SHARD_ID } from './query-fixtures.ts'

const published = publishedDocument(queryDocument())

const SET_ASIDE = aSetAside({ entry: moved('e9', '2026-11-20T12:00:00-03:00', 1n) })
const DECIDED = aSetAside({ entry: moved('e8', '2026-11-20T12:00:00-03:00', 1n) })

/** Other contents of an entry that counts, and of one that was set aside itself. */
const CONFLICTS = ['e1', 'e9'].map((id) => aSetAside({ entry: moved(id, '2026-11-20T12:00:00-03:00', 7n) }))

const QUERIES = [
  '/v1/merchants?limit=1',
  '/v1/merchants/m1',
  '/v1/merchants/m1/balance',
  '/v1/merchants/m1/days?from=2026-11-01&to=2026-11-30&limit=2',
  '/v1/merchants/m1/days/2026-11-20',
  '/v1/merchants/m1/days/2026-11-20/windows?size=5m',
  '/v1/merchants/m1/days/2026-11-20/entries?limit=1',
  '/v1/merchants/m1/days/2026-11-20/entries/e1',
  '/v1/quarantine?merchant=m1',
  `/v1/quarantine/${quarantineId(quarantineKey(SET_ASIDE))}`,
]
const LIVE = '/v1/merchants/m1/live'
const KEPT = ['/openapi.json', '/docs', '/docs/problems']

const merchants = [
  aMerchant(),
  aMerchant({
    merchantId: merchantId('m2'),
    calendar: [aRule(), aRule({ from: day('2026-12-01'), dayStartsAt: '04:00' })],
  }),
]
const entry = moved('e1', '2026-11-20T12:00:00-03:00', 1250n, {
  method: 'pix',
  description: 'A coffee',
  metadata: { table: '7' },
})
const position = positionToken({ shardId: SHARD_ID, sequenceNumber: '9', index: 0 })
const UNREACHABLE = () => Promise.reject(new Error('no route to host'))

type Sent = readonly [path: string, headers?: Record<string, string>]

const asking = (query: string, paths: readonly string[]): Sent[] =>
  paths.map((path) => [`${path}${path.includes('?') ? '&' : '?'}${query}`])

/** A query API with something in it, that holds each of its answers against the document. */
const start = async (given: Parameters<typeof aQueryApi>[0] = {}) => {
  const api = aQueryApi({ merchants, ...given })
  await api.append(entry, moved('e2', '2026-11-20T12:30:00-03:00', -200n))
  await api.append(moved('e3', '2026-11-19T12:00:00-03:00', 300n))
  for (const item of [SET_ASIDE, DECIDED, ...CONFLICTS]) await api.quarantine.setAside(item)
  const at = { ...DECIDED.position, sequenceNumber: `${DECIDED.position.sequenceNumber}0` }
  for (const action of [
    { action: 'replay-begun', entry, by: 'ana', from: 'unknown', atMs: 1 },
    { action: 'replayed', position: at, by: 'ana', from: '2001:db8::7', atMs: 2 },
  ] as const) {
    await api.quarantine.note((await api.quarantine.find(quarantineKey(DECIDED))) as Quarantined, action)
  }
  await api.progress.advance('journal', { shardId: SHARD_ID, sequenceNumber: '5', appliedThroughMs: 1 })
  const checked = async ([path, headers = {}]: Sent): Promise<Seen> => {
    const answer = await api.app.request(path, { headers })
    if (!path.startsWith(LIVE) || answer.status !== 200) return await published.check('GET', path, answer)
    // It never ends by itself.
    await answer.body?.cancel()
    return await published.check('GET', path, new Response('', answer))
  }
  return { ...api, checked }
}

test('the query API gives every answer that its document describes, and no other', async () => {
  const { checked } = await start()
  const broken = await start({
    needs: [{ name: 'register', cannot: 'read anything of merchants', ask: UNREACHABLE }],
    storeWith: () => ({
      merchants: { find: UNREACHABLE, list: UNREACHABLE, items: UNREACHABLE },
      quarantine: { list: UNREACHABLE, find: UNREACHABLE },
    }),
  })
  const seen: Seen[] = []
  const ALL = [...QUERIES, LIVE]
  for (const sent of [
    ...ALL.map((path): Sent => [path]),
    ...['/v1/merchants/m2', '/v1/merchants/m1/days/2026-11-20/entries/e9', '/v1/quarantine'].map((path): Sent => [
      path,
    ]),
    ...[...QUERIES, ...KEPT].map((path): Sent => [path, { 'if-none-match': '*' }]),
    ...ALL.filter((path) => path.includes('/m1')).map((path): Sent => [path.replace('/m1', '/nobody')]),
    ...['/v1/quarantine/nothing'].map((path): Sent => [path]),
    ...asking('colour=red', ALL),
    ...asking(`after=${position}`, ALL).map(([path]): Sent => [path, { prefer: 'wait=0' }]),
    ...['/healthz', '/readyz', '/metrics', ...KEPT].map((path): Sent => [path]),
  ]) {
    seen.push(await checked(sent))
  }
  const guarded = [...ALL, '/metrics']
  for (const headers of [REFUSED.unauthenticated, REFUSED.withoutScopes]) {
    for (const path of guarded) seen.push(await checked([path, headers]))
  }
  for (const path of ALL) seen.push(await checked([path, REFUSED.withoutGrant]))
  const { checked: unknowing } = await start({ access: { ...ALLOWED, grants: { find: UNREACHABLE } } })
  for (const path of guarded) seen.push(await unknowing([path]))
  for (const path of [...ALL, '/readyz']) seen.push(await broken.checked([path]))
  const large = await start()
  for (const at of ['2026-11-19', '2026-11-20']) {
    await large.append(moved('large', `${at}T13:00:00-03:00`, 9_000_000_000_000_000n))
  }
  for (const path of QUERIES) seen.push(await large.checked([path]))

  const promised = published.promised()
  expect(distinct(seen)).toEqual(distinct(promised))
  // Each example of a problem is in words that the operation really uses.
  expect(wordsOf(published.problemExamples()).filter((words) => !wordsOf(seen).includes(words))).toEqual([])
})

test('a fault of ours is answered as the document says of any request', async () => {
  const { checked } = await start({
    storeWith: () => ({
      journal: { end: () => Promise.resolve('no segment' as never) },
    }),
  })
  expect(await checked(['/v1/merchants/m1/days/2026-11-20'])).toMatchObject({
    status: 'default',
    code: 'unexpected-error',
  })
})

test('the data of a live event is a day as the document describes it', async () => {
  const { app, stop } = await start()
  const answer = await app.request(LIVE)
  let text = ''
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    text += Buffer.from(piece).toString()
    if (text.includes('data:')) stop()
  }
  const [, data = ''] = /^data: (.*)$/m.exec(text) ?? []
  expect(published.strayOf('Day', JSON.parse(data))).toBeUndefined()
})
