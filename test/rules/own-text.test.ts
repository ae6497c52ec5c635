import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { parseBatchText } from '#wire/http/batch'
import { decodeRecord, encodeEntries, entryLine } from '#wire/stream/record'
import { anEntry, merchantId } from '../builders.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

// Longer than what Node copies by itself.
const longId = (number: number) => `merchant-with-a-long-id-${number}`
const TEXTS = 300
const TEXT_LENGTH = 100_000

const batchText = (number: number): string => {
  const { merchantId: _m, amountMinor: _a, occurredAtMs: _o, receivedAtMs: _r, businessDay: _b, ...rest } = anEntry()
  const entry = { ...rest, merchantId: longId(number), amount: 1, occurredAt: '2026-11-20T12:00:00Z' }
  return JSON.stringify({ entries: [entry] }) + ' '.repeat(TEXT_LENGTH)
}

const record = (number: number): Uint8Array => {
  const filler = Array.from({ length: 400 }, (_, index) =>
    entryLine(anEntry({ reference: `${number} ${index}`.padEnd(100) })),
  )
  return encodeEntries([entryLine(anEntry({ merchantId: merchantId(longId(number)) })), ...filler])
}

const ofBatch = (number: number): string => {
  const batch = parseBatchText(batchText(number))
  const [input] = batch.ok ? batch.value : []
  return input?.ok === true ? input.value.merchantId : expect.fail()
}

const ofRecord = (number: number): string => {
  const decoded = decodeRecord(record(number))
  const [first] = decoded.ok && decoded.value.kind === 'entries' ? decoded.value.entries : []
  return first?.entry.ok === true ? first.entry.value.merchantId : expect.fail()
}

test.each([
  { from: 'a batch', idOf: ofBatch },
  { from: 'a stream record', idOf: ofRecord },
])('a merchant’s id that is kept in memory does not keep the text of $from in memory', ({ idOf }) => {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: TEXTS }, (_, number) => idOf(number))
  collectGarbage()
  const grown = process.memoryUsage().heapUsed - before
  expect(new Set(kept).size).toBe(TEXTS)
  expect(grown).toBeLessThan((TEXTS * TEXT_LENGTH) / 4)
})
