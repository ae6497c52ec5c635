/** Compares the books and the quarantine of a shop with the answers that clients got. */
import type { LatePolicy } from '#ledger/merchant'
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

/** What a shop was told and what is listed of one business day of its entries. */
type OfDay = {
  /** Merchant and day, for findings. */
  readonly book: string
  /** The entries whose own day it is, with the day in which each is listed. */
  readonly rows: readonly Listed[]
  readonly setAside: readonly SetAside[]
  readonly sent: SentToBook
  /** The policy of the shop for entries that come after the day was closed; undefined while it is open. */
  readonly lateEntries: LatePolicy | undefined
  readonly findings: Findings
}

export type Listed = { readonly row: Row; readonly countedOn: string }

export const compareWithSent = ({ book, rows, setAside, sent, lateEntries, findings }: OfDay): void => {
  const counted = new Map<string, string>()
  for (const { row, countedOn } of rows) {
    const id = `${book}/${row.entryId}`
    const content = contentOfRow(row)
    const outcome = sent.get(row.entryId)?.get(content)
    if (counted.has(row.entryId)) findings.add(COUNTED_TWICE, id)
    const isPassedOn = lateEntries === 'nextOpenDay' && countedOn > row.businessDay
    if (countedOn !== row.businessDay && !isPassedOn) findings.add('counted on a day that is not its own', id)
    if (outcome === undefined) findings.add('counted, but never sent like that', `${id} ${content}`)
    if (outcome === 'refused') findings.add('counted, but refused', id)
    counted.set(row.entryId, content)
  }

  const aside = new Set<string>()
  /** The ids that are taken by an entry that came too late. */
  const late = new Set<string>()
  for (const { entry, reason } of setAside) {
    if (reason === 'day-closed' && entry !== undefined && lateEntries === 'quarantine') late.add(entry.entryId)
  }
  for (const { entry, reason } of setAside) {
    const id = `${book}/${entry?.entryId}`
    const content = entry && contentOfRow(entry)
    const outcome = content && sent.get(entry.entryId)?.get(content)
    const isExpected = reason === 'content-conflict' || (reason === 'day-closed' && lateEntries === 'quarantine')
    if (content === undefined || !isExpected) findings.add(`in quarantine as ${reason}`, id)
    else if (outcome === undefined || outcome === 'refused') findings.add('in quarantine, but never accepted', id)
    else if (aside.has(content)) findings.add('in quarantine twice', id)
    else if (counted.get(entry?.entryId ?? '') === content) findings.add('both counted and in quarantine', id)
    else if (reason === 'day-closed' && counted.has(entry?.entryId ?? ''))
      findings.add('late, although its id is counted', id)
    else if (reason === 'content-conflict' && !counted.has(entry?.entryId ?? '') && !late.has(entry?.entryId ?? '')) {
      findings.add('in quarantine, with nothing counted', id)
    }
    if (content !== undefined) aside.add(content)
  }

  for (const [entryId, contents] of sent) {
    for (const [content, outcome] of contents) {
      if (outcome !== 'acknowledged' || counted.get(entryId) === content) continue
      const id = `${book}/${entryId}`
      if (!counted.has(entryId) && !late.has(entryId)) findings.add(NOT_COUNTED, id)
      else if (!aside.has(content)) findings.add('acknowledged, and neither counted nor in quarantine', id)
    }
  }
}

export const COUNTED_TWICE = 'counted more than once'
export const NOT_COUNTED = 'acknowledged and not counted'
