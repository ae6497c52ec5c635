import { GetCommand, paginateQuery, paginateScan, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { boundsOf } from '#adapters/dynamodb/beginning'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import { firstPage } from '#adapters/page-of'
import type { Merchant } from '#ledger/merchant'
import type { MerchantId } from '#ledger/identifiers'
import { UnknownFormat, type Merchants, type RegisterItem } from '#ledger/ports'
import { parseSavedMerchant, savedMerchant } from '#wire/archive/merchant'

/** One item for each merchant. It is under 2 KB unless the merchant's calendar has changed many times. */
export const dynamoMerchants = (client: DynamoDBDocumentClient, table: string): Merchants => {
  const items: Merchants['items'] = async ({ limit, after }) => {
    const scan = { TableName: table, ConsistentRead: true, Limit: limit + 1 }
    const startingToken = after === undefined ? undefined : { merchantId: after }
    // Read one more than asked for, because DynamoDB may offer to continue where nothing follows.
    const found = await firstItems<Item>(paginateScan({ client, startingToken }, scan), limit + 1)
    return firstPage(found.map(registerItem), ({ merchantId }) => merchantId, limit)
  }

  return {
    async find(merchantId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { merchantId }, ConsistentRead: true }),
      )
      return Item && readable(registerItem(Item))
    },

    async save(merchant) {
      const item = { ...savedMerchant(merchant), register: REGISTER }
      const put = new PutCommand({ TableName: table, Item: item, ...ifRevisionBefore(merchant) })
      return (await conditionalWrite(() => client.send(put))) === 'written' ? 'saved' : 'moved'
    },

    async list(page) {
      const { items: found, ...more } = await items(page)
      return { items: found.map(readable), ...more }
    },

    items,

    async idsBeginning(beginning, { limit, after }) {
      const query = {
        TableName: table,
        IndexName: 'byId',
        Limit: limit + 1,
        KeyConditionExpression: '#register = :register AND #merchantId BETWEEN :first AND :last',
        ExpressionAttributeNames: { '#register': 'register', '#merchantId': 'merchantId' },
        ExpressionAttributeValues: { ':register': REGISTER, ...boundsOf(beginning) },
      }
      const startingToken = after === undefined ? undefined : { register: REGISTER, merchantId: after }
      const found = await firstItems<Pick<Merchant, 'merchantId'>>(
        paginateQuery({ client, startingToken }, query),
        limit + 1,
      )
      return firstPage(
        found.map(({ merchantId }) => merchantId),
        String,
        limit,
      )
    },
  }
}

/** All merchants are in one partition of the index `byId`, so that it holds them in the order of their ids. */
const REGISTER = 'merchants'

type Item = Readonly<Record<string, unknown>>

const registerItem = ({ register: _, ...item }: Item): RegisterItem => ({
  merchantId: item['merchantId'] as MerchantId,
  merchant: parseSavedMerchant(item),
})

const readable = ({ merchantId, merchant }: RegisterItem): Merchant => {
  if (merchant.ok) return merchant.value
  throw new UnknownFormat(`The register cannot be read at ${merchantId}: ${merchant.error}.`)
}

// When the answer to a save is lost, the SDK saves again and is refused, so `save` returns 'moved'. The caller then
// reads the merchant again, finds its own change in place and has nothing left to save.
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
