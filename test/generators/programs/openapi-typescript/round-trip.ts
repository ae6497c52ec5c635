import createClient from 'openapi-fetch'
import type { components, paths as IngestPaths } from './ingest.ts'
import type { paths as QueryPaths } from './query.ts'

const { INGEST_URL = '', QUERY_URL = '', TOKEN = '', MERCHANT = '', DAY = '' } = process.env
const headers = { authorization: `Bearer ${TOKEN}` }
const ingest = createClient<IngestPaths>({ baseUrl: INGEST_URL, headers })
const query = createClient<QueryPaths>({ baseUrl: QUERY_URL, headers })

type Entry = components['schemas']['Entry']
type StreamAnswer = components['schemas']['StreamAnswer']

const entry = (entryId: string, amount: number, currency = 'BRL'): Entry => ({
  entryId,
  merchantId: MERCHANT,
  direction: 'credit',
  amount,
  currency,
  method: 'pix',
  occurredAt: `${DAY}T12:00:00Z`,
})
const lines = (...entries: Entry[]) => entries.map((line) => `${JSON.stringify(line)}\n`).join('')

const registered = await ingest.PUT('/v1/merchants/{merchantId}', {
  params: { path: { merchantId: MERCHANT } },
  body: { name: MERCHANT, currency: 'BRL', timeZone: 'UTC' },
})
if (registered.data === undefined) throw new Error(registered.error.code)

const sent = await ingest.POST('/v1/entries', { body: entry('one', 1_000_000_000_000) })
if (sent.data === undefined) throw new Error(sent.error.code)

const batch = await ingest.POST('/v1/entries/batch', {
  body: { entries: [entry('b1', 250), entry('b2', 700), entry('b3', 1, 'EUR')] },
})
if (batch.data === undefined) throw new Error(batch.error.code)
const refused = batch.data.results.flatMap((result) => (result.status === 'rejected' ? [result.problem.code] : []))

const upload = await ingest.POST('/v1/entries/stream', {
  body: lines(entry('u1', 100), entry('u2', 200), entry('u3', 1, 'EUR')),
  bodySerializer: (text) => text,
  headers: { 'content-type': 'application/x-ndjson' },
  parseAs: 'text',
})
if (upload.data === undefined) throw new Error(upload.error.code)
const answers = upload.data
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as StreamAnswer)
const after = answers.flatMap((answer) => ('position' in answer ? [answer.position] : [])).at(-1) ?? ''
const uploaded = answers.flatMap((answer) => ('done' in answer ? [answer.accepted] : [])).at(-1)

const path = { merchant: MERCHANT, day: DAY }
const read = await query.GET('/v1/merchants/{merchant}/days/{day}', { params: { path, query: { after } } })
if (read.data === undefined) throw new Error('no day')
const missing = await query.GET('/v1/merchants/{merchant}/days/{day}', {
  params: { path: { ...path, merchant: `${MERCHANT}-none` } },
})

const { credits, entryCount, digest, byMethod } = read.data
const pix = byMethod.pix?.credits
console.log(JSON.stringify({ credits, entryCount, pix, digest, refused, uploaded, missing: missing.error?.code }))
