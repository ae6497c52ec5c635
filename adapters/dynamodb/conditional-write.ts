import { setTimeout as sleep } from 'node:timers/promises'
import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb'

/** Carries out a write with a condition. Says 'refused' when the condition does not hold, and throws any other error. */
export const conditionalWrite = async (write: () => Promise<unknown>): Promise<'written' | 'refused'> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await write()
      return 'written'
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'refused'
      // A transaction holds the item for a few milliseconds. The SDK does not try again for this error by itself.
      if (!(error instanceof TransactionConflictException) || attempt === MAX_ATTEMPTS) throw error
    }
    await sleep(Math.random() * FIRST_WAIT_MS * 2 ** attempt)
  }
}

const MAX_ATTEMPTS = 5
const FIRST_WAIT_MS = 10
