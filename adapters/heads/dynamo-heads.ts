import {
  GetCommand,
  paginateQuery,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import { firstPage } from '#adapters/page-of'
import { emptyHead, isClosed, openDay, openDaysBefore, type Head } from '#ledger/head'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { laneOf } from '#ledger/lanes'
import { UnknownFormat, type Heads, type OldestOpen, type OpenDays } from '#ledger/ports'
import type { SealHash } from '#ledger/seal'

/** The head of a merchant is an item among the merchant's days. Its key is a name that is not a date. */
export const dynamoHeads = (client: DynamoDBDocumentClient, table: string): Heads => {
  const itemOf = async (merchantId: MerchantId): Promise<HeadItem | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: headKey(merchantId), ConsistentRead: true }),
    )
    return Item as HeadItem | undefined
  }

  return {
    async read(merchantId) {
      return toHead(merchantId, await itemOf(merchantId))
    },

    async open({ merchantId, day }) {
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const later = new UpdateCommand(opening(table, merchantId, day, 'after-the-oldest'))
        if ((await conditionalWrite(() => client.send(later))) === 'written') return 'open'
        // The day was open before, or it is closed, or it is earlier than every open day, or the head is stored in another
        // format.
        const item = await itemOf(merchantId)
        const head = toHead(merchantId, item)
        if (isClosed(head, day)) return 'closed'
        if (head.open.has(day)) return 'open'
        const opened = openDay(head, day)
        const isFormer = item !== undefined && item.format !== FORMAT
        const write = async (): Promise<unknown> =>
          isFormer && opened.ok
            ? await client.send(new PutCommand(headPut(table, merchantId, opened.value)))
            : await client.send(new UpdateCommand(opening(table, merchantId, day, 'before-the-oldest')))
        if ((await conditionalWrite(write)) === 'written') return 'open'
      }
      throw new Error(`the head of ${merchantId} changed ${MAX_ROUNDS} times while ${day} was opened`)
    },
  }
}

// A round fails twice only when other days of the merchant were opened or closed in between.
const MAX_ROUNDS = 10

/**
 * Lists the day. It is the oldest open one when no other is open, and otherwise only when the write says so: the value of an
 * attribute cannot be compared within an update. Nearly always, a day is opened after the others.
 */
const opening = (
  TableName: string,
  merchantId: MerchantId,
  day: BusinessDay,
  place: 'after-the-oldest' | 'before-the-oldest',
) => {
  const isLater = place === 'after-the-oldest'
  return {
    TableName,
    Key: headKey(merchantId),
    UpdateExpression:
      'SET #format = :format, #lane = :lane, ' +
      `#oldestOpen = ${isLater ? 'if_not_exists(#oldestOpen, :day)' : ':day'} ADD #open :dayAsSet, #rev :one`,
    ConditionExpression:
      `${isLater ? '(attribute_not_exists(#rev) OR #format = :format)' : '#format = :format'} AND ` +
      '(attribute_not_exists(#closedThrough) OR #closedThrough < :day) AND ' +
      '(attribute_not_exists(#open) OR NOT contains(#open, :day)) AND ' +
      (isLater ? '(attribute_not_exists(#oldestOpen) OR #oldestOpen < :day)' : '#oldestOpen > :day'),
    ExpressionAttributeNames: {
      '#format': 'format',
      '#open': 'open',
      '#rev': 'rev',
      '#closedThrough': 'closedThrough',
      '#oldestOpen': 'oldestOpen',
      '#lane': 'lane',
    },
    ExpressionAttributeValues: {
      ':day': day,
      ':dayAsSet': new Set([day]),
      ':one': 1,
      ':format': FORMAT,
      ':lane': indexLane(merchantId),
    },
  }
}

