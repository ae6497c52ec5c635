import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { verifyBook } from '#processors/journal/verify-book'
import type { Findings } from './findings.ts'

type Chain = {
  readonly merchantId: string
  readonly day: string
  readonly count: number
  /** What the API shows: the segment that carries the day view, and its hash. */
  readonly segment: number
  readonly hash: string | null
  readonly findings: Findings
}

/** Computes the chain again from the stored segments and compares it with the hash that the API shows. */
export const verifyChain = async ({ merchantId, day, count, segment, hash, findings }: Chain): Promise<void> => {
  const book = { merchantId: merchantId as MerchantId, day: day as BusinessDay }
  const journal = dynamoJournal(documentClient(), 'journal')
  const verified = await verifyBook(journal, book)
  if (!verified.ok) {
    const { segment, faults } = verified.error
    const what = faults.map((fault) => fault.what).join(', ')
    return findings.add(`a chain that is broken: ${what}`, `${merchantId}/${day} segment ${segment}`)
  }
  // After the segment of a closed day, the chain holds what was passed on to other days.
  const [shown] = segment === 0 ? [] : await journal.read(book, segment - 1, 1)
  if ((shown?.hash ?? null) !== hash)
    findings.add('a day that does not show the hash of its chain', `${merchantId}/${day}`)
  if (verified.value.entries !== count) findings.add('a list that is not the chain', `${merchantId}/${day}`)
}
