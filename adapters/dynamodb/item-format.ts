import { UnknownFormat } from '#ledger/ports'

/** Throws when an item is stored in a format that is not known here: it is never guessed at. `item` begins a sentence. */
export const requireFormat = (found: number | undefined, known: number, item: string): void => {
  if (found === known) return
  throw new UnknownFormat(
    `${item} is stored in format ${String(found)}, and only ${known} is known here. ` +
      'Read it with the version of Daybook that stored it.',
  )
}
