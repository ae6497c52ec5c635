/** Counts the write units of closing a day of a merchant, what that costs on AWS, and an entry that comes after that. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { headPut } from '#adapters/heads/dynamo-heads'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { dynamoQuarantine } from '#adapters/quarantine/dynamo-quarantine'
import { dynamoTransactions } from '#adapters/transactions/dynamo-transactions'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { shiftDay } from '#ledger/calendar'
import type { LatePolicy } from '#ledger/merchant'
import type { Transactions } from '#ledger/ports'
import { digestOf } from '#ledger/segment'
import { closeComparedBook } from '#processors/close/close-book'
import { recordEntries } from '#processors/journal/record-entries'
import type { Figure } from '../rig/figure.ts'
import { fullDay } from '../rig/full-day.ts'
import { itemBytes, writeUnits, type Item } from '../rig/item-size.ts'
import { dollars } from '../rig/prices.ts'
import { recordedStream } from '../rig/stream.ts'
import { bookOf, merchantOf, trade } from '../rig/trade.ts'

export const measureClosing = async (): Promise<readonly Figure[]> => {
  const figures = await Promise.all(POLICIES.map(figuresOf))
  const [{ perClose, indexPerClose }] = figures as [(typeof figures)[number]]
  if (figures.some((figure) => figure.perClose !== perClose || figure.indexPerClose !== indexPerClose))
    throw new Error('the policy for late entries changed what a close costs')
  return [
    {
      what: 'a close of a day of a merchant',
      value: perClose,
      unit: 'write units',
      note: 'one transaction: closing segment with the view of a full day, item of the day, head',
    },
    {
      what: '— and of the index of open days',
      value: indexPerClose,
      unit: 'write units',
      note: 'the next day is open: its key takes the place of the closed one',
    },
    priceOf(perClose + indexPerClose),
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
/** What a run that closes what is due spends on a thousand merchants with one day each. */
const priceOf = (writeUnitsPerClose: number): Figure => {
  const merchants = 1_000
  const steps = merchants / MERCHANTS_A_STEP
  const store = { dynamodbWriteUnits: writeUnitsPerClose * merchants }
  // A key that is free is looked at once and put once.
  const seals = { s3Puts: merchants, s3Gets: merchants }
  // The start, a task and a choice for each step, and the end.
  const workflow = { stateTransitions: 2 + 2 * steps, lambdaRequests: steps }
  const athena = { athenaTB: (steps * ATHENA_LEAST_MB) / 1e6 }
  return {
    what: 'closing a day of 1,000 merchants on AWS',
    value: dollars(store) + dollars(seals) + dollars(workflow) + dollars(athena),
    unit: '$',
    note:
      `DynamoDB $${dollars(store).toFixed(4)}, seals $${dollars(seals).toFixed(4)}, workflow $${dollars(workflow).toFixed(4)}, ` +
      `Athena at least $${dollars(athena).toFixed(4)}; no reads, CPU, events`,
  }
}

/** As in `processors/close/close-next.ts`. */
const MERCHANTS_A_STEP = 100
/** Athena bills no statement less. */
const ATHENA_LEAST_MB = 10

const MERCHANTS = 200
const AFTER_MS = 36 * 3_600_000

const figuresOf = async (lateEntries: LatePolicy) => {
  const { shops, request } = trade({ merchantCount: MERCHANTS, ids: 'till', perRequest: 1 })
  const books = memoryBooks()
  const index = openDaysIndex()
  for (const shop of shops) {
    const book = bookOf(shop.merchantId)
    await books.heads.open(book)
    await books.journal.append(fullDay(shop))
    // A day is closed hours after its end, while the next one has entries.
    await books.heads.open({ ...book, day: shiftDay(book.day, 1) })
    index.put(headPut('days', shop.merchantId, await books.heads.read(shop.merchantId)).Item)
  }
  index.takeUnits()
  let units = 0
  const transactions = weighed(books.transactions, index, (more) => (units += more))
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
  const indexPerClose = index.takeUnits() / shops.length

  units = 0
  const record = recordEntries(world, { booksAtOnce: 1, cacheBytes: 0 })
  const stream = recordedStream(1)
  for (let sent = 0; sent < MERCHANTS; sent += 1) {
    for (const batch of await stream.send([request()])) {
      if ((await record(batch)).redeliverFrom !== undefined) throw new Error('a batch did not come to its end')
    }
  }
  return { policy: lateEntries, perClose, indexPerClose, perLate: (units + index.takeUnits()) / MERCHANTS }
}

/**
 * Bills the index of the table of days. A key that appears is a put, one that disappears a delete, and a changed one is both
 * (DynamoDB Developer Guide, "Global secondary indexes", "Write capacity units"). Each entry holds keys alone: one unit.
 */
const openDaysIndex = () => {
  const keys = new Map<unknown, string>()
  let units = 0
  return {
    put({ merchantId, oldestOpen, lane }: Item): void {
      const [before, after] = [keys.get(merchantId), oldestOpen === undefined ? undefined : `${oldestOpen} ${lane}`]
      if (before === after) return
      units += (before === undefined ? 0 : 1) + (after === undefined ? 0 : 1)
      if (after === undefined) keys.delete(merchantId)
      else keys.set(merchantId, after)
    },
    takeUnits(): number {
      const taken = units
      units = 0
      return taken
    },
  }
}

/** The same transactions, which also count what DynamoDB bills: each write of a transaction twice. */
const weighed = (
  transactions: Transactions,
  index: ReturnType<typeof openDaysIndex>,
  bill: (units: number) => void,
): Transactions => {
  const scales = {
    async send({ input }: { input: WriteInput }) {
      if (input.Item !== undefined) bill(writeUnits(itemBytes(input.Item)))
      for (const { Put } of input.TransactItems ?? []) {
        if (Put === undefined) throw new Error('a write that no rule weighs')
        bill(2 * writeUnits(itemBytes(Put.Item)))
        if (Put.TableName === 'days' && Put.Item['day'] === 'head') index.put(Put.Item)
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
  readonly TransactItems?: readonly { readonly Put?: { readonly TableName: string; readonly Item: Item } }[]
}

const refuseToGoOn = (facts: object, message: string): never => {
  throw new Error(`${message}: ${JSON.stringify(facts)}`)
}
