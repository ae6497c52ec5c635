/**
 * Measures the CPU per entry of each pure step between its request and its sealed segment, in blocks of 500 of one
 * merchant. The steps take turns, so that other work on the machine affects all of them.
 */
import { hash } from 'node:crypto'
import { decide, emptyBook, evolve, nextSegment } from '#ledger/book'
import { stampDay } from '#ledger/calendar'
import { foldEntries } from '#ledger/day-view'
import { contentHash, type Entry } from '#ledger/entry'
import { contentFingerprint, idFingerprint } from '#ledger/memory/fingerprint'
import { sealingHash } from '#ledger/segment'
import { parseBatchText } from '#wire/http/batch'
import { packEntries } from '#wire/journal/packed-entries'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { packView } from '#wire/journal/packed-view'
import { decodeRecord, encodeEntries, entryLine } from '#wire/stream/record'
import { fullDay } from '../rig/full-day.ts'
import type { Figure } from '../rig/figure.ts'
import { cpuMicros, median } from '../rig/rounds.ts'
import { asSent, bookOf, merchantOf, terms, trade, type Trade } from '../rig/trade.ts'

const BLOCK = 500
const WARM_UP_ROUNDS = 3
const ROUNDS = 9
const ROUND_MS = 30

export const measureSteps = async (): Promise<readonly Figure[]> => {
  const steps = Object.entries(stepsOn(trade({ merchantCount: 1, ids: 'till', perRequest: BLOCK })))
  const costs = new Map(steps.map(([name]) => [name, [] as number[]]))
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const [name, step] of steps) {
      const cost = costPerBlock(step)
      if (round >= WARM_UP_ROUNDS) costs.get(name)?.push(cost / BLOCK)
    }
  }
  return Array.from(costs, ([name, ofStep]) => ({
    what: `step: ${name}`,
    value: median(ofStep),
    unit: 'µs of CPU an entry',
  }))
}

const costPerBlock = (step: () => unknown): number => {
  const before = cpuMicros()
  const untilMs = performance.now() + ROUND_MS
  let blocks = 0
  for (; performance.now() < untilMs; blocks += 1) step()
  return (cpuMicros() - before) / blocks
}

const stepsOn = ({ shops, request }: Trade): Record<string, () => unknown> => {
  const [shop] = shops
  if (shop === undefined) throw new Error('no shop')
  const { calendar } = merchantOf(shop.merchantId)
  const id = bookOf(shop.merchantId)
  // A book with a full day's view that knows the ids of twenty earlier blocks.
  const { segment: firstSegment } = openSegment(fullDay(shop))
  let book = evolve(emptyBook(id, terms), firstSegment)
  for (let block = 0; block < 20; block += 1) {
    const segment = nextSegment(book, request())
    book = evolve(book, { ...segment, hash: book.hash })
  }

  const entries = request()
  const body = JSON.stringify({ entries: entries.map(asSent) })
  const lines = entries.map(entryLine)
  const record = encodeEntries(lines)
  const candidates = entries.map((entry) => ({ entry }))
  const segment = nextSegment(book, entries)
  const { hash: _hash, ...unsealed } = sealSegment(book, segment)

  return {
    // This step has none of our code. It makes runs on machines of other speed or load comparable.
    'yardstick, SHA-256 of 256 bytes': () => entries.map(() => hash('sha256', YARDSTICK, 'hex')),
    'parse JSON alone, as Node does': () => JSON.parse(body) as unknown,
    'parse and validate': () => parseBatchText(body),
    'business day': () => entries.map(({ occurredAtMs }) => stampDay(calendar, occurredAtMs)),
    'write the lines of a record': () => entries.map(entryLine),
    'compress a record': () => encodeEntries(lines),
    'read a record': () => decodeRecord(record),
    'fingerprints of id and content': () => entries.forEach(fingerprint),
    'content hash (only where others check it)': () => entries.map(contentHash),
    decide: () => decide(book, candidates),
    fold: () => foldEntries(book.view, entries, terms.startsAtMs),
    'pack a segment': () => packEntries(entries, terms),
    'pack the day view': () => packView(terms, segment.view),
    'seal (chain hash)': () => sealingHash(book.hash, unsealed),
    'remember the ids': () => evolve(emptyBook(id, terms), { ...segment, number: 1, hash: book.hash }),
  }
}

const YARDSTICK = 'y'.repeat(256)

const words = new Uint32Array(4)

const fingerprint = (entry: Entry): void => {
  idFingerprint(entry.entryId, words)
  contentFingerprint(entry, words)
}
