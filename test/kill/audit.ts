/** After the kills, compares the answers of the system with the answers that clients got, and with each other. */
import { answered } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import { compareWithArchive } from './compare-with-archive.ts'
import { versionText, type Closers } from './closers.ts'
import { compareWithSent, type Listed, type Row, type SetAside } from './compare-with-sent.ts'
import { compareWithView, netOf } from './compare-with-view.ts'
import type { Findings } from './findings.ts'
import { MERCHANTS, SHOPS, type Shop } from './tills.ts'
import { verifyChain } from './verify-chain.ts'
import type { Outcome, SentToBook, Witness } from './witness.ts'

type Audit = {
  readonly system: RunningSystem
  readonly witness: Witness
  readonly findings: Findings
  /** Those who closed days meanwhile, if any did. */
  readonly closers?: Closers
}

type Audited = {
  readonly counted: number
  /** What became of entries that came after their day was closed. */
  readonly late: { passedOn: number; restated: number; inQuarantine: number }
  /** Different entries in S3; undefined while nothing archives them. */
  readonly archived: number | undefined
}

/** Compares everything. */
export const audit = async ({ system, witness, findings, closers }: Audit): Promise<Audited> => {
  Object.assign(process.env, system.awsEnvironment, { AWS_REGION: 'us-east-1' })
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' })
  for (const merchantId of MERCHANTS) await untilAllIsCounted({ system, witness, findings }, merchantId)
  await closers?.finish()
  for (const [path, text] of closers?.versions ?? []) {
    if ((await versionText(system, path)) !== text) findings.add('a closed version that has changed', path)
  }
  const setAside = await allPages<SetAside>(system, `${system.query}/v1/quarantine?`)
  let counted = 0
  const late = { passedOn: 0, restated: 0, inQuarantine: 0 }
  late.inQuarantine = setAside.filter(({ reason }) => reason === 'day-closed').length
  for (const merchantId of MERCHANTS) {
    const ofMerchant = setAside.filter((item) => item.merchantId === merchantId)
    const ofShop = await auditMerchant({ system, witness, findings }, merchantId, ofMerchant)
    counted += ofShop.counted
    late.passedOn += ofShop.passedOn
    late.restated += ofShop.late - ofShop.passedOn
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
  return { counted, late, archived }
}

const auditMerchant = async (
  { system, witness, findings }: Audit,
  merchantId: Shop,
  setAside: readonly SetAside[],
): Promise<{ readonly counted: number; readonly late: number; readonly passedOn: number }> => {
  const { body: balance } = await answered(system, `${system.query}/v1/merchants/${merchantId}/balance`, 'GET')
  const sentDays = [...witness.books.keys()].filter((book) => book.startsWith(`${merchantId}/`))
  const days = new Set([...sentDays.map((book) => book.slice(-10)), ...(balance['openDays'] as string[])])
  const closedThrough = (balance['closedThrough'] ?? '') as string

  const listed: Listed[] = []
  let netMinor = 0
  let late = 0
  for (const day of [...days].toSorted()) {
    const book = `${merchantId}/${day}`
    const url = `${system.query}/v1/merchants/${merchantId}/days/${day}`
    const rows = await allPages<Row>(system, `${url}/entries?`)
    const { body: view } = await answered(system, url, 'GET')
    compareWithView({ book, rows, view, findings })
    const { segment, hash } = view as { segment: number; hash: string | null }
    await verifyChain({ merchantId, day, count: rows.length, segment, hash, findings })
    if (view['opening'] !== netMinor) findings.add('a day that does not open with all that was before it', book)
    netMinor += netOf(rows)
    late += Number(view['lateEntries'])
    if (view['closing'] !== netMinor) findings.add('a day that does not close with its opening and net', book)
    if ((view['status'] !== 'open') !== day <= closedThrough) findings.add(`is ${String(view['status'])}`, book)
    listed.push(...rows.map((row) => ({ row, countedOn: day })))
  }
  for (const day of days) {
    compareWithSent({
      book: `${merchantId}/${day}`,
      rows: listed.filter(({ row }) => row.businessDay === day),
      setAside: setAside.filter(({ businessDay }) => businessDay === day),
      sent: witness.books.get(`${merchantId}/${day}`) ?? new Map(),
      lateEntries: day <= closedThrough ? SHOPS[merchantId] : undefined,
      findings,
    })
  }
  const passedOn = listed.filter(({ row, countedOn }) => row.businessDay !== countedOn)
  await auditPassedOn(system, merchantId, passedOn, findings)
  if (balance['exact'] !== true) findings.add('the balance is not exact', merchantId)
  if (balance['balance'] !== netMinor) findings.add('the balance is not the sum of the entries', merchantId)
  return { counted: listed.length, late, passedOn: passedOn.length }
}

/** Some entries that count on another day than their own must say so. */
const auditPassedOn = async (
  system: RunningSystem,
  merchantId: string,
  passedOn: readonly Listed[],
  findings: Findings,
): Promise<void> => {
  for (const { row, countedOn } of passedOn.slice(0, 20)) {
    const path = `/v1/merchants/${merchantId}/days/${row.businessDay}/entries/${row.entryId}`
    const { body } = await answered(system, system.query + path, 'GET')
    if (body['status'] !== 'redirected' || body['movedTo'] !== countedOn)
      findings.add('does not say where it counts', path)
  }
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
