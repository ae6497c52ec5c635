/** Parts that the statements to the archive have in common. */

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A further condition on a column, unless there are so many values that asking for everything is better. */
export const oneOf = (column: string, values: readonly string[] | 'all'): string =>
  values === 'all' || values.length > MOST_VALUES ? '' : `AND ${column} IN (${values.map(literal).join(', ')})`

/**
 * A row without a merchant belongs to the merchant '', which cannot be registered. So the row shows up as a fault of
 * the archive.
 */
export const MERCHANT_ID = "coalesce(merchant_id, '')"

/** The condition for rows whose `MERCHANT_ID` is one of these. */
export const ofMerchants = (merchants: readonly string[] | 'all'): string =>
  merchants !== 'all' && merchants.includes('') ? '' : oneOf('merchant_id', merchants)

// Athena takes statements of 256 KB, and an id has at most 64 characters.
const MOST_VALUES = 2_000
