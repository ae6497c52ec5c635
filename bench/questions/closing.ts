/** Counts the write units of closing a day of a merchant, and of an entry that comes after that. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { dynamoTransactions } from '#adapters/transactions/dynamo-transactions'
import { memoryBooks } from '#adapters/transactions/memory-books'
import type { LatePolicy } from '#ledger/merchant'
import type { Transactions } from '#ledger/ports'
import { digestOf } from '#ledger/segment'
import { closeComparedBook } from '#processors/close/close-book'
import { recordEntries } from '#processors/journal/record-entries'
import type { Figure } from '../rig/figure.ts'
import { fullDay } from '../rig/full-day.ts'
import { itemBytes, writeUnits, type Item } from '../rig/item-size.ts'
import { recordedStream } from '../rig/stream.ts'
import { bookOf, merchantOf, trade } from '../rig/trade.ts'

export const measureClosing = async (): Promise<readonly Figure[]> => {
  const figures = await Promise.all(POLICIES.map(figuresOf))
  const closes = figures.map(({ perClose }) => perClose)
  if (new Set(closes).size !== 1) throw new Error('the policy for late entries changed what a close costs')
  return [
    {
      what: 'a close of a day of a merchant',
      value: closes[0] ?? Number.NaN,
      unit: 'write units',
      note: 'one transaction: closing segment with the view of a full day, item of the day, head',
    },
    ...figures.map(({ policy, perLate }) => ({
      what: `a late entry that comes alone, under ${policy}`,
      value: perLate,
      unit: 'write units',
      note: LATE_NOTES[policy],
    })),
  ]
}

const POLICIES: readonly LatePolicy[] = ['nextOpenDay', 'restate', 'quarantine']
const LATE_NOTES: Record<LatePolicy, string> = {
  nextOpenDay: 'one transaction: a segment in its own day and one in the open day',
  restate: 'one transaction: a segment with the view of a full day, item of the restatement, head',
  quarantine:
    'one transaction: a segment with the view of a full day, item of the quarantine; once for each merchant: its name',
}
const MERCHANTS = 200
const AFTER_MS = 36 * 3_600_000

const figuresOf = async (lateEntries: LatePolicy) => {
  const { shops, request } = trade({ merchantCount: MERCHANTS, ids: 'till', perRequest: 1 })
  const books = memoryBooks()
  for (const shop of shops) {
    await books.heads.open(bookOf(shop.merchantId))
    await books.journal.append(fullDay(shop))
  }
  let units = 0
  const transactions = weighed(books.transactions, (more) => (units += more))
  const [first] = request()
  if (first === undefined) throw new Error('no entries')
  const world = {
    ...books,
    transactions,
    merchants: memoryMerchants(shops.map(({ merchantId }) => ({ ...merchantOf(merchantId), lateEntries }))),
    auditTrail: memoryAuditTrail(),
    progress: memoryProgress(),
    clock: () => first.occurredAtMs + AFTER_MS,
    log: { warn() {}, error: refuseToGoOn },
  }
  for (const { merchantId } of shops) {
    const end = await books.journal.end(bookOf(merchantId))
    if (end === undefined) throw new Error('no book')
    const compared = { segment: end.number, hash: end.hash, digest: digestOf([]) }
    const { status } = await closeComparedBook(world, bookOf(merchantId), compared)
    if (status !== 'closed') throw new Error(`a close came to ${status}`)
  }
  const perClose = units / shops.length

  units = 0
  const record = recordEntries(world, { booksAtOnce: 1, cacheBytes: 0 })
  const stream = recordedStream(1)
  for (let sent = 0; sent < MERCHANTS; sent += 1) {
    for (const batch of await stream.send([request()])) {
      if ((await record(batch)).redeliverFrom !== undefined) throw new Error('a batch did not come to its end')
    }
  }
  return { policy: lateEntries, perClose, perLate: units / MERCHANTS }
}

/** The same transactions, which also count what DynamoDB bills: each write of a transaction twice. */
const weighed = (transactions: Transactions, bill: (units: number) => void): Transactions => {
  const scales = {
    async send({ input }: { input: WriteInput }) {
      if (input.Item !== undefined) bill(writeUnits(itemBytes(input.Item)))
      for (const { Put } of input.TransactItems ?? []) {
        if (Put === undefined) throw new Error('a write that no rule weighs')
        bill(2 * writeUnits(itemBytes(Put.Item)))
      }
      return {}
    },
  } as unknown as DynamoDBDocumentClient
  const tables = { journal: 'journal', days: 'days', quarantine: 'quarantine' }
  const dynamo = dynamoTransactions(scales, tables, dynamoQuarantine(scales, tables.quarantine))
  return {
    async commit(changes) {
      const outcome = await transactions.commit(changes)
      if (outcome === 'committed') await dynamo.commit(changes)
      return outcome
    },
  }
}

type WriteInput = {
  readonly Item?: Item
  readonly TransactItems?: readonly { readonly Put?: { readonly Item: Item } }[]
}

const refuseToGoOn = (facts: object, message: string): never => {
  throw new Error(`${message}: ${JSON.stringify(facts)}`)
}
