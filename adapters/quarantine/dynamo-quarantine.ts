/**
 * Each item is stored under its `quarantineKey`. A DynamoDB item holds at most 400 KB, so longer bytes are cut: the
 * item keeps the first part, and each further part is a DynamoDB item of its own. The item that can be listed is
 * written last, so every item that a reader finds is whole. After a crash before that, the next attempt writes the same
 * parts again.
 *
 * The actions of operators are a list in the item. The list stays short: MAX_REPLAYS bounds it, and only the last
 * replay can carry another entry than that of the item, because nothing brings that entry back into quarantine.
 *
 * The merchants that have items are listed under a scope of their own, so that a reader who may see some merchants finds
 * these without reading the items of others.
 *
 * An item says in which format it is stored. Reading an item of an unknown format is refused by name. A list and the items
 * of an entry still show such an item, because one item must not hide the others.
 */
import { hash } from 'node:crypto'
import {
  GetCommand,
  paginateQuery,
  paginateScan,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb'
import { boundsOf } from '#adapters/dynamodb/beginning'
import { conditionalWrite } from '#adapters/dynamodb/conditional-write'
import { firstItems } from '#adapters/dynamodb/first-items'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { sortableNumber } from '#adapters/dynamodb/sortable-number'
import { UNKNOWN } from '#ledger/actor'
import { firstPage } from '#adapters/page-of'
import type { Entry } from '#ledger/entry'
import type { BusinessDay, MerchantId, Position } from '#ledger/identifiers'
import type { Quarantine } from '#ledger/ports'
import {
  entryItemPrefix,
  keptDetail,
  parseQuarantinePlace,
  quarantineKey,
  quarantineState,
  type QuarantineAction,
  type Quarantined,
  type QuarantineFilter,
  type QuarantineKey,
  type QuarantineOutline,
  type QuarantineReason,
  type SetAside,
} from '#ledger/quarantine'
import { ok, refuse, type Result } from '#ledger/result'
import { entryLine, parseEntryLine } from '#wire/stream/record'
import { quarantinePage } from './quarantine-page.ts'

/** The quarantine, and what a transaction that sets an entry aside has to do before. */
export type DynamoQuarantine = Quarantine & {
  /** Writes what has to be there before the item. Doing so without ever writing the item does no harm. */
  prepare(item: SetAside): Promise<void>
}

/** Puts an item that can be listed, if there is none under its key. */
export const quarantinePut = (table: string, item: SetAside) => ({
  TableName: table,
  Item: toItem(item),
  ConditionExpression: 'attribute_not_exists(#scope)',
  ExpressionAttributeNames: { '#scope': 'scope' },
})

/** Notes where the entry of an item counts now, if the item has as many actions as it was read with. */
export const releaseUpdate = (table: string, item: Quarantined, to: BusinessDay) => {
  const { condition, names, values } = withActionsOf(item)
  return {
    TableName: table,
    Key: quarantineKey(item),
    UpdateExpression: 'SET #movedTo = :to, #format = :format',
    ConditionExpression: condition,
    ExpressionAttributeNames: { '#movedTo': 'movedTo', '#format': 'format', ...names },
    ExpressionAttributeValues: { ':to': to, ':format': FORMAT, ...values },
  }
}

/** The condition that an item has as many actions as it was read with. */
const withActionsOf = ({ actions }: Quarantined) => ({
  condition:
    actions.length === 0
      ? 'attribute_exists(#reason) AND attribute_not_exists(#actionCount)'
      : 'attribute_exists(#reason) AND #actionCount = :before',
  names: { '#actionCount': 'actionCount', '#reason': 'reason' },
  values: actions.length > 0 ? { ':before': actions.length } : {},
})

export const dynamoQuarantine = (client: DynamoDBDocumentClient, table: string): DynamoQuarantine => {
  const whole = async (item: QuarantineItem): Promise<Quarantined> => {
    if (item.parts === undefined) return toQuarantined(item, item.raw)
    const query = { TableName: table, ConsistentRead: true, ...inScope(item.parts) }
    const parts = await firstItems<PartItem>(paginateQuery({ client }, query))
    return toQuarantined(item, Buffer.concat([item.raw, ...parts.map(({ raw }) => raw)]))
  }

  /** Reads one item after the other, so that it reads no more than the page holds. */
  async function* wholeItems(
    answers: AsyncIterable<{ Items?: object[] | undefined }>,
    { status }: QuarantineFilter,
  ): AsyncGenerator<Quarantined> {
    for await (const { Items = [] } of answers) {
      for (const item of Items as QuarantineItem[]) {
        const read = readItem(item)
        // A status is computed, so a query cannot filter by it. This filter runs before the other parts are read.
        const isWanted = status === undefined || quarantineState(read.ok ? read.value : read.error).status === status
        if (isWanted) yield read.ok ? await whole(item) : read.error
      }
    }
  }

  const listed = new Set<MerchantId>()
  /** Puts the merchant on the list of those that have items. Doing so twice changes nothing. */
  const listMerchant = async (merchantId: MerchantId): Promise<void> => {
    if (listed.has(merchantId)) return
    await client.send(new PutCommand({ TableName: table, Item: { scope: MERCHANTS_SCOPE, item: merchantId } }))
    if (listed.size === MOST_LISTED) listed.clear()
    listed.add(merchantId)
  }

  const prepare = async ({ subject, raw }: SetAside): Promise<void> => {
    // Before the item, so that no crash leaves an item that its merchant's clients cannot find.
    if (subject !== 'unreadable') await listMerchant(subject.merchantId)
    for (const part of furtherParts(raw)) await client.send(new PutCommand({ TableName: table, Item: part }))
  }

  return {
    prepare,

    async setAside(setAside) {
      await prepare(setAside)
      const put = new PutCommand(quarantinePut(table, setAside))
      if ((await conditionalWrite(() => client.send(put))) === 'written') return
      // The item exists already. Only its last place may rise, and with it the reason why it waits.
      const { position, reason, detail } = setAside
      const update = new UpdateCommand({
        TableName: table,
        Key: quarantineKey(setAside),
        UpdateExpression:
          'SET #lastPlace = :lastPlace, #lastPosition = :lastPosition, #reason = :reason, #detail = :detail',
        ConditionExpression: '#lastPlace < :lastPlace',
        ExpressionAttributeNames: {
          '#lastPlace': 'lastPlace',
          '#lastPosition': 'lastPosition',
          '#reason': 'reason',
          '#detail': 'detail',
        },
        ExpressionAttributeValues: {
          ':lastPlace': placeText(position),
          ':lastPosition': position,
          ':reason': reason,
          ':detail': keptDetail(detail),
        },
      })
      await conditionalWrite(() => client.send(update))
    },

    async list(filter, { limit, after }) {
      // No Limit, because DynamoDB would count the items that the filter drops.
      const input = { TableName: table, ConsistentRead: true, ...matching(filter) }
      const paging = { client, startingToken: after === undefined ? undefined : keyAt(after) }
      const answers = filter.merchantId === undefined ? paginateScan(paging, input) : paginateQuery(paging, input)
      return await quarantinePage(wholeItems(answers, filter), limit)
    },

    async merchantsBeginning(beginning, { limit, after }) {
      const query = {
        TableName: table,
        ConsistentRead: true,
        Limit: limit + 1,
        KeyConditionExpression: '#scope = :scope AND #item BETWEEN :first AND :last',
        ExpressionAttributeNames: { '#scope': 'scope', '#item': 'item' },
        ExpressionAttributeValues: { ':scope': MERCHANTS_SCOPE, ...boundsOf(beginning) },
      }
      const startingToken = after === undefined ? undefined : { scope: MERCHANTS_SCOPE, item: after }
      const found = await firstItems<{ item: MerchantId }>(paginateQuery({ client, startingToken }, query), limit + 1)
      return firstPage(
        found.map(({ item }) => item),
        String,
        limit,
      )
    },

    async ofEntry({ merchantId, day }, entryId, limit) {
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: '#scope = :scope AND #item BETWEEN :first AND :last',
        // All attributes except the bytes.
        ProjectionExpression: Object.values(OUTLINE_NAMES).join(),
        ExpressionAttributeNames: Object.fromEntries(Object.entries(OUTLINE_NAMES).map(([name, sign]) => [sign, name])),
        ExpressionAttributeValues: { ':scope': merchantId, ...boundsOf(entryItemPrefix(day, entryId)) },
        Limit: limit,
      }
      const found = await firstItems<OutlineItem>(paginateQuery({ client }, query), limit)
      return found.map(readOutline).map((read) => (read.ok ? read.value : read.error))
    },

    async find(key) {
      const { Item } = await client.send(new GetCommand({ TableName: table, ConsistentRead: true, Key: key }))
      // The key may be that of a further part of another item. Such a part has no reason.
      return Item?.['reason'] === undefined ? undefined : await whole(Item as QuarantineItem)
    },

    async note(item, action) {
      const actions = [...item.actions, action].map((one) => toActionItem(one, item.subject))
      const { condition, names, values } = withActionsOf(item)
      const update = new UpdateCommand({
        TableName: table,
        Key: quarantineKey(item),
        UpdateExpression: 'SET #actions = :actions, #actionCount = :after',
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#actions': 'actions', ...names },
        ExpressionAttributeValues: { ':actions': actions, ':after': actions.length, ...values },
      })
      return (await conditionalWrite(() => client.send(update))) === 'written' ? 'noted' : 'moved'
    },
  }
}

