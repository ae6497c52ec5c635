import { GetCommand, paginateScan, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import { firstPage } from '#adapters/page-of'
import type { Merchant } from '#ledger/merchant'
import type { Merchants } from '#ledger/ports'

/** One item per merchant, its calendar a list of rules: the item is the merchant as the ledger has it. */
export const dynamoMerchants = (client: DynamoDBDocumentClient, table: string): Merchants => ({
  async find(merchantId) {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { merchantId }, ConsistentRead: true }))
    return Item as Merchant | undefined
  },

  async save(merchant) {
    const put = new PutCommand({ TableName: table, Item: merchant, ...ifRevisionBefore(merchant) })
    return (await conditionalWrite(() => client.send(put))) === 'written' ? 'saved' : 'moved'
  },

  async list({ limit, after }) {
    const scan = { TableName: table, ConsistentRead: true, Limit: limit + 1 }
    const startingToken = after === undefined ? undefined : { merchantId: after }
    // One more than asked for: DynamoDB may offer to continue where nothing follows.
    const found = await firstItems<Merchant>(paginateScan({ client, startingToken }, scan), limit + 1)
    return firstPage(found, ({ merchantId }) => merchantId, limit)
  },
})

// What `save` promises when its answer was lost: the SDK saves again, is refused and we say 'moved'. The caller reads
// the merchant again, finds what it wanted in place and has nothing left to save.
const ifRevisionBefore = ({ revision }: Merchant) =>
  revision === 1
    ? {
        ConditionExpression: 'attribute_not_exists(#merchantId)',
        ExpressionAttributeNames: { '#merchantId': 'merchantId' },
      }
    : {
        ConditionExpression: '#revision = :before',
        ExpressionAttributeNames: { '#revision': 'revision' },
        ExpressionAttributeValues: { ':before': revision - 1 },
      }
