import type { HeldBook, Recorded } from '#processors/rebuild/book-recorder'
import { counted } from './terminal.ts'

/** How many entries had been counted before, as far as that is known of a book that could not be used. */
export const duplicatesIn = ({ entries, counted: newlyCounted, setAside, heldBooks }: Recorded): number =>
  Math.max(0, entries - newlyCounted - setAside - heldBooks.reduce((sum, held) => sum + held.entries, 0))

/** Lines that name the books that could not take their entries. */
export const heldLines = (held: readonly HeldBook[]): readonly string[] => [
  ...held
    .slice(0, MOST_NAMED)
    .map(
      ({ book: { merchantId, day }, entries, reason }) =>
        `✗ ${merchantId} ${day}: ${counted(entries, 'entry', 'entries')} not recorded, because the book cannot be used: ${reason}`,
    ),
  ...(held.length > MOST_NAMED ? [`✗ and ${counted(held.length - MOST_NAMED, 'more book', 'more books')}`] : []),
]

const MOST_NAMED = 20
