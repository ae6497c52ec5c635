import type { Entry } from '#ledger/entry'
import type { SealedSegment } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'

/** The entries that count in the book of a segment. */
export const entriesOf = (sealed: SealedSegment): readonly Entry[] => openSegment(sealed).segment.entries
