/** After the kills, compares the answers of the system with the answers that clients got, and with each other. */
import { answered } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import { compareWithArchive } from './compare-with-archive.ts'
import { compareWithSent, type Row, type SetAside } from './compare-with-sent.ts'
import { compareWithView, netOf } from './compare-with-view.ts'
import type { Findings } from './findings.ts'
import { MERCHANTS } from './tills.ts'
import { verifyChain } from './verify-chain.ts'
import type { Outcome, SentToBook, Witness } from './witness.ts'

type Audit = { readonly system: RunningSystem; readonly witness: Witness; readonly findings: Findings }

type Audited = {
  readonly counted: number
  /** Different entries in S3; undefined while nothing archives them. */
  readonly archived: number | undefined
}

/** Compares everything. */
export const audit = async ({ system, witness, findings }: Audit): Promise<Audited> => {
  Object.assign(process.env, system.awsEnvironment, { AWS_REGION: 'us-east-1' })
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' })
  for (const merchantId of MERCHANTS) await untilAllIsCounted({ system, witness, findings }, merchantId)
  const setAside = await allPages<SetAside>(system, `${system.query}/v1/quarantine?`)
  let counted = 0
  for (const merchantId of MERCHANTS) {
    const ofMerchant = setAside.filter((item) => item.merchantId === merchantId)
    counted += await auditMerchant({ system, witness, findings }, merchantId, ofMerchant)
  }

  const isOurs = (merchantId: string | undefined) => MERCHANTS.some((ours) => ours === merchantId)
  for (const item of setAside) {
    if (!isOurs(item.merchantId)) findings.add(`in quarantine as ${item.reason}`, item.quarantineId)
  }
  for (const [book, sent] of witness.books) {
    if (isOurs(book.split('/')[0])) continue
    for (const id of withOutcome(sent, 'acknowledged')) findings.add('acknowledged for an unknown merchant', id)
  }
  const archived = await compareWithArchive({ witness, findings, bucket: 'daybook-archive' })
  return { counted, archived }
}

const auditMerchant = async (
  { system, witness, findings }: Audit,
  merchantId: string,
  setAside: readonly SetAside[],
): Promise<number> => {
  const { body: balance } = await answered(system, `${system.query}/v1/merchants/${merchantId}/balance`, 'GET')
  const sentDays = [...witness.books.keys()].filter((book) => book.startsWith(`${merchantId}/`))
  const days = new Set([...sentDays.map((book) => book.slice(-10)), ...(balance['openDays'] as string[])])

  let counted = 0
  let netMinor = 0
  for (const day of days) {
    const book = `${merchantId}/${day}`
    const url = `${system.query}/v1/merchants/${merchantId}/days/${day}`
    const rows = await allPages<Row>(system, `${url}/entries?`)
    const { body: view } = await answered(system, url, 'GET')
    const ofBook = setAside.filter(({ businessDay }) => businessDay === day)
    compareWithSent({ book, rows, setAside: ofBook, sent: witness.books.get(book) ?? new Map(), findings })
    compareWithView({ book, rows, view, findings })
    await verifyChain({ merchantId, day, count: rows.length, hash: view['hash'] as string | null, findings })
    counted += rows.length
    netMinor += netOf(rows)
  }
  if (balance['exact'] !== true) findings.add('the balance is not exact', merchantId)
  if (balance['balance'] !== netMinor) findings.add('the balance is not the sum of the entries', merchantId)
  return counted
}

/** Sends one more entry after all others. When it is counted, all earlier ones on its shard are. */
const untilAllIsCounted = async ({ system, witness }: Audit, merchantId: string): Promise<void> => {
  const occurredAt = new Date(Date.now() - 60_000).toISOString()
  const last = { entryId: 'last', merchantId, direction: 'credit', amount: 1, currency: 'BRL', occurredAt } as const
  const sentAtMs = Date.now()
  // The last kill may have been a moment ago.
  const answer = await answered(system, `${system.ingest}/v1/entries`, 'POST', last)
  witness.note([last], answer, sentAtMs)
  const url = `${system.query}/v1/merchants/${merchantId}/balance?after=${answer.body['position'] as string}`
  const { status } = await answered(system, url, 'GET')
  if (status !== 200) throw new Error(`${merchantId} is not counted: ${status}`)
}

const withOutcome = (sent: SentToBook, wanted: Outcome): string[] =>
  [...sent].filter(([, contents]) => [...contents.values()].includes(wanted)).map(([id]) => id)

const allPages = async <T>(system: RunningSystem, url: string): Promise<T[]> => {
  const data: T[] = []
  for (let cursor = ''; ;) {
    const { status, body } = await answered(system, `${url}&limit=500${cursor}`, 'GET')
    if (status !== 200) throw new Error(`${url}: ${status}`)
    data.push(...(body['data'] as T[]))
    const next = body['nextCursor'] as string | null
    if (next === null) return data
    cursor = `&cursor=${next}`
  }
}
