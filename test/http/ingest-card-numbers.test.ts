import { describe, expect, test } from 'vitest'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { quarantineKey, type SetAside } from '#ledger/quarantine'
import { anEntry, aSetAside } from '#test/builders'
import { AUTHORIZATION } from '#test/access'
import { quarantineId } from '#wire/http/quarantine-id'
import { anIngest, NOW_MS, SALE } from './ingest-fixtures.ts'

const CARD = '4111 1111 1111 1111'
/** No answer and no line of a log may hold any of these. */
const LEAKED = /4111[ -]?1111|1111[ -]?1111|paid with/

const refusal = (pointer: string) => ({
  code: 'invalid',
  errors: [{ pointer, code: 'card-number', detail: 'must not hold the number of a payment card' }],
})

describe('a card number', () => {
  test.each([
    { pointer: '/description', entry: { description: `paid with ${CARD}` } },
    { pointer: '/category', entry: { category: CARD } },
    { pointer: '/reference', entry: { reference: CARD.replaceAll(' ', '') } },
    { pointer: '/reference', entry: { reference: CARD.replaceAll(' ', '-') } },
    { pointer: '/description', entry: { description: `"${CARD}"` } },
    { pointer: '/metadata/card', entry: { metadata: { table: '7', card: CARD } } },
    { pointer: '/metadata/a~1b~0c', entry: { metadata: { 'a/b~c': CARD } } },
    { pointer: '/metadata', entry: { metadata: { [CARD]: CARD } } },
    { pointer: '/metadata', entry: { metadata: { [`key ${CARD}`]: 7 } }, code: 'wrong-type' },
    { pointer: '', entry: { [CARD]: 7 }, code: 'unknown-field' },
  ])('in $entry is refused at "$pointer" by all three routes, and never repeated', async ({ pointer, entry, code }) => {
    const { post, log, records } = anIngest({ clock: () => NOW_MS })
    const sent = { ...SALE, ...entry }
    const expected = code === undefined ? refusal(pointer) : { code: 'invalid', errors: [{ pointer, code }] }

    const single = await post('/v1/entries', sent)
    expect(single.status).toBe(422)
    const batch = await post('/v1/entries/batch', { entries: [sent, { ...SALE, entryId: 'e2' }] })
    expect(batch.status).toBe(207)
    const upload = await post('/v1/entries/stream', `${JSON.stringify(sent)}\n`)
    const texts = [await single.text(), await batch.text(), await upload.text()] as const

    expect(JSON.parse(texts[0])).toMatchObject(expected)
    expect(JSON.parse(texts[1])).toMatchObject({ accepted: 1, rejected: 1, results: [{ problem: expected }, {}] })
    expect(JSON.parse(texts[2].split('\n')[0] ?? '')).toMatchObject({ line: 1, status: 'rejected', problem: expected })
    expect(texts.filter((text) => LEAKED.test(text))).toEqual([])
    expect(JSON.stringify([log.error.mock.calls, log.warn.mock.calls])).not.toMatch(LEAKED)
    expect(records).toHaveLength(1)
  })

  test('in each field of an entry is pointed at in each, together with what else is wrong', async () => {
    const { post } = anIngest({ clock: () => NOW_MS })
    const sent = { ...SALE, amount: 0, category: CARD, description: CARD, metadata: { a: CARD, b: CARD } }
    const body = (await (await post('/v1/entries', sent)).json()) as { errors: { pointer: string; code: string }[] }
    expect(body.errors.map(({ pointer, code }) => `${pointer} ${code}`).toSorted()).toEqual([
      '/amount out-of-range',
      '/category card-number',
      '/description card-number',
      '/metadata/a card-number',
      '/metadata/b card-number',
    ])
  })

  test('in an id or in a key of metadata is accepted, because every tenth number has a valid check digit', async () => {
    const { post, onStream } = anIngest({ clock: () => NOW_MS })
    const number = CARD.replaceAll(' ', '')
    const ids = { entryId: number, terminalId: number, reverses: number, metadata: { [number]: '7' } }
    expect((await post('/v1/entries', { ...SALE, ...ids })).status).toBe(202)
    expect(onStream()).toMatchObject([ids])
  })
})

describe('an item of quarantine whose entry holds a card number, accepted before such were refused', () => {
  const item = aSetAside({ entry: anEntry({ description: `paid with ${CARD}`, category: 'food' }) })

  const decide = async (path: string, body: object, given: SetAside = item) => {
    const quarantine = memoryQuarantine()
    await quarantine.setAside(given)
    const { app, onStream } = anIngest({ clock: () => NOW_MS, quarantine })
    const response = await app.request(`/v1/quarantine/${quarantineId(quarantineKey(given))}/${path}`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', 'x-operator': 'ana' },
      body: JSON.stringify(body),
    })
    return { status: response.status, text: await response.text(), onStream }
  }

  test('is replayed as it was', async () => {
    const { status, onStream } = await decide('replay', {})
    expect({ status, entries: onStream().length }).toEqual({ status: 202, entries: 1 })
  })

  test.each([
    { given: 'brings a card number', entry: { description: null, reference: CARD }, pointer: '/entry/reference' },
    { given: 'brings one in metadata', entry: { metadata: { 'a/b': CARD } }, pointer: '/entry/metadata/a~1b' },
    { given: 'leaves it there', entry: { category: 'drinks' }, pointer: '/entry/description' },
  ])('is refused with a correction that $given', async ({ entry, pointer }) => {
    const { status, text } = await decide('replay', { entry })
    expect(status).toBe(422)
    expect(JSON.parse(text)).toMatchObject({ code: 'invalid', errors: [{ pointer, code: 'card-number' }] })
    expect(text).not.toMatch(LEAKED)
  })

  test('is replayed with a correction that takes it away', async () => {
    expect(await decide('replay', { entry: { description: null } })).toMatchObject({ status: 202 })
  })

  test('is not discarded with a reason that repeats it', async () => {
    const { status, text } = await decide('discard', { reason: `paid with ${CARD}` })
    expect(status).toBe(422)
    expect(JSON.parse(text)).toMatchObject(refusal('/reason'))
    expect(text).not.toMatch(LEAKED)
  })
})

test.each(['PUT', 'PATCH'])('a merchant gets no card number as its name by %s', async (method) => {
  const { app } = anIngest()
  const response = await app.request('/v1/merchants/m1', {
    method,
    headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
    body: JSON.stringify({ name: `paid with ${CARD}`, currency: 'BRL', timeZone: 'America/Sao_Paulo' }),
  })
  const text = await response.text()
  expect(response.status).toBe(422)
  expect(JSON.parse(text)).toMatchObject(refusal('/name'))
  expect(text).not.toMatch(LEAKED)
})