/**
 * The scope under which the merchants that have items are listed. It is neither a merchant's id, nor a shard's, nor that
 * of further parts. What is listed has no reason, so it is no item that can be found or listed itself.
 */
const MERCHANTS_SCOPE = 'merchants#'

/** How many merchants a process remembers to be on the list; each that it forgot costs a write. */
const MOST_LISTED = 50_000

const FORMAT = 2
/** The same before entries were released. An item that was stored so stays so until its entry is. */
const FORMER = 1

/** In every format, an item has its key, `format`, `reason`, `position`, `setAsideAtMs` and `raw`. */
type QuarantineItem = QuarantineKey & {
  readonly format: number
  readonly reason: QuarantineReason
  readonly detail: string
  readonly position: Position
  /** The latest place at which the item was set aside, and the same place as text that sorts as positions do. */
  readonly lastPosition: Position
  readonly lastPlace: string
  readonly setAsideAtMs: number
  /** Absent until there is an action. A further action is conditional on their count. */
  readonly actions?: readonly ActionItem[]
  readonly actionCount?: number
  /** The day on which the entry counts since it was released. */
  readonly movedTo?: BusinessDay
  /** The entry's line as in a stream record; absent when no entry could be read. */
  readonly entry?: string
  /** All bytes, or the first part of them. `parts` is then the scope of the other parts. */
  readonly raw: Uint8Array
  readonly parts?: string
}

