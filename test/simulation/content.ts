import type { Entry } from '#ledger/entry'

/** Everything a client says of an entry, as text. */
export const contentOf = ({ receivedAtMs: _ignored, ...said }: Entry): string =>
  JSON.stringify(
    Object.entries(said).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
  )
