/** What the statements to the archive have in common. */

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A further condition, unless there are so many values that it is better to ask for everything. */
export const oneOf = (column: string, values: readonly string[] | 'all'): string =>
  values === 'all' || values.length > MOST_VALUES ? '' : `AND ${column} IN (${values.map(literal).join(', ')})`

// Athena takes statements of 256 KB, and an id has at most 64 characters.
const MOST_VALUES = 2_000