type OutlineItem = Omit<QuarantineItem, 'raw' | 'parts'>

/** How expressions name the attributes of an outline. The type makes a new attribute of the item appear here, too. */
const OUTLINE_NAMES: Readonly<Record<keyof Required<OutlineItem>, string>> = {
  scope: '#scope',
  item: '#item',
  format: '#format',
  reason: '#reason',
  detail: '#detail',
  position: '#position',
  lastPosition: '#lastPosition',
  lastPlace: '#lastPlace',
  setAsideAtMs: '#setAsideAtMs',
  actions: '#actions',
  actionCount: '#actionCount',
  movedTo: '#movedTo',
  entry: '#entry',
}

/**
 * An action. `from` is absent when it is not known, as in all actions of former versions; both versions read both. The
 * entry of a replay is stored as its line. The line is absent when the entry is the one that was set aside.
 */
type ActionItem = { readonly by: string; readonly from?: string; readonly atMs: number } & (
  | { readonly action: 'replay-begun'; readonly entry?: string }
  | { readonly action: 'replayed'; readonly position: Position }
  | { readonly action: 'discarded'; readonly reason: string }
)

type PartItem = QuarantineKey & { readonly raw: Uint8Array }

const MAX_PART_BYTES = 300_000

const toItem = (setAside: SetAside): QuarantineItem => {
  const { subject, reason, detail, position, setAsideAtMs, raw, ...forgotten } = setAside
  forgotten satisfies Record<string, never>
  return {
    ...quarantineKey(setAside),
    format: FORMER,
    reason,
    detail: keptDetail(detail),
    position,
    lastPosition: position,
    lastPlace: placeText(position),
    setAsideAtMs,
    ...(subject !== 'unreadable' && { entry: entryLine(subject) }),
    raw: raw.subarray(0, MAX_PART_BYTES),
    ...(raw.length > MAX_PART_BYTES && { parts: partsScope(raw) }),
  }
}

