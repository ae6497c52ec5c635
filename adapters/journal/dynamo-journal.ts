import { paginateQuery, PutCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import { backOf, frontOf, generationOf } from '#ledger/generation'
import type { BookId } from '#ledger/identifiers'
import { UnreadableSegment, type Journal, type SegmentEnd } from '#ledger/ports'
import type { ChainHash, SealedSegment } from '#ledger/segment'
import { chainKey, followingChains, type StoredChains } from './generations.ts'

/** One item for each segment. The caller makes sure that segment n + 1 follows n, because it has read or appended n. */
export const dynamoJournal = (client: DynamoDBDocumentClient, table: string): Journal => ({
  ...followingChains(dynamoChains(client, table)),

  // When the answer to a put is lost, the SDK puts again, finds the number taken by that first put, and this returns
  // 'taken'. That is correct: the caller reads the new segments, as after losing to another worker, and finds its own
  // entries in them.
  async append(segment) {
    const put = new PutCommand(segmentPut(table, segment))
    return (await conditionalWrite(() => client.send(put))) === 'written' ? 'appended' : 'taken'
  },
})

/** The chains of a table, each by itself. */
export const dynamoChains = (client: DynamoDBDocumentClient, table: string): StoredChains => ({
  async from(book, number, limit) {
    const generation = generationOf(number)
    const query = {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#book = :book AND #segment BETWEEN :first AND :back',
      ExpressionAttributeNames: { '#book': 'book', '#segment': 'segment' },
      ExpressionAttributeValues: {
        ':book': chainKey(book, generation),
        ':first': number,
        ':back': backOf(generation),
      },
      ...(limit !== undefined && { Limit: limit }),
    }
    const items = await firstItems<SegmentItem>(paginateQuery({ client }, query), limit)
    return items.map((item) => ({
      number: item.segment,
      mark: isText(item.mark) ? item.mark : undefined,
      open: () => toSegment(book, item),
    }))
  },

  async last(book, generation) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: '#book = :book AND #segment BETWEEN :front AND :back',
        ProjectionExpression: '#segment, #credits, #debits, #entryCount, #mark, #view, #hash',
        ExpressionAttributeNames: {
          '#book': 'book',
          '#segment': 'segment',
          '#credits': 'credits',
          '#debits': 'debits',
          '#entryCount': 'entryCount',
          '#mark': 'mark',
          '#view': 'view',
          '#hash': 'hash',
        },
        ExpressionAttributeValues: {
          ':book': chainKey(book, generation),
          ':front': frontOf(generation),
          ':back': backOf(generation),
        },
        ScanIndexForward: false,
        Limit: 1,
      }),
    )
    return Items[0] && toEnd(book, Items[0] as SegmentItem)
  },
})

/** Puts a segment if its number is free in its book. */
export const segmentPut = (table: string, segment: SealedSegment) => ({
  TableName: table,
  Item: toItem(segment),
  ConditionExpression: 'attribute_not_exists(#book)',
  ExpressionAttributeNames: { '#book': 'book' },
})

type SegmentItem = {
  readonly book: string
  readonly segment: number
  readonly credits: number | bigint
  readonly debits: number | bigint
  readonly entryCount: number
  readonly mark?: string
  readonly view: Uint8Array
  readonly entries: Uint8Array
  readonly hash: Uint8Array
}

const toItem = ({ book, number, totals, mark, view, entries, hash }: SealedSegment): SegmentItem => ({
  book: chainKey(book, generationOf(number)),
  segment: number,
  credits: totals.creditsMinor,
  debits: totals.debitsMinor,
  entryCount: totals.entryCount,
  ...(mark !== undefined && { mark }),
  view,
  entries,
  hash: Buffer.from(hash, 'hex'),
})

const toSegment = (book: BookId, item: SegmentItem): SealedSegment => {
  const end = toEnd(book, item)
  requireParts(book, item, { entries: isBytes })
  return { ...end, entries: item.entries }
}

const toEnd = (book: BookId, item: SegmentItem): SegmentEnd => {
  requireParts(book, item, { credits: isWhole, debits: isWhole, entryCount: isWhole, view: isBytes, hash: isHash })
  if (item.mark !== undefined) requireParts(book, item, { mark: isText })
  const { segment, credits, debits, entryCount, mark, view, hash } = item
  return {
    book,
    number: segment,
    totals: { creditsMinor: BigInt(credits), debitsMinor: BigInt(debits), entryCount },
    ...(mark !== undefined && { mark }),
    view,
    hash: Buffer.from(hash).toString('hex') as ChainHash,
  }
}

/** Throws when a part is missing or of another kind. What is inside of the bytes is for `wire/journal/` to say. */
const requireParts = (
  book: BookId,
  item: SegmentItem,
  parts: Readonly<Partial<Record<keyof SegmentItem, (value: unknown) => boolean>>>,
): void => {
  for (const [name, isPart] of Object.entries(parts)) {
    const value: unknown = item[name as keyof SegmentItem]
    if (isPart(value)) continue
    const detail = value === undefined ? `its ${name} is missing` : `its ${name} is not what a segment has there`
    throw new UnreadableSegment(book, item.segment, detail)
  }
}

const isWhole = (value: unknown): boolean => typeof value === 'bigint' || Number.isSafeInteger(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isBytes = (value: unknown): boolean => value instanceof Uint8Array
const isHash = (value: unknown): boolean => value instanceof Uint8Array && value.length === 32
