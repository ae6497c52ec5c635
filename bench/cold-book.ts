/**
 * node bench/cold-book.ts [entries]
 *
 * A worker that knows nothing gets one entry for a book that already holds a million: how long until it is appended, how
 * much memory that takes, and what it reads. Stream and store are those of the local system.
 */
import { randomUUID } from 'node:crypto'
import { fork } from 'node:child_process'
import { documentClient } from '#adapters/dynamodb/client'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { kinesisClient } from '#adapters/kinesis/client'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { provision } from '#infra/local/provision'
import { startTestServices } from '#infra/local/test-services'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { Currency } from '#ledger/money'
import { readSettings } from '#wire/settings'
import { sealSegment } from '#wire/packed-segment'
import { entryLine, encodeEntries } from '#wire/stream-record'

const PER_SEGMENT = 2_000
const book: BookId = { merchantId: 'hot' as MerchantId, day: '2026-11-19' as BusinessDay }
const terms = { currency: 'BRL' as Currency, startsAtMs: Date.parse('2026-11-19T00:00:00Z') }

const anEntry = (index: number): Entry => ({
  entryId: randomUUID() as string as EntryId,
  merchantId: book.merchantId,
  businessDay: book.day,
  direction: 'credit',
  amountMinor: BigInt(100 + ((index * 7919) % 100_000)),
  currency: terms.currency,
  occurredAtMs: terms.startsAtMs + Math.floor((index * 86_000_000) / entryCount),
  receivedAtMs: terms.startsAtMs + Math.floor((index * 86_000_000) / entryCount) + 250,
  method: 'pix',
  terminalId: `till-${index % 5}`,
  terminalSeq: index,
})

const entryCount = Number(process.argv[2] ?? 1_000_000)

const fillBook = async (): Promise<number> => {
  const { tables } = readSettings()
  const store = documentClient()
  const journal = dynamoJournal(store, tables.journal)
  await dynamoMerchants(store, tables.merchants).save({
    merchantId: book.merchantId,
    name: 'Hot',
    currency: terms.currency,
    calendar: [{ from: null, timeZone: 'UTC', dayStartsAt: '00:00' }],
    lateEntries: 'nextOpenDay',
    revision: 1,
  })
  await dynamoHeads(store, tables.days).open(book)
  let state = emptyBook(book, terms)
  let bytes = 0
  for (let from = 0; from < entryCount; from += PER_SEGMENT) {
    const length = Math.min(PER_SEGMENT, entryCount - from)
    const entries = Array.from({ length }, (_, offset) => anEntry(from + offset))
    const segment = nextSegment(state, entries)
    const sealed = sealSegment(state, segment)
    await journal.append(sealed)
    bytes += sealed.entries.length + sealed.view.length + 150
    state = evolve(state, { ...segment, hash: sealed.hash })
  }
  return bytes
}

/** In a process of its own, so that its memory is only that of a worker. */
const appendCold = (): Promise<{ seconds: number; peakMiB: number }> =>
  new Promise((resolve, reject) => {
    const data = Buffer.from(encodeEntries([entryLine(anEntry(entryCount))])).toString('base64')
    const child = fork(new URL('cold-worker.ts', import.meta.url), [data], { execArgv: [] })
    child.once('message', (message) => resolve(message as { seconds: number; peakMiB: number }))
    child.once('error', reject)
  })

const services = await startTestServices()
try {
  await provision({ kinesis: kinesisClient(), dynamodb: documentClient() }, readSettings())
  const bytes = await fillBook()
  const { seconds, peakMiB } = await appendCold()
  const readUnits = Math.ceil(bytes / 4096)
  console.log(`entries in the book       ${entryCount.toLocaleString('en')}`)
  console.log(`bytes in the journal      ${bytes.toLocaleString('en')} (${(bytes / entryCount).toFixed(1)} an entry)`)
  console.log(`first append, cold        ${seconds.toFixed(2)} s`)
  console.log(`peak memory of the worker ${peakMiB.toFixed(0)} MiB`)
  console.log(`read units                ${readUnits.toLocaleString('en')} (strongly consistent, 4 KiB each)`)
} finally {
  await services.stop()
}
