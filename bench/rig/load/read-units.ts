/** Measures the read units of a daily consolidated, without those of its opening balance. */
import type { QueryCommandOutput } from '@aws-sdk/lib-dynamodb'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { readSettings } from '#infra/settings'
import { YESTERDAY } from '#test/flows/client'
import type { RunningSystem } from '#test/flows/running-system'
import type { Figure } from '../figure.ts'

/** Reads each merchant's day as the query API does, and returns the read units that the store reports. */
export const readUnitsOfADay = async (system: RunningSystem, merchants: readonly string[]): Promise<Figure> => {
  const client = countingClient(system)
  const journal = dynamoJournal(client.documents, readSettings().tables.journal)
  for (const merchantId of merchants) {
    await journal.end({ merchantId: merchantId as MerchantId, day: YESTERDAY as BusinessDay })
  }
  return {
    what: 'daily consolidated, beyond the opening',
    value: client.readUnits() / merchants.length,
    unit: 'read units',
    target: { atMost: 1 },
    note: `mean of ${merchants.length} merchants whose days have thousands of entries`,
  }
}

const countingClient = (system: RunningSystem) => {
  Object.assign(process.env, LOCAL_ACCESS, system.awsEnvironment)
  const documents = documentClient()
  let units = 0
  documents.middlewareStack.add(
    (next) => async (call) => {
      const answered = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: 'TOTAL' } })
      const read = (answered.output as QueryCommandOutput).ConsumedCapacity?.CapacityUnits
      if (read === undefined) throw new Error('the store does not say what it read')
      units += read
      return answered
    },
    { step: 'initialize' },
  )
  return { documents, readUnits: () => units }
}

// The local store accepts any key.
const LOCAL_ACCESS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
