import { createClient, createConfig } from './clients/ingest/client'
import { registerMerchant, sendBatch, sendEntry, streamEntries, type Entry, type StreamAnswer } from './clients/ingest'
import { createClient as createQueryClient, createConfig as createQueryConfig } from './clients/query/client'
import { readDay } from './clients/query'

const { INGEST_URL = '', QUERY_URL = '', TOKEN = '', MERCHANT = '', DAY = '' } = process.env
const ingest = createClient(createConfig({ baseUrl: INGEST_URL, auth: TOKEN }))
const query = createQueryClient(createQueryConfig({ baseUrl: QUERY_URL, auth: TOKEN }))

const entry = (entryId: string, amount: number, currency = 'BRL'): Entry => ({
  entryId,
  merchantId: MERCHANT,
  direction: 'credit',
  amount,
  currency,
  method: 'pix',
  occurredAt: `${DAY}T12:00:00Z`,
})
const lines = (...entries: Entry[]) => new Blob(entries.map((line) => `${JSON.stringify(line)}\n`))

const registered = await registerMerchant({
  client: ingest,
  path: { merchantId: MERCHANT },
  body: { name: MERCHANT, currency: 'BRL', timeZone: 'UTC' },
})
if (registered.data === undefined) throw new Error(registered.error.code)

const sent = await sendEntry({ client: ingest, body: entry('one', 1_000_000_000_000) })
if (sent.data === undefined) throw new Error(sent.error.code)

const batch = await sendBatch({
  client: ingest,
  body: { entries: [entry('b1', 250), entry('b2', 700), entry('b3', 1, 'EUR')] },
})
if (batch.data === undefined) throw new Error(batch.error.code)
const refused = batch.data.results.flatMap((result) => (result.status === 'rejected' ? [result.problem.code] : []))

const upload = await streamEntries({
  client: ingest,
  body: lines(entry('u1', 100), entry('u2', 200), entry('u3', 1, 'EUR')),
  parseAs: 'blob',
})
if (upload.data === undefined) throw new Error(upload.error.code)
const answers = (await upload.data.text())
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as StreamAnswer)
const after = answers.flatMap((answer) => ('position' in answer ? [answer.position] : [])).at(-1) ?? ''
const uploaded = answers.flatMap((answer) => ('done' in answer ? [answer.accepted] : [])).at(-1)

const read = await readDay({ client: query, path: { merchant: MERCHANT, day: DAY }, query: { after } })
if (read.data === undefined) throw new Error('no day')
const missing = await readDay({ client: query, path: { merchant: `${MERCHANT}-none`, day: DAY } })

const { credits, entryCount, digest, byMethod } = read.data
const pix = byMethod.pix?.credits
const code = typeof missing.error === 'object' ? missing.error.code : missing.error
console.log(JSON.stringify({ credits, entryCount, pix, digest, refused, uploaded, missing: code }))
