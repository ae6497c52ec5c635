/**
 * Books in memory that also count the bill of the same calls on DynamoDB. The production adapters get every call as well,
 * over a client that only weighs the items.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { memoryHeads } from '#adapters/heads/memory-heads'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { memoryJournal } from '#adapters/journal/memory-journal'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { bookKey } from '#ledger/identifiers'
import type { Heads, Journal, Progress } from '#ledger/ports'
import type { SealedSegment } from '#ledger/segment'
import { itemBytes, readUnits, writeUnits, type Item } from './item-size.ts'

export type Bill = {
  appends: number
  /** Puts that were refused because their number was taken. DynamoDB bills them as well. */
  refusedAppends: number
  /** The bytes of the stored segments. */
  journalBytes: number
  journalWriteUnits: number
  headWriteUnits: number
  progressWriteUnits: number
  readUnits: number
}

export type BilledStore = {
  readonly journal: Journal
  readonly heads: Heads
  readonly progress: Progress
  /** The bill since the last call. */
  takeBill(): Bill
}

export const billedStore = (): BilledStore => {
  let bill = emptyBill()
  return {
    journal: billedJournal(memoryJournal(), () => bill),
    heads: billedHeads(memoryHeads(), () => bill),
    progress: billedProgress(memoryProgress(), () => bill),
    takeBill() {
      const taken = bill
      bill = emptyBill()
      return taken
    },
  }
}

/** All write units, of the books and of the other tables. */
export const allWriteUnits = ({ journalWriteUnits, headWriteUnits, progressWriteUnits }: Bill): number =>
  journalWriteUnits + headWriteUnits + progressWriteUnits

const emptyBill = (): Bill => ({
  appends: 0,
  refusedAppends: 0,
  journalBytes: 0,
  journalWriteUnits: 0,
  headWriteUnits: 0,
  progressWriteUnits: 0,
  readUnits: 0,
})

const billedJournal = (journal: Journal, bill: () => Bill): Journal => {
  const storedBytes = new Map<string, number>()
  const keyOf = ({ book, number }: Pick<SealedSegment, 'book' | 'number'>): string => `${bookKey(book)}#${number}`
  return {
    async append(segment) {
      const bytes = await bytesSentBy((client) => dynamoJournal(client, 'journal').append(segment))
      const answer = await journal.append(segment)
      const key = keyOf(segment)
      bill().journalWriteUnits += writeUnits(Math.max(bytes, storedBytes.get(key) ?? 0))
      if (answer === 'taken') bill().refusedAppends += 1
      else {
        bill().appends += 1
        bill().journalBytes += bytes
        storedBytes.set(key, bytes)
      }
      return answer
    },
    async read(book, after, limit) {
      const segments = await journal.read(book, after, limit)
      bill().readUnits += readUnits(segments.reduce((sum, segment) => sum + (storedBytes.get(keyOf(segment)) ?? 0), 0))
      return segments
    },
    // A query is billed for whole items, even when it asks for a few attributes.
    async end(book) {
      const end = await journal.end(book)
      bill().readUnits += readUnits(end === undefined ? 0 : (storedBytes.get(keyOf(end)) ?? 0))
      return end
    },
  }
}

const billedHeads = (heads: Heads, bill: () => Bill): Heads => ({
  async read(merchantId) {
    bill().readUnits += 1
    return await heads.read(merchantId)
  },
  async open(book) {
    bill().headWriteUnits += writeUnits(await bytesSentBy((client) => dynamoHeads(client, 'days').open(book)))
    return await heads.open(book)
  },
})

const billedProgress = (progress: Progress, bill: () => Bill): Progress => ({
  ...progress,
  async advance(consumer, shard) {
    const bytes = await bytesSentBy((client) => dynamoProgress(client, 'progress').advance(consumer, shard))
    bill().progressWriteUnits += writeUnits(bytes)
    await progress.advance(consumer, shard)
  },
})

/** The size of the item after an adapter's write. */
const bytesSentBy = async (write: (client: DynamoDBDocumentClient) => Promise<unknown>): Promise<number> => {
  let bytes: number | undefined
  const scales = {
    async send({ input }: { input: WriteInput }) {
      if (bytes !== undefined) throw new Error('more than one call, of which only the last would be counted')
      bytes = itemBytes(itemOf(input))
      return {}
    },
  }
  await write(scales as unknown as DynamoDBDocumentClient)
  if (bytes === undefined) throw new Error('nothing was sent')
  return bytes
}

type WriteInput = {
  readonly Item?: Item
  readonly Key?: Item
  readonly UpdateExpression?: string
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Item
}

/** The item that a put stores, or an update that sets, or adds to, new attributes. */
const itemOf = ({
  Item,
  Key,
  UpdateExpression,
  ExpressionAttributeNames,
  ExpressionAttributeValues,
}: WriteInput): Item => {
  if (Item !== undefined) return Item
  const changes = [...(UpdateExpression ?? '').matchAll(/(#\w+) ?=? ?(:\w+)/g)]
  return {
    ...Key,
    ...Object.fromEntries(
      changes.map(([, name = '', value = '']) => [
        ExpressionAttributeNames?.[name],
        ExpressionAttributeValues?.[value],
      ]),
    ),
  }
}
