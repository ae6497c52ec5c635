import type { Entry } from '#ledger/entry'
import type { SealedSegment } from '#ledger/segment'
import { unpackEntries } from '#wire/journal/packed-entries'
import { unpackView } from '#wire/journal/packed-view'

export const entriesOf = ({ book, totals, view, entries }: SealedSegment): Entry[] =>
  unpackEntries(entries, book, unpackView(view, totals).terms)
