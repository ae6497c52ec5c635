import { UnknownFormat } from '#ledger/ports'

/** Throws when an item has an unknown format, because guessing could misread it. `item` begins the error's sentence. */
export const requireFormat = (found: number | undefined, known: number, item: string): void => {
  if (found === known) return
  throw new UnknownFormat(
    `${item} is stored in format ${String(found)}, and only ${known} is known here. ` +
      'Read it with the version of Daybook that stored it.',
  )
}
