import type { Entry } from '#ledger/entry'

/**
 * The `Location` of an entry, which the query API answers, so it starts with that service's URL. Without the URL there
 * is none.
 */
export const locationOf = ({ entryId, merchantId, businessDay }: Entry, queryUrl: string | undefined) =>
  queryUrl === undefined
    ? undefined
    : // No character of an id or a day needs escaping in a path.
      { location: `${queryUrl}/v1/merchants/${merchantId}/days/${businessDay}/entries/${entryId}` }
