/** What the key of an object of the archive says. Both readers of the archive, and Athena, go by the same rule. */
import { parseBusinessDay, type BusinessDay } from '#ledger/identifiers'
import { dayPrefix, ENTRIES, type ArchiveTable } from './columns.ts'

export type ArchiveKey = {
  /** The partition that the object stands in, of decisions a UTC date; absent where the key names none. */
  readonly businessDay?: BusinessDay
  /** Why the object's rows are no part of the archive. */
  readonly unreadable?: string
}

/** Undefined for an empty object that marks a folder; S3's console makes such objects. */
export const readArchiveKey = (
  { key, bytes }: { key: string; bytes: number },
  table: ArchiveTable = ENTRIES,
): ArchiveKey | undefined => {
  if (bytes === 0 && key.endsWith('/')) return undefined
  const day = parseBusinessDay(new RegExp(`^${dayPrefix(table, '([^/]*)')}`).exec(key)?.[1] ?? '')
  if (!day.ok) return { unreadable: 'its key names no business day' }
  if (isHidden(key)) return { businessDay: day.value, unreadable: HIDDEN }
  if (bytes === 0) return { businessDay: day.value, unreadable: 'it is empty' }
  return { businessDay: day.value }
}

/** Athena passes over such objects, without a word. */
export const isHidden = (key: string): boolean => key.split('/').some((part) => /^[_.]/.test(part))

export const HIDDEN = 'a part of its key begins with "_" or ".", so Athena passes over it'
