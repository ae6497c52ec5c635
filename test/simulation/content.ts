import type { Entry } from '#ledger/entry'

/** Everything a client says of an entry, as text. */
export const contentOf = (entry: Entry): string => {
  const known = contents.get(entry)
  if (known !== undefined) return known
  const { receivedAtMs: _ignored, ...said } = entry
  const content = JSON.stringify(
    Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
  )
  contents.set(entry, content)
  return content
}

/** The oracle asks for the same entries again and again. */
const contents = new WeakMap<Entry, string>()
