/** Compares the archive in S3 with the answers that clients got. Copies are allowed there: readers count each position once. */
import { eventually } from '#infra/local/retry'
import { s3Client } from '#adapters/aws/s3'
import type { Sale } from '#test/flows/client'
import { readArchive } from './archive.ts'
import type { Findings } from './findings.ts'
import { contentOf, type Witness } from './witness.ts'

type Comparison = { readonly witness: Witness; readonly findings: Findings; readonly bucket: string }

/** Waits until all is delivered, or is not going to be. Answers how many different entries the archive holds. */
export const compareWithArchive = async ({ witness, findings, bucket }: Comparison): Promise<number> => {
  const s3 = s3Client()
  const acknowledged = contentsOf(witness, (outcome) => outcome === 'acknowledged')
  const holdsAll = async () => {
    const { contents } = archived(await readArchive(s3, bucket))
    return acknowledged.isSubsetOf(contents) || undefined
  }
  await eventually(holdsAll, { timeoutMs: 30_000, everyMs: 1_000 }).catch(() => {})

  const { contents, conflicts } = archived(await readArchive(s3, bucket))
  const accepted = contentsOf(witness, (outcome) => outcome !== 'refused')
  for (const content of acknowledged.difference(contents)) findings.add(NOT_ARCHIVED, content)
  for (const content of contents.difference(accepted)) findings.add('in the archive, but never accepted', content)
  for (const position of conflicts) findings.add('two entries at one position of the archive', position)
  return contents.size
}

export const NOT_ARCHIVED = 'acknowledged and not in the archive'

/** Everything with such an outcome, by book and content. */
const contentsOf = ({ books }: Witness, wanted: (outcome: string) => boolean): Set<string> => {
  const found = new Set<string>()
  for (const [book, ids] of books) {
    for (const contents of ids.values()) {
      for (const [content, outcome] of contents) if (wanted(outcome)) found.add(`${book} ${content}`)
    }
  }
  return found
}

type ArchiveRow = Readonly<Record<string, unknown>>

const archived = (rows: readonly ArchiveRow[]) => {
  const byPosition = new Map<string, string>()
  const conflicts = new Set<string>()
  for (const row of rows) {
    const position = [row['shard_id'], row['sequence_number'], row['record_index']].map(String).join('/')
    const content = `${String(row['merchant_id'])}/${String(row['business_day'])} ${contentOf(saleOf(row))}`
    if ((byPosition.get(position) ?? content) !== content) conflicts.add(position)
    byPosition.set(position, content)
  }
  return { contents: new Set(byPosition.values()), conflicts }
}

/** As a till would have sent it. */
const saleOf = (row: ArchiveRow): Sale => {
  const fields = {
    entryId: row['entry_id'],
    merchantId: row['merchant_id'],
    direction: row['direction'],
    amount: Number(row['amount']),
    currency: row['currency'],
    occurredAt: (row['occurred_at'] as Date).toISOString(),
    method: row['method'],
    description: row['description'],
    terminalId: row['terminal_id'],
    terminalSeq: row['terminal_seq'] === null ? null : Number(row['terminal_seq']),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Sale
}
