/** Compares a book and its quarantine with the answers that clients got. */
import type { Sale } from '#test/flows/client'
import type { Findings } from './findings.ts'
import { contentOf, type SentToBook } from './witness.ts'

export type Row = Sale & { readonly businessDay: string; readonly receivedAt: string; readonly segment?: number }
export type SetAside = {
  readonly quarantineId: string
  readonly merchantId?: string
  readonly businessDay?: string
  readonly reason: string
  readonly entry?: Row
}

/** The content as a client sends it, without the fields that the system adds. */
const contentOfRow = ({ businessDay: _day, receivedAt: _at, segment: _segment, ...sale }: Row): string =>
  contentOf(sale)

type OfBook = {
  readonly book: string
  readonly rows: readonly Row[]
  readonly setAside: readonly SetAside[]
  readonly sent: SentToBook
  readonly findings: Findings
}

export const compareWithSent = ({ book, rows, setAside, sent, findings }: OfBook): void => {
  const counted = new Map<string, string>()
  for (const row of rows) {
    const id = `${book}/${row.entryId}`
    const content = contentOfRow(row)
    const outcome = sent.get(row.entryId)?.get(content)
    if (counted.has(row.entryId)) findings.add(COUNTED_TWICE, id)
    if (row.businessDay !== book.slice(-10)) findings.add('counted on a day that is not its own', id)
    if (outcome === undefined) findings.add('counted, but never sent like that', `${id} ${content}`)
    if (outcome === 'refused') findings.add('counted, but refused', id)
    counted.set(row.entryId, content)
  }

  const aside = new Set<string>()
  for (const { entry, reason } of setAside) {
    const id = `${book}/${entry?.entryId}`
    const content = entry && contentOfRow(entry)
    const outcome = content && sent.get(entry.entryId)?.get(content)
    if (content === undefined || reason !== 'content-conflict') findings.add(`in quarantine as ${reason}`, id)
    else if (outcome === undefined || outcome === 'refused') findings.add('in quarantine, but never accepted', id)
    else if (aside.has(content)) findings.add('in quarantine twice', id)
    else if (counted.get(entry?.entryId ?? '') === content) findings.add('both counted and in quarantine', id)
    else if (!counted.has(entry?.entryId ?? '')) findings.add('in quarantine, with nothing counted', id)
    if (content !== undefined) aside.add(content)
  }

  for (const [entryId, contents] of sent) {
    for (const [content, outcome] of contents) {
      if (outcome !== 'acknowledged' || counted.get(entryId) === content) continue
      const id = `${book}/${entryId}`
      if (!counted.has(entryId)) findings.add(NOT_COUNTED, id)
      else if (!aside.has(content)) findings.add('acknowledged, and neither counted nor in quarantine', id)
    }
  }
}

export const COUNTED_TWICE = 'counted more than once'
export const NOT_COUNTED = 'acknowledged and not counted'