/** Heads with open days, by the index that holds nothing else. */
export const dynamoOpenDays = (client: DynamoDBDocumentClient, table: string): OpenDays => ({
  async since(through, { limit, after }) {
    // Read one more than asked for, because DynamoDB may offer to continue where nothing follows.
    const found: IndexItem[] = []
    let place = after === undefined ? undefined : readPlace(after)
    for (let lane = place?.lane ?? 0; lane < INDEX_LANES && found.length <= limit; lane += 1) {
      const query = {
        TableName: table,
        IndexName: 'byOldestOpen',
        Limit: limit + 1 - found.length,
        KeyConditionExpression: '#lane = :lane AND #oldestOpen <= :through',
        ExpressionAttributeNames: { '#lane': 'lane', '#oldestOpen': 'oldestOpen' },
        ExpressionAttributeValues: { ':lane': lane, ':through': through },
      }
      const startingToken = place && { ...headKey(place.merchantId), lane, oldestOpen: place.oldestOpen }
      found.push(...(await firstItems<IndexItem>(paginateQuery({ client, startingToken }, query), query.Limit)))
      place = undefined
    }
    const { items, ...more } = firstPage(found, placeOf, limit)
    return { items: items.map(({ merchantId, oldestOpen }) => ({ merchantId, oldestOpen })), ...more }
  },
})

/** Where the index holds the head of a merchant. */
type IndexItem = OldestOpen & { readonly lane: number }

/** An index with one partition would take 1,000 writes a second, and midnight opens a day of every merchant of a zone. */
const INDEX_LANES = 16

const indexLane = (merchantId: MerchantId): number => laneOf(merchantId) % INDEX_LANES

// Neither a day nor an id holds a slash.
const placeOf = ({ lane, oldestOpen, merchantId }: IndexItem): string => [lane, oldestOpen, merchantId].join('/')

const readPlace = (place: string): IndexItem => {
  const [lane = '', oldestOpen = '', merchantId = ''] = place.split('/')
  return { lane: Number(lane), oldestOpen: oldestOpen as BusinessDay, merchantId: merchantId as MerchantId }
}

const headKey = (merchantId: MerchantId) => ({ merchantId, day: 'head' })

/** Puts a head whole, if the stored revision is the one before. */
export const headPut = (table: string, merchantId: MerchantId, head: Head) => {
  const { closedThrough, closingMinor, open, restatements, lastSeal, broken, mended, revision, ...forgotten } = head
  forgotten satisfies Record<string, never>
  const [oldestOpen] = openDaysBefore(head)
  const item: HeadItem = {
    format: FORMAT,
    ...(closedThrough !== null && { closedThrough }),
    ...(closingMinor !== 0n && { closing: closingMinor }),
    ...(oldestOpen !== undefined && { open, oldestOpen, lane: indexLane(merchantId) }),
    ...(restatements > 0 && { restatements }),
    ...(lastSeal !== null && { lastSeal }),
    ...(broken.size > 0 && { broken }),
    ...(mended.size > 0 && { mended: Object.fromEntries(mended) }),
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

const FORMAT = 4
/**
 * 1 is from before days were closed, 2 from before the index and before books were marked, and 3 from before closed days were
 * mended. A head that was stored so stays so until it changes.
 */
const FORMER: readonly unknown[] = [1, 2, 3]

/** An absent attribute has its value from before the first change, because DynamoDB has no empty set. */
type HeadItem = {
  readonly format?: number
  readonly closedThrough?: BusinessDay
  readonly closing?: number | bigint
  readonly open?: ReadonlySet<BusinessDay>
  /** The first of `open`, for the index; so is `lane`. */
  readonly oldestOpen?: BusinessDay
  readonly lane?: number
  readonly restatements?: number
  readonly lastSeal?: SealHash
  readonly broken?: ReadonlySet<BusinessDay>
  /** By day. */
  readonly mended?: Readonly<Record<string, number>>
  readonly rev?: number
}

const toHead = (merchantId: MerchantId, item: HeadItem | undefined): Head => {
  if (item === undefined) return emptyHead
  if (!FORMER.includes(item.format)) requireFormat(item.format, FORMAT, `The head of merchant ${merchantId}`)
  const {
    closedThrough,
    closing = 0,
    open = new Set(),
    restatements = 0,
    lastSeal = null,
    broken = new Set(),
    mended = {},
    rev = 0,
  } = item
  if (
    !(open instanceof Set) ||
    !(broken instanceof Set) ||
    !Object.values(mended).every(Number.isSafeInteger) ||
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
    mended: new Map(Object.entries(mended) as [BusinessDay, number][]),
    revision: rev,
  }
}
