import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { emptyHead, type Head } from '#ledger/head'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Heads } from '#ledger/ports'

/** A merchant's head stands among its days, under a name that is no date. */
export const dynamoHeads = (client: DynamoDBDocumentClient, table: string): Heads => {
  const read = async (merchantId: MerchantId): Promise<Head> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: headKey(merchantId), ConsistentRead: true }),
    )
    return Item === undefined ? emptyHead : toHead(merchantId, Item as HeadItem)
  }

  return {
    read,

    async open({ merchantId, day }) {
      const update = new UpdateCommand({
        TableName: table,
        Key: headKey(merchantId),
        UpdateExpression: 'SET #format = :format ADD #open :dayAsSet, #rev :one',
        ConditionExpression:
          '(attribute_not_exists(#rev) OR #format = :format) AND ' +
          '(attribute_not_exists(#closedThrough) OR #closedThrough < :day) AND ' +
          '(attribute_not_exists(#open) OR NOT contains(#open, :day))',
        ExpressionAttributeNames: {
          '#format': 'format',
          '#open': 'open',
          '#rev': 'rev',
          '#closedThrough': 'closedThrough',
        },
        ExpressionAttributeValues: { ':day': day, ':dayAsSet': new Set([day]), ':one': 1, ':format': FORMAT },
      })
      if ((await conditionalWrite(() => client.send(update))) === 'written') return 'open'
      // Open before, or closed, or stored in a format that reading refuses. A day that is closed stays so, hence reading
      // a moment later tells them apart.
      const { closedThrough } = await read(merchantId)
      return closedThrough !== null && day <= closedThrough ? 'closed' : 'open'
    },
  }
}

const headKey = (merchantId: MerchantId) => ({ merchantId, day: 'head' })

const FORMAT = 1

/** An absent attribute is what it would be before the first change; DynamoDB has no empty set. */
type HeadItem = {
  readonly format?: number
  readonly closedThrough?: BusinessDay
  readonly closing?: number | bigint
  readonly open?: ReadonlySet<BusinessDay>
  readonly rev?: number
}

const toHead = (merchantId: MerchantId, item: HeadItem): Head => {
  requireFormat(item.format, FORMAT, `The head of merchant ${merchantId}`)
  const { closedThrough, closing = 0, open = new Set(), rev = 0 } = item
  return { closedThrough: closedThrough ?? null, closingMinor: BigInt(closing), open, revision: rev }
}
