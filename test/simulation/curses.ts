/**
 * Entries on which our own code throws each time, although no entry is wrong. The description of an entry names the code
 * that throws. The production code of a simulation is loaded with these faults in it; its sources stay as they are.
 */
import type { LoadHookSync } from 'node:module'
import type { Entry } from '#ledger/entry'
import { sourceOf } from './loaded-source.ts'

/** What a curse breaks. An entry that cannot be read is no entry for the journal and for the archive. */
export const CURSES = ['cursed: packing', 'cursed: folding', 'cursed: reading'] as const

export const isCursed = ({ description }: Pick<Entry, 'description'>): boolean =>
  CURSES.some((curse) => curse === description)

export const isCursedToRead = ({ description }: Pick<Entry, 'description'>): boolean =>
  description === 'cursed: reading'

type Insertion = { readonly file: string; readonly after: string; readonly code: string }

const INSERTIONS: readonly Insertion[] = [
  {
    file: 'wire/journal/packed-entries.ts',
    after: 'export const packEntries = (entries: readonly Entry[], terms: BookTerms): Uint8Array => {',
    code: `if (entries.some(({ description }) => description === 'cursed: packing')) throw new TypeError('cursed')`,
  },
  {
    file: 'ledger/day-view.ts',
    after:
      'export const foldEntries = (view: DayView, entries: readonly Entry[], startsAtMs: number, areLate = false): DayView => {',
    code: `if (entries.some(({ description }) => description === 'cursed: folding')) throw new TypeError('cursed')`,
  },
  {
    file: 'wire/stream/record.ts',
    after: 'export const parseEntryLine = (line: string): Result<Entry, string> => {',
    code: `if (line.includes('"cursed: reading"')) throw new TypeError('cursed')`,
  },
  {
    // A record of full size proves that there is memory for one, and here there always is. Reading one at every curse
    // would take a quarter of the time of all histories.
    file: 'processors/good-record.ts',
    after: 'Math.ceil(FULL_RECORD_BYTES',
    code: '/ 200',
  },
]

/** A hook for Node's module loader. It keeps the line numbers, and what other hooks have changed. */
export const curse: LoadHookSync = (url, context, nextLoad) => {
  const loaded = nextLoad(url, context)
  const { pathname } = new URL(url)
  if (!INSERTIONS.some(({ file }) => pathname.endsWith(`/${file}`))) return loaded
  return { ...loaded, source: withCurse(pathname, sourceOf(url, loaded.source)) }
}

/** The text of a module with its fault in it, if it is to have one. */
export const withCurse = (path: string, source: string): string => {
  const insertion = INSERTIONS.find(({ file }) => path.endsWith(`/${file}`))
  if (insertion === undefined) return source
  const { after, code } = insertion
  if (source.split(after).length !== 2) throw new Error(`the curse no longer fits ${insertion.file}`)
  return source.replace(after, () => `${after} ${code}`)
}
