import { registerMerchant, sendBatch, sendEntry, streamEntries, type Entry, type StreamAnswer } from './ingest.ts'
import { readDay } from './query.ts'

const { TOKEN = '', MERCHANT = '', DAY = '' } = process.env
const asClient = { headers: { authorization: `Bearer ${TOKEN}` } }

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

const shop = { name: MERCHANT, currency: 'BRL', timeZone: 'UTC' }
const registered = await registerMerchant(MERCHANT, shop, undefined, asClient)
if (registered.status !== 201) throw new Error(`registered: ${registered.status}`)

const sent = await sendEntry(entry('one', 1_000_000_000_000), asClient)
if (sent.status !== 202) throw new Error(`sent: ${sent.status}`)

const batch = await sendBatch({ entries: [entry('b1', 250), entry('b2', 700), entry('b3', 1, 'EUR')] }, asClient)
if (batch.status !== 207) throw new Error(`batch: ${batch.status}`)
const refused = batch.data.results.flatMap((result) => (result.status === 'rejected' ? [result.problem.code] : []))

const upload = await streamEntries(lines(entry('u1', 100), entry('u2', 200), entry('u3', 1, 'EUR')), asClient)
if (upload.status !== 200) throw new Error(`upload: ${upload.status}`)
const answers = (await new Response(upload.stream.body).text())
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as StreamAnswer)
const after = answers.flatMap((answer) => ('position' in answer ? [answer.position] : [])).at(-1) ?? ''
const uploaded = answers.flatMap((answer) => ('done' in answer ? [answer.accepted] : [])).at(-1)

const read = await readDay(MERCHANT, DAY, { after }, asClient)
if (read.status !== 200) throw new Error(`read: ${read.status}`)
const missing = await readDay(`${MERCHANT}-none`, DAY, undefined, asClient)
if (missing.status !== 404) throw new Error(`missing: ${missing.status}`)

const { credits, entryCount, digest, byMethod } = read.data
const pix = byMethod.pix?.credits
console.log(JSON.stringify({ credits, entryCount, pix, digest, refused, uploaded, missing: missing.data.code }))
