import type { QueryResult } from '#ledger/archive'

/** The parts of an answer as one. */
export const wholeResult = async (parts: AsyncIterable<QueryResult>): Promise<QueryResult> => {
  let columns: QueryResult['columns'] = []
  const rows: QueryResult['rows'][number][] = []
  for await (const part of parts) {
    columns = part.columns
    for (const row of part.rows) rows.push(row)
  }
  return { columns, rows }
}
