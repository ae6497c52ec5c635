/**
 * `npm run vectors` writes docs/vectors/book.json anew: needed when the format of stored segments changes. The hashes in it
 * are proven by docs/vectors/verify.py, which shares no code with this.
 */
import { writeFileSync } from 'node:fs'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import { contentHash, type Entry } from '#ledger/entry'
import { digestOf } from '#ledger/segment'
import { parseEntryText } from '#wire/entry/schema'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { aBookId, someTerms } from './builders.ts'

const sent = (id: string, amount: number, at: string, more: object = {}): string => {
  const entry = { entryId: id, merchantId: 'm1', direction: 'credit', amount, currency: 'BRL' }
  return JSON.stringify({ ...entry, occurredAt: `2026-11-20T${at}`, ...more })
}

const SEGMENTS: readonly (readonly string[])[] = [
  [
    sent('sale-1', 1250, '09:30:00-03:00', { method: 'pix', terminalId: 'till-1', terminalSeq: 17 }),
    sent('sale-2', 990, '12:31:00.123456Z', { metadata: { 10: 'ten', 9: 'nine', '\ufb33': 'later', '😀': 'earlier' } }),
    sent('sale-1.refund', 250, '09:40:00-03:00', { direction: 'debit', reverses: 'sale-1' }),
  ],
  // Ids that are UUIDs are stored as bytes.
  [
    sent('0198f6c2-3a40-7000-8000-00000000000a', 1, '00:00:00-03:00'),
    sent('0198f6c2-3a40-7000-8000-00000000000b', 1_000_000_000_000, '23:59:59.999-03:00', { method: 'transfer' }),
  ],
  // As much as is stored compressed.
  Array.from({ length: 12 }, (_, index) =>
    sent(`order-${index + 1}`, 100 * (index + 1), `1${index % 10}:00:0${index % 10}-03:00`, {
      category: ['bread', 'coffee', 'cake'][index % 3],
      description: `Table ${index + 1}: "pão de queijo"\nand a coffee`,
      reference: `receipt ${4711 + 7 * index}`,
    }),
  ),
  // A segment may hold no entries.
  [],
]

const entryOf = (text: string): Entry => {
  const read = parseEntryText(text)
  if (!read.ok || !read.value.ok) throw new Error(`no valid entry: ${text}`)
  const content = read.value.value
  return { ...content, businessDay: aBookId().day, receivedAtMs: content.occurredAtMs + 250 }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const bookVector = () => {
  let book = emptyBook(aBookId(), someTerms)
  const hashes: { entryId: string; contentHash: ReturnType<typeof contentHash> }[] = []
  const segments = SEGMENTS.map((texts) => {
    const entries = texts.map(entryOf)
    const sealed = sealSegment(book, nextSegment(book, entries))
    book = evolve(book, openSegment(sealed).segment)
    const holds = entries.map((entry, index) => ({
      entryId: entry.entryId,
      sent: texts[index],
      contentHash: contentHash(entry),
    }))
    hashes.push(...holds)
    return {
      number: sealed.number,
      credits: Number(sealed.totals.creditsMinor),
      debits: Number(sealed.totals.debitsMinor),
      entryCount: sealed.totals.entryCount,
      view: base64(sealed.view),
      entries: base64(sealed.entries),
      hash: sealed.hash,
      digest: digestOf(hashes),
      holds,
    }
  })
  const { merchantId, day } = aBookId()
  return { format: 'daybook book vector, version 1', merchantId, businessDay: day, segments }
}

const file = new URL('../docs/vectors/book.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(bookVector(), null, 2)}\n`)
