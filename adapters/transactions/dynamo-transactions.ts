import { setTimeout as sleep } from 'node:timers/promises'
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { closedDayPut, restatementPut } from '#adapters/days/dynamo-days'
import type { TableNames } from '#adapters/dynamodb/tables'
import { headPut } from '#adapters/heads/dynamo-heads'
import { segmentPut } from '#adapters/journal/dynamo-journal'
import { quarantinePut, releaseUpdate, type DynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import type { Change, Transactions } from '#ledger/ports'
import { quarantineKey, type SetAside } from '#ledger/quarantine'

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/**
 * One TransactWriteItems for all changes. When the answer to it is lost, the SDK sends it again under the same token, and
 * DynamoDB answers as it did the first time.
 */
export const dynamoTransactions = (
  client: DynamoDBDocumentClient,
  tables: Pick<TableNames, 'journal' | 'days' | 'quarantine'>,
  quarantine: DynamoQuarantine,
): Transactions => {
  const writeOf = (change: Change, isAsideAlready: boolean): Write => {
    switch (change.change) {
      case 'append':
        return { Put: segmentPut(tables.journal, change.segment) }
      case 'head':
        return { Put: headPut(tables.days, change.merchantId, change.head) }
      case 'close':
        return { Put: closedDayPut(tables.days, change.closed) }
      case 'restate':
        return { Put: restatementPut(tables.days, change.restatement) }
      case 'set-aside':
        return isAsideAlready
          ? { ConditionCheck: stillAside(tables.quarantine, change.item) }
          : { Put: quarantinePut(tables.quarantine, change.item) }
      case 'release':
        return { Update: releaseUpdate(tables.quarantine, change.item, change.to) }
    }
  }

  return {
    async commit(changes) {
      for (const change of changes) if (change.change === 'set-aside') await quarantine.prepare(change.item)
      // Items that stand in quarantine already, by the place of their change.
      const aside = new Set<number>()
      for (let attempt = 1; ; attempt += 1) {
        const items = changes.map((change, place) => writeOf(change, aside.has(place)))
        const refused = await failingPlaces(() => client.send(new TransactWriteCommand({ TransactItems: items })))
        if (refused === undefined) {
          for (const place of aside) await raise(quarantine, changes[place])
          return 'committed'
        }
        for (const place of refused) {
          if (changes[place]?.change !== 'set-aside') return 'refused'
          aside.add(place)
        }
        if (attempt === MAX_ATTEMPTS) throw new Error(`a transaction was interfered with ${MAX_ATTEMPTS} times`)
      }
    },
  }
}

/** The items are never removed, so this holds whenever it has held once. */
const stillAside = (table: string, item: SetAside) => ({
  TableName: table,
  Key: quarantineKey(item),
  ConditionExpression: 'attribute_exists(#scope)',
  ExpressionAttributeNames: { '#scope': 'scope' },
})

const raise = async (quarantine: DynamoQuarantine, change: Change | undefined): Promise<void> => {
  if (change?.change === 'set-aside') await quarantine.setAside(change.item)
}

/** The places of the changes whose conditions do not hold; undefined when the transaction was carried out. */
const failingPlaces = async (transact: () => Promise<unknown>): Promise<readonly number[] | undefined> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await transact()
      return undefined
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code)
      const failing = codes.flatMap((code, place) => (code === 'ConditionalCheckFailed' ? [place] : []))
      if (failing.length > 0) return failing
      // Another transaction holds an item for a few milliseconds. The SDK does not try again for this by itself.
      if (!codes.includes('TransactionConflict') || attempt === MAX_ATTEMPTS) throw error
    }
    await sleep(Math.random() * FIRST_WAIT_MS * 2 ** attempt)
  }
}

const MAX_ATTEMPTS = 5
const FIRST_WAIT_MS = 10
