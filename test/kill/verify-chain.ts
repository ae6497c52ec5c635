import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { verifyBook } from '#processors/journal/verify-book'
import type { Findings } from './findings.ts'

type Chain = {
  readonly merchantId: string
  readonly day: string
  readonly count: number
  readonly hash: string | null
  readonly findings: Findings
}

/** Computes the chain again from the stored segments and compares it with the hash that the API shows. */
export const verifyChain = async ({ merchantId, day, count, hash, findings }: Chain): Promise<void> => {
  const book = { merchantId: merchantId as MerchantId, day: day as BusinessDay }
  const verified = await verifyBook(dynamoJournal(documentClient(), 'journal'), book)
  if (!verified.ok) {
    const { segment, faults } = verified.error
    const what = faults.map((fault) => fault.what).join(', ')
    return findings.add(`a chain that is broken: ${what}`, `${merchantId}/${day} segment ${segment}`)
  }
  if (verified.value.hash !== hash) findings.add('a day that does not show the hash of its chain', day)
  if (verified.value.entries !== count) findings.add('a list that is not the chain', `${merchantId}/${day}`)
}
