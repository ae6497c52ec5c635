/**
 * Gives a worker with an empty cache one entry for a book of a million. Measures the time until the entry is appended, the
 * memory, and the read units. Stream and store are those of the local system.
 */
import { randomUUID } from 'node:crypto'
import { fork } from 'node:child_process'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { dynamoHeads } from '#adapters/heads/dynamo-heads'
import { provision } from '#infra/local/provision'
import { s3Client } from '#adapters/aws/s3'
import { startTestServices } from '#infra/local/test-services'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { Currency } from '#ledger/money'
import { aRule } from '#test/builders'
import { readSettings } from '#infra/settings'
import { sealSegment } from '#wire/journal/segment'
import { entryLine, encodeEntries } from '#wire/stream/record'
import type { Figure } from '../rig/figure.ts'
import { median } from '../rig/rounds.ts'

const ENTRIES = 1_000_000
const PER_SEGMENT = 2_000
const book: BookId = { merchantId: 'hot' as MerchantId, day: '2026-11-19' as BusinessDay }
const terms = { currency: 'BRL' as Currency, startsAtMs: Date.parse('2026-11-19T00:00:00Z') }

export const measureColdBook = async (): Promise<readonly Figure[]> => {
  const services = await startTestServices()
  try {
    await provision({ kinesis: kinesisClient(), dynamodb: documentClient(), s3: s3Client() }, readSettings())
    const bytes = await fillBook()
    const workers = [await appendCold(), await appendCold(), await appendCold()]
    return [
      {
        what: 'a worker that knows nothing: first append to a book of a million entries',
        value: median(workers.map(({ seconds }) => seconds)),
        unit: 's',
        target: { below: 3 },
        note: `random UUIDs; ${Math.ceil(bytes / 4096)} read units, ${(bytes / ENTRIES).toFixed(1)} bytes an entry`,
      },
      {
        what: '— its memory at most',
        value: Math.max(...workers.map(({ peakMB }) => peakMB)),
        unit: 'MB',
        target: { below: 300 },
      },
    ]
  } finally {
    await services.stop()
  }
}

const anEntry = (index: number): Entry => ({
  entryId: randomUUID() as string as EntryId,
  merchantId: book.merchantId,
  businessDay: book.day,
  direction: 'credit',
  amountMinor: BigInt(100 + ((index * 7919) % 100_000)),
  currency: terms.currency,
  occurredAtMs: terms.startsAtMs + Math.floor((index * 86_000_000) / ENTRIES),
  receivedAtMs: terms.startsAtMs + Math.floor((index * 86_000_000) / ENTRIES) + 250,
  method: 'pix',
  terminalId: `till-${index % 5}`,
  terminalSeq: index,
})

const fillBook = async (): Promise<number> => {
  const { tables } = readSettings()
  const client = documentClient()
  const journal = dynamoJournal(client, tables.journal)
  await dynamoMerchants(client, tables.merchants).save({
    merchantId: book.merchantId,
    name: 'Hot',
    currency: terms.currency,
    calendar: [aRule({ timeZone: 'UTC' })],
    lateEntries: 'nextOpenDay',
    revision: 1,
  })
  await dynamoHeads(client, tables.days).open(book)
  let state = emptyBook(book, terms)
  let bytes = 0
  for (let from = 0; from < ENTRIES; from += PER_SEGMENT) {
    const length = Math.min(PER_SEGMENT, ENTRIES - from)
    const entries = Array.from({ length }, (_, offset) => anEntry(from + offset))
    const segment = nextSegment(state, entries)
    const sealed = sealSegment(state, segment)
    await journal.append(sealed)
    bytes += sealed.entries.length + sealed.view.length + 150
    state = evolve(state, { ...segment, hash: sealed.hash })
  }
  return bytes
}

/** The worker runs in its own process, so that the memory is only that of a worker. */
const appendCold = (): Promise<{ seconds: number; peakMB: number }> =>
  new Promise((resolve, reject) => {
    const data = Buffer.from(encodeEntries([entryLine(anEntry(ENTRIES))])).toString('base64')
    const child = fork(new URL('../rig/cold-worker.ts', import.meta.url), [data], { execArgv: [] })
    child.once('message', (message) => resolve(message as { seconds: number; peakMB: number }))
    child.once('error', reject)
  })