const toQuarantined = (item: QuarantineItem, raw: Uint8Array): Quarantined => ({ ...toOutline(item), raw })

/** Throws when the item cannot be read by this version. */
const toOutline = (item: OutlineItem): QuarantineOutline => {
  if (item.format !== FORMER) requireFormat(item.format, FORMAT, `Quarantine item ${item.scope} ${item.item}`)
  const { reason, detail, position, lastPosition, setAsideAtMs, movedTo } = item
  const subject = subjectOf(item)
  const actions = (item.actions ?? []).map((action) => toAction(action, subject))
  const known = { subject, reason, detail, position, lastPosition, setAsideAtMs, actions }
  return movedTo === undefined ? known : { ...known, movedTo }
}

/** The item without its further parts. When it cannot be read, the error holds what is known of it. */
const readItem = (item: QuarantineItem): Result<Quarantined, Quarantined> => {
  const outline = readOutline(item)
  return outline.ok ? ok({ ...outline.value, raw: item.raw }) : refuse({ ...outline.error, raw: item.raw })
}

const readOutline = (item: OutlineItem): Result<QuarantineOutline, QuarantineOutline> => {
  try {
    return ok(toOutline(item))
  } catch (error) {
    const { scope, item: name, reason, position, setAsideAtMs } = item
    const detail = error instanceof Error ? error.message : String(error)
    const known = { subject: 'unreadable', reason, detail, position, lastPosition: position, setAsideAtMs } as const
    return refuse({ ...known, key: { scope, item: name }, actions: [] })
  }
}

const subjectOf = ({ entry: line }: OutlineItem): SetAside['subject'] =>
  line === undefined ? 'unreadable' : entryIn(line)

const toActionItem = (action: QuarantineAction, subject: SetAside['subject']): ActionItem => {
  const { from: place, ...common } = action
  const from = place === UNKNOWN ? {} : { from: place }
  if (common.action !== 'replay-begun') return { ...common, ...from }
  const { entry, ...rest } = common
  const line = entryLine(entry)
  const isAsItWas = subject !== 'unreadable' && line === entryLine(subject)
  return { ...rest, ...from, ...(!isAsItWas && { entry: line }) }
}

const toAction = (item: ActionItem, subject: SetAside['subject']): QuarantineAction => {
  const known = { ...item, from: item.from ?? UNKNOWN }
  if (known.action !== 'replay-begun') return known
  const { entry: line, ...rest } = known
  const entry = line === undefined ? subject : entryIn(line)
  if (entry === 'unreadable') throw new Error('A quarantine item notes a replay of an entry that could not be read.')
  return { ...rest, entry }
}

const placeText = ({ sequenceNumber, index }: Position): string =>
  `${sortableNumber(sequenceNumber)}#${sortableNumber(String(index))}`

const entryIn = (line: string): Entry => {
  const entry = parseEntryLine(line)
  if (!entry.ok) throw new Error(`A quarantine item holds a line that is not an entry: ${entry.error}`)
  return entry.value
}

// The scope is a hash of all the bytes, so two attempts with different bytes under the same key cannot mix their parts.
// A merchant id has no "#", and the scope of a shard begins with "#", so this scope is neither of them.
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
    // Only an item that can be listed has a reason. Further parts have none.
    FilterExpression: reason === undefined ? 'attribute_exists(#reason)' : '#reason = :reason',
    ExpressionAttributeNames: { '#reason': 'reason', ...(merchantId !== undefined && { '#scope': 'scope' }) },
    // DynamoDB refuses an empty map.
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

const keyAt = (place: string): QuarantineKey => {
  const key = parseQuarantinePlace(place)
  if (!key.ok) throw new Error(`A list of quarantine cannot go on from ${JSON.stringify(place)}.`)
  return key.value
}
