/**
 * Closed days and restatements, as items of the same table as heads. A closed day is stored under its date; dates are
 * digits, and sort before the names of all other items. A restatement is stored under its number.
 */
import { paginateQuery, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { firstItems } from '#adapters/dynamodb/first-items'
import { requireFormat } from '#adapters/dynamodb/item-format'
import type { ClosedDay, Restatement } from '#ledger/close'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import type { Days } from '#ledger/ports'
import type { Seal, SealHash } from '#ledger/seal'
import type { ChainHash } from '#ledger/segment'

export const dynamoDays = (client: DynamoDBDocumentClient, table: string): Days => {
  const between = (merchantId: MerchantId, first: string, last: string) => ({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#merchantId = :merchantId AND #day BETWEEN :first AND :last',
    ExpressionAttributeNames: { '#merchantId': 'merchantId', '#day': 'day' },
    ExpressionAttributeValues: { ':merchantId': merchantId, ':first': first, ':last': last },
  })

  return {
    async newestClosed({ merchantId, day }) {
      const query = { ...between(merchantId, FIRST_DAY, day), ScanIndexForward: false, Limit: 1 }
      const { Items = [] } = await client.send(new QueryCommand(query))
      return Items[0] && toClosedDay(Items[0] as ClosedDayItem)
    },
    async closed(merchantId, from, to) {
      if (from > to) return []
      const items = await firstItems<ClosedDayItem>(paginateQuery({ client }, between(merchantId, from, to)))
      return items.map(toClosedDay)
    },
    async restatements(merchantId, after, upTo) {
      if (after >= upTo) return []
      const query = between(merchantId, restatementKey(after + 1), restatementKey(upTo))
      return (await firstItems<RestatementItem>(paginateQuery({ client }, query))).map(toRestatement)
    },
  }
}

/** Puts a closed day, if there is none for that day. */
export const closedDayPut = (table: string, closed: ClosedDay) => ({
  ...ABSENT,
  TableName: table,
  Item: toClosedItem(closed),
})

/** Puts a restatement, if its number is free. */
export const restatementPut = (table: string, restatement: Restatement) => ({
  ...ABSENT,
  TableName: table,
  Item: toRestatementItem(restatement),
})

const ABSENT = {
  ConditionExpression: 'attribute_not_exists(#day)',
  ExpressionAttributeNames: { '#day': 'day' },
}

const FIRST_DAY = '0000-00-00'

const restatementKey = (number: number): string => `restated#${String(number).padStart(10, '0')}`

const FORMAT = 1

/** What a seal says beside the merchant and the day. */
type SealItem = {
  readonly version: number
  readonly credits: number | bigint
  readonly debits: number | bigint
  readonly entryCount: number
  readonly chainHash: ChainHash
  readonly digest: string
  readonly previousSeal?: SealHash
}

type ClosedDayItem = SealItem & {
  readonly merchantId: MerchantId
  readonly day: BusinessDay
  readonly format: number
  readonly opening: number | bigint
  readonly net: number | bigint
  readonly base: number
  readonly segment: number
  readonly closedAtMs: number
  readonly isRebuilt?: true
}

type RestatementItem = SealItem & {
  readonly merchantId: MerchantId
  /** The key: `restated#` and the number. */
  readonly day: string
  readonly format: number
  readonly restatedDay: BusinessDay
  readonly number: number
  readonly delta: number | bigint
  readonly segment: number
  readonly restatedAtMs: number
  readonly isRebuilt?: true
}

const toClosedItem = (closed: ClosedDay): ClosedDayItem => {
  const { book, openingMinor, netMinor, base, segment, seal, closedAtMs, isRebuilt, ...forgotten } = closed
  forgotten satisfies Record<string, never>
  const { merchantId, day } = book
  const numbers = { opening: openingMinor, net: netMinor, base, segment, closedAtMs }
  return { merchantId, day, format: FORMAT, ...numbers, ...(isRebuilt && { isRebuilt }), ...toSealItem(seal) }
}

const toClosedDay = (item: ClosedDayItem): ClosedDay => {
  const { merchantId, day, opening, net, base, segment, closedAtMs, isRebuilt } = item
  requireFormat(item.format, FORMAT, `The closed day ${day} of merchant ${merchantId}`)
  return {
    book: { merchantId, day },
    openingMinor: BigInt(opening),
    netMinor: BigInt(net),
    base,
    segment,
    seal: toSeal(merchantId, day, item),
    closedAtMs,
    ...(isRebuilt && { isRebuilt }),
  }
}

const toRestatementItem = (restatement: Restatement): RestatementItem => {
  const { book, number, deltaMinor, segment, seal, restatedAtMs, isRebuilt, ...forgotten } = restatement
  forgotten satisfies Record<string, never>
  const { merchantId, day: restatedDay } = book
  const numbers = { number, delta: deltaMinor, segment, restatedAtMs }
  const key = { merchantId, day: restatementKey(number), format: FORMAT }
  return { ...key, restatedDay, ...numbers, ...(isRebuilt && { isRebuilt }), ...toSealItem(seal) }
}

const toRestatement = (item: RestatementItem): Restatement => {
  const { merchantId, restatedDay: day, number, delta, segment, restatedAtMs, isRebuilt } = item
  requireFormat(item.format, FORMAT, `Restatement ${number} of merchant ${merchantId}`)
  return {
    book: { merchantId, day },
    number,
    deltaMinor: BigInt(delta),
    segment,
    seal: toSeal(merchantId, day, item),
    restatedAtMs,
    ...(isRebuilt && { isRebuilt }),
  }
}

const toSealItem = ({
  merchantId: _m,
  day: _d,
  version,
  totals,
  chainHash,
  digest,
  previous,
  ...forgotten
}: Seal): SealItem => {
  forgotten satisfies Record<string, never>
  return {
    version,
    credits: totals.creditsMinor,
    debits: totals.debitsMinor,
    entryCount: totals.entryCount,
    chainHash,
    digest,
    ...(previous !== null && { previousSeal: previous }),
  }
}

const toSeal = (merchantId: MerchantId, day: BusinessDay, item: SealItem): Seal => ({
  merchantId,
  day,
  version: item.version,
  totals: { creditsMinor: BigInt(item.credits), debitsMinor: BigInt(item.debits), entryCount: item.entryCount },
  chainHash: item.chainHash,
  digest: item.digest,
  previous: item.previousSeal ?? null,
})
