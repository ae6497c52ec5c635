import { setTimeout as sleep } from 'node:timers/promises'
import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb'

/** Carries out a write that has a condition; 'refused' when the condition did not hold. Anything else is thrown. */
export const conditionalWrite = async (write: () => Promise<unknown>): Promise<'written' | 'refused'> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await write()
      return 'written'
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'refused'
      // A transaction holds the item at this moment; it will be through in a few milliseconds, one way or the other.
      // The SDK does not take that for something to try again.
      if (!(error instanceof TransactionConflictException) || attempt === MAX_ATTEMPTS) throw error
    }
    await sleep(Math.random() * FIRST_WAIT_MS * 2 ** attempt)
  }
}

const MAX_ATTEMPTS = 5
const FIRST_WAIT_MS = 10
