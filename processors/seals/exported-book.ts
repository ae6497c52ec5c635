/**
 * A book as one JSON value that an outside program checks without Daybook: docs/hashes.md has its format, and
 * docs/vectors/verify.py is such a program. The chain hashes prove the stored bytes, the digest proves the entries, and the
 * seals hold both.
 */
import { wholeChain } from '#ledger/chain'
import { canonicalContent } from '#ledger/entry'
import type { BookId } from '#ledger/identifiers'
import type { IssuedSeal } from '#ledger/issued-seals'
import type { Journal } from '#ledger/ports'
import { sealHash, sealKey, sealText } from '#ledger/seal'
import { openSegment } from '#wire/journal/segment'
import type { SealedBook } from './verify-sealed-book.ts'

const EXPORT_FORMAT = 2

/** Of a book that was verified. When the book has grown since, the later segments are left out. */
export const exportedBook = async (
  journal: Pick<Journal, 'read' | 'end'>,
  { merchantId, day }: BookId,
  { lastSegment: last, digest, hash }: SealedBook,
  issued: readonly IssuedSeal[],
) => {
  const segments = []
  for await (const sealed of wholeChain(journal, { merchantId, day })) {
    if (sealed.number > last) break
    const { number, totals, mark, view, entries, hash } = sealed
    const { segment } = openSegment(sealed)
    segments.push({
      number,
      credits: totals.creditsMinor,
      debits: totals.debitsMinor,
      entryCount: totals.entryCount,
      ...(mark !== undefined && { mark }),
      view: Buffer.from(view).toString('base64'),
      entries: Buffer.from(entries).toString('base64'),
      hash,
      contents: [...segment.entries, ...segment.passedOn].map(canonicalContent),
    })
  }
  const seals = issued.map(({ seal, segment, issuedIn }) => ({
    version: seal.version,
    segment,
    issuedIn,
    object: sealKey(seal),
    text: sealText(seal),
    hash: sealHash(seal),
  }))
  return { format: EXPORT_FORMAT, kind: 'daybook-book', merchantId, businessDay: day, segments, hash, digest, seals }
}
