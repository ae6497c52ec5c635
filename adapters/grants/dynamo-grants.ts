import { DeleteCommand, GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { parseMerchantPattern, type MerchantPattern } from '#ledger/access'
import { UnknownFormat, type Grants } from '#ledger/ports'

/** One item for each client or person. */
export const dynamoGrants = (client: DynamoDBDocumentClient, table: string): Grants => ({
  async find(subject) {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { subject }, ConsistentRead: true }))
    return Item && { subject, merchants: patternsOf(Item as GrantItem) }
  },

  async put({ subject, merchants }) {
    const item: GrantItem = { subject, format: FORMAT, merchants }
    await client.send(new PutCommand({ TableName: table, Item: item }))
  },

  async remove(subject) {
    await client.send(new DeleteCommand({ TableName: table, Key: { subject } }))
  },
})

type GrantItem = { readonly subject: string; readonly format: number; readonly merchants: readonly string[] }

const FORMAT = 1

const patternsOf = ({ subject, format, merchants }: GrantItem): readonly MerchantPattern[] => {
  requireFormat(format, FORMAT, `The grant of ${subject}`)
  return merchants.map((text) => {
    const pattern = parseMerchantPattern(text)
    // A pattern that is not understood is not guessed at: a grant that says too much would show what is not meant.
    if (!pattern.ok)
      throw new UnknownFormat(`The grant of ${subject} names ${JSON.stringify(text)}, which is no pattern.`)
    return pattern.value
  })
}
