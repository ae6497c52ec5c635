import type { EntryContent } from '#ledger/entry'
import { EntryScanner } from './scanner.ts'

/** The entry, when the whole text is a usual one. Undefined says only that it is not: it may be valid all the same. */
export const readUsualEntry = (text: string): EntryContent | undefined => {
  const scanner = new EntryScanner(text)
  const entry = scanner.entry()
  return scanner.isAtEnd() ? entry : undefined
}
