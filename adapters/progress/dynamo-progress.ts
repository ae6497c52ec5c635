import { GetCommand, paginateQuery, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { readSortableNumber, sortableNumber } from '#adapters/dynamodb/sortable-number'
import type { Progress, ShardProgress } from '#ledger/ports'

/** One item per consumer and shard. */
export const dynamoProgress = (client: DynamoDBDocumentClient, table: string): Progress => ({
  async advance(consumer, { shardId, sequenceNumber, appliedThroughMs }) {
    const update = new UpdateCommand({
      TableName: table,
      Key: { consumer, shard: shardId },
      UpdateExpression:
        'SET #format = :format, #sequenceNumber = :sequenceNumber, #appliedThroughMs = :appliedThroughMs',
      ConditionExpression:
        'attribute_not_exists(#sequenceNumber) OR (#format = :format AND #sequenceNumber < :sequenceNumber)',
      ExpressionAttributeNames: {
        '#format': 'format',
        '#sequenceNumber': 'sequenceNumber',
        '#appliedThroughMs': 'appliedThroughMs',
      },
      ExpressionAttributeValues: {
        ':format': FORMAT,
        ':sequenceNumber': sortableNumber(sequenceNumber),
        ':appliedThroughMs': appliedThroughMs,
      },
    })
    // A refused write means that the shard stands there already, or further. The caller wants exactly that.
    await conditionalWrite(() => client.send(update))
  },

  async of(consumer, shardId) {
    const get = new GetCommand({ TableName: table, ConsistentRead: true, Key: { consumer, shard: shardId } })
    const { Item } = await client.send(get)
    return Item && toProgress(Item as ProgressItem)
  },

  async read(consumer) {
    const query = {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#consumer = :consumer',
      ExpressionAttributeNames: { '#consumer': 'consumer' },
      ExpressionAttributeValues: { ':consumer': consumer },
    }
    const items = await firstItems<ProgressItem>(paginateQuery({ client }, query))
    return items.map(toProgress)
  },
})

const FORMAT = 1

type ProgressItem = {
  readonly format: number
  readonly consumer: string
  readonly shard: string
  readonly sequenceNumber: string
  readonly appliedThroughMs: number
}

const toProgress = (item: ProgressItem): ShardProgress => {
  const { format, consumer, shard, sequenceNumber, appliedThroughMs } = item
  requireFormat(format, FORMAT, `The progress of ${consumer} on ${shard}`)
  return { shardId: shard, sequenceNumber: readSortableNumber(sequenceNumber), appliedThroughMs }
}
