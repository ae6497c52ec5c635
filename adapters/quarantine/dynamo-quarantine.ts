/**
 * One item per thing set aside, under its `quarantineKey`. What is too long for one DynamoDB item (400 KB) is cut: the
 * item keeps the first part of the bytes, each other part is an item of its own. The item that can be listed is written
 * last, so what is found is whole; after a crash before that, the next try writes the same parts again.
 */
import { hash } from 'node:crypto'
import { paginateQuery, paginateScan, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import type { Position } from '#ledger/identifiers'
import type { Quarantine } from '#ledger/ports'
import {
  entryItemPrefix,
  keptDetail,
  quarantineKey,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineKey,
  type QuarantineReason,
  type SetAside,
} from '#ledger/quarantine'
import { entryLine, parseEntryLine } from '#wire/stream-record'
import { quarantinePage } from './quarantine-page.ts'

export const dynamoQuarantine = (client: DynamoDBDocumentClient, table: string): Quarantine => {
  const whole = async (item: QuarantineItem): Promise<Quarantined> => {
    if (item.parts === undefined) return toQuarantined(item, item.raw)
    const query = { TableName: table, ConsistentRead: true, ...inScope(item.parts) }
    const parts = await firstItems<PartItem>(paginateQuery({ client }, query))
    return toQuarantined(item, Buffer.concat([item.raw, ...parts.map(({ raw }) => raw)]))
  }

  /** One after the other, so that no more is read than fits the page. */
  async function* wholeItems(answers: AsyncIterable<{ Items?: object[] | undefined }>) {
    for await (const { Items = [] } of answers) {
      for (const item of Items) yield await whole(item as QuarantineItem)
    }
  }

  return {
    async setAside(setAside) {
      for (const part of furtherParts(setAside.raw)) {
        await client.send(new PutCommand({ TableName: table, Item: part }))
      }
      const put = new PutCommand({
        TableName: table,
        Item: toItem(setAside),
        ConditionExpression: 'attribute_not_exists(#scope)',
        ExpressionAttributeNames: { '#scope': 'scope' },
      })
      // Refused means that it waits there already, as it was the first time.
      await conditionalWrite(() => client.send(put))
    },

    async list(filter, { limit, after }) {
      // Without a Limit: what the filter passes over would count against it.
      const input = { TableName: table, ConsistentRead: true, ...matching(filter) }
      const paging = { client, startingToken: after === undefined ? undefined : readCursor(after) }
      const answers = filter.merchantId === undefined ? paginateScan(paging, input) : paginateQuery(paging, input)
      return await quarantinePage(wholeItems(answers), limit)
    },

    async ofEntry({ merchantId, day }, entryId) {
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: '#scope = :scope AND begins_with(#item, :prefix)',
        ExpressionAttributeNames: { '#scope': 'scope', '#item': 'item' },
        ExpressionAttributeValues: { ':scope': merchantId, ':prefix': entryItemPrefix(day, entryId) },
      }
      return Promise.all((await firstItems<QuarantineItem>(paginateQuery({ client }, query))).map(whole))
    },
  }
}

type QuarantineItem = QuarantineKey & {
  readonly reason: QuarantineReason
  readonly detail: string
  readonly status: 'waiting'
  readonly position: Position
  readonly setAsideAtMs: number
  /** The entry's line, as it would stand in a stream record; absent when no entry could be read. */
  readonly entry?: string
  /** All bytes, or the first part of them; then `parts` is the scope of the others. */
  readonly raw: Uint8Array
  readonly parts?: string
}

type PartItem = QuarantineKey & { readonly raw: Uint8Array }

const MAX_PART_BYTES = 300_000

const toItem = (setAside: SetAside): QuarantineItem => {
  const { subject, reason, detail, position, setAsideAtMs, raw } = setAside
  return {
    ...quarantineKey(setAside),
    reason,
    detail: keptDetail(detail),
    status: 'waiting',
    position,
    setAsideAtMs,
    ...(subject !== 'unreadable' && { entry: entryLine(subject) }),
    raw: raw.subarray(0, MAX_PART_BYTES),
    ...(raw.length > MAX_PART_BYTES && { parts: partsScope(raw) }),
  }
}

const toQuarantined = (item: QuarantineItem, raw: Uint8Array): Quarantined => {
  const { reason, detail, status, position, setAsideAtMs } = item
  return { subject: subjectOf(item), reason, detail, status, position, setAsideAtMs, raw }
}

const subjectOf = ({ scope, item, entry: line }: QuarantineItem): SetAside['subject'] => {
  if (line === undefined) return 'unreadable'
  const entry = parseEntryLine(line)
  if (!entry.ok) throw new Error(`quarantine item ${scope} ${item} holds no entry: ${entry.error}`)
  return entry.value
}

// Named by the content of the whole: two tries that bring other bytes under the same key cannot mix their parts. "#"
// stands in no merchant's id and at the start of every shard's scope, so this is neither.
const partsScope = (raw: Uint8Array): string => `parts#${hash('sha256', raw)}`

const furtherParts = (raw: Uint8Array): PartItem[] => {
  if (raw.length <= MAX_PART_BYTES) return []
  const scope = partsScope(raw)
  return Array.from({ length: Math.ceil(raw.length / MAX_PART_BYTES) - 1 }, (_, index) => ({
    scope,
    item: String(index + 2).padStart(4, '0'),
    raw: raw.subarray((index + 1) * MAX_PART_BYTES, (index + 2) * MAX_PART_BYTES),
  }))
}

const inScope = (scope: string) => ({
  KeyConditionExpression: '#scope = :scope',
  ExpressionAttributeNames: { '#scope': 'scope' },
  ExpressionAttributeValues: { ':scope': scope },
})

const matching = ({ merchantId, reason }: QuarantineFilter) => {
  const values = {
    ...(merchantId !== undefined && { ':scope': merchantId }),
    ...(reason !== undefined && { ':reason': reason }),
  }
  return {
    ...(merchantId !== undefined && { KeyConditionExpression: '#scope = :scope' }),
    // Only what can be listed has a reason; the further parts have none.
    FilterExpression: reason === undefined ? 'attribute_exists(#reason)' : '#reason = :reason',
    ExpressionAttributeNames: { '#reason': 'reason', ...(merchantId !== undefined && { '#scope': 'scope' }) },
    // DynamoDB refuses an empty map.
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

const readCursor = (cursor: string): QuarantineKey => {
  const [scope = '', item = ''] = cursor.split('\n')
  return { scope, item }
}
