/**
 * `npm run vectors` writes docs/vectors/book.json anew: needed when the format of stored segments changes. The hashes in it
 * are proven by docs/vectors/verify.py, which shares no code with this.
 */
import { writeFileSync } from 'node:fs'
import { emptyBook, evolve, nextSegment } from '#ledger/book'
import { contentHash, type Entry } from '#ledger/entry'
import type { BusinessDay } from '#ledger/identifiers'
import { sealHash, sealText, type Seal, type SealHash } from '#ledger/seal'
import { countsIn, digestOf, type Mark } from '#ledger/segment'
import { parseEntryText } from '#wire/entry/schema'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { aBookId, someTerms } from './builders.ts'

const sent = (id: string, amount: number, at: string, more: object = {}): string => {
  const entry = { entryId: id, merchantId: 'm1', direction: 'credit', amount, currency: 'BRL' }
  return JSON.stringify({ ...entry, occurredAt: `2026-11-20T${at}`, ...more })
}

const SEGMENTS: readonly { readonly texts: readonly string[]; readonly mark?: Mark }[] = [
  {
    texts: [
      sent('sale-1', 1250, '09:30:00-03:00', { method: 'pix', terminalId: 'till-1', terminalSeq: 17 }),
      sent('sale-2', 990, '12:31:00.123456Z', {
        metadata: { 10: 'ten', 9: 'nine', '\ufb33': 'later', '😀': 'earlier' },
      }),
      sent('sale-1.refund', 250, '09:40:00-03:00', { direction: 'debit', reverses: 'sale-1' }),
    ],
  },
  // Ids that are UUIDs are stored as bytes.
  {
    texts: [
      sent('0198f6c2-3a40-7000-8000-00000000000a', 1, '00:00:00-03:00'),
      sent('0198f6c2-3a40-7000-8000-00000000000b', 1_000_000_000_000, '23:59:59.999-03:00', { method: 'transfer' }),
    ],
  },
  // As much as is stored compressed.
  {
    texts: Array.from({ length: 12 }, (_, index) =>
      sent(`order-${index + 1}`, 100 * (index + 1), `1${index % 10}:00:0${index % 10}-03:00`, {
        category: ['bread', 'coffee', 'cake'][index % 3],
        description: `Table ${index + 1}: "pão de queijo"\nand a coffee`,
        reference: `receipt ${4711 + 7 * index}`,
      }),
    ),
  },
  // A segment may hold no entries. This one closes the day.
  { texts: [], mark: { kind: 'closing' } },
  // What came later: counted in the day, which is issued again; counted on another day; and set aside.
  { texts: [sent('late-1', 700, '13:00:00-03:00')], mark: { kind: 'restating', restatement: 1 } },
  { texts: [sent('late-2', 800, '14:00:00-03:00')], mark: { kind: 'redirecting', to: '2026-11-22' as BusinessDay } },
  { texts: [sent('late-3', 900, '15:00:00-03:00')], mark: { kind: 'setting-aside', reason: 'day-closed' } },
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
  const seals: { text: string; hash: SealHash }[] = []
  const segments = SEGMENTS.map(({ texts, mark }) => {
    const entries = texts.map(entryOf)
    const sealed = sealSegment(book, nextSegment(book, entries, mark))
    book = evolve(book, openSegment(sealed).segment)
    const holds = entries.map((entry, index) => ({
      entryId: entry.entryId,
      sent: texts[index],
      contentHash: contentHash(entry),
    }))
    if (countsIn(mark)) hashes.push(...holds)
    if (mark?.kind === 'closing' || mark?.kind === 'restating') {
      const previous = seals.at(-1)?.hash ?? null
      const { merchantId, day } = aBookId()
      const { totals, hash: chainHash } = sealed
      const version = seals.length + 1
      const seal: Seal = { merchantId, day, version, totals, chainHash, digest: digestOf(hashes), previous }
      seals.push({ text: sealText(seal), hash: sealHash(seal) })
    }
    return {
      number: sealed.number,
      credits: Number(sealed.totals.creditsMinor),
      debits: Number(sealed.totals.debitsMinor),
      entryCount: sealed.totals.entryCount,
      ...(sealed.mark !== undefined && { mark: sealed.mark }),
      view: base64(sealed.view),
      entries: base64(sealed.entries),
      hash: sealed.hash,
      digest: digestOf(hashes),
      holds,
    }
  })
  const { merchantId, day } = aBookId()
  return { format: 'daybook book vector, version 2', merchantId, businessDay: day, segments, seals }
}

const file = new URL('../docs/vectors/book.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(bookVector(), null, 2)}\n`)
