import { documentClient } from '#adapters/dynamodb/client'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { NO_CHAIN, sealingHash } from '#ledger/segment'
import { openSegment } from '#wire/packed-segment'
import type { Findings } from './findings.ts'

type Chain = {
  readonly merchantId: string
  readonly day: string
  readonly count: number
  readonly hash: string | null
  readonly findings: Findings
}

/** Recomputes the chain from the first segment on, from what is stored. */
export const verifyChain = async ({ merchantId, day, count, hash, findings }: Chain): Promise<void> => {
  const book = { merchantId: merchantId as MerchantId, day: day as BusinessDay }
  let last = NO_CHAIN
  let number = 0
  let entries = 0
  for (const sealed of await dynamoJournal(documentClient(), 'journal').read(book, 0)) {
    number += 1
    last = sealingHash(last, sealed)
    entries += openSegment(sealed).segment.entries.length
    if (sealed.number !== number || sealed.hash !== last) {
      return findings.add('a chain whose hashes are wrong', `${merchantId}/${day} segment ${sealed.number}`)
    }
  }
  if ((number === 0 ? null : last) !== hash) findings.add('a day that does not show the hash of its chain', day)
  if (entries !== count) findings.add('a list that is not the chain', `${merchantId}/${day}`)
}
