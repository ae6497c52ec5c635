import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { emptyHead, type Head } from '#ledger/head'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { UnknownFormat, type Heads } from '#ledger/ports'
import type { SealHash } from '#ledger/seal'

/** The head of a merchant is an item among the merchant's days. Its key is a name that is not a date. */
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
          '(attribute_not_exists(#rev) OR #format IN (:first, :second, :format)) AND ' +
          '(attribute_not_exists(#closedThrough) OR #closedThrough < :day) AND ' +
          '(attribute_not_exists(#open) OR NOT contains(#open, :day))',
        ExpressionAttributeNames: {
          '#format': 'format',
          '#open': 'open',
          '#rev': 'rev',
          '#closedThrough': 'closedThrough',
        },
        ExpressionAttributeValues: {
          ':day': day,
          ':dayAsSet': new Set([day]),
          ':one': 1,
          ':format': FORMAT,
          ':first': FORMER[0],
          ':second': FORMER[1],
        },
      })
      if ((await conditionalWrite(() => client.send(update))) === 'written') return 'open'
      // The day was open before, or it is closed, or the head is stored in a format that reading refuses. A closed day
      // stays closed, so a later read tells them apart.
      const { closedThrough } = await read(merchantId)
      return closedThrough !== null && day <= closedThrough ? 'closed' : 'open'
    },
  }
}

const headKey = (merchantId: MerchantId) => ({ merchantId, day: 'head' })

/** Puts a head whole, if the stored revision is the one before. */
export const headPut = (table: string, merchantId: MerchantId, head: Head) => {
  const { closedThrough, closingMinor, open, restatements, lastSeal, broken, revision, ...forgotten } = head
  forgotten satisfies Record<string, never>
  const item: HeadItem = {
    format: FORMAT,
    ...(closedThrough !== null && { closedThrough }),
    ...(closingMinor !== 0n && { closing: closingMinor }),
    ...(open.size > 0 && { open }),
    ...(restatements > 0 && { restatements }),
    ...(lastSeal !== null && { lastSeal }),
    ...(broken.size > 0 && { broken }),
    rev: revision,
  }
  const isFirst = revision === 1
  return {
    TableName: table,
    Item: { ...headKey(merchantId), ...item },
    ConditionExpression: isFirst ? 'attribute_not_exists(#rev)' : '#rev = :before',
    ExpressionAttributeNames: { '#rev': 'rev' },
    ...(!isFirst && { ExpressionAttributeValues: { ':before': revision - 1 } }),
  }
}

const FORMAT = 3
/** The same before days were closed, and before books were marked. A head that was stored so stays so until it changes. */
const FORMER = [1, 2] as const

/** An absent attribute has its value from before the first change, because DynamoDB has no empty set. */
type HeadItem = {
  readonly format?: number
  readonly closedThrough?: BusinessDay
  readonly closing?: number | bigint
  readonly open?: ReadonlySet<BusinessDay>
  readonly restatements?: number
  readonly lastSeal?: SealHash
  readonly broken?: ReadonlySet<BusinessDay>
  readonly rev?: number
}

const toHead = (merchantId: MerchantId, item: HeadItem): Head => {
  if (!FORMER.some((format) => format === item.format))
    requireFormat(item.format, FORMAT, `The head of merchant ${merchantId}`)
  const {
    closedThrough,
    closing = 0,
    open = new Set(),
    restatements = 0,
    lastSeal = null,
    broken = new Set(),
    rev = 0,
  } = item
  if (
    !(open instanceof Set) ||
    !(broken instanceof Set) ||
    !Number.isSafeInteger(rev) ||
    !Number.isSafeInteger(restatements) ||
    !(lastSeal === null || typeof lastSeal === 'string') ||
    !(typeof closing === 'bigint' || Number.isSafeInteger(closing))
  ) {
    throw new UnknownFormat(
      `The head of merchant ${merchantId} cannot be read: a part of it is not what a head has there.`,
    )
  }
  return {
    closedThrough: closedThrough ?? null,
    closingMinor: BigInt(closing),
    open,
    restatements,
    lastSeal,
    broken,
    revision: rev,
  }
}
