/** Compares the sums that SQL computes from the archive's objects with those of the query API, for every book. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Merchant } from '#ledger/merchant'
import { queryApi, type QueryApiParts } from '#query-api/app'
import { measuredAccess } from '../access.ts'

type Sum = { readonly entryCount: number; readonly credits: number; readonly debits: number }

/** Describes each book that differs. */
export const compareWithApi = async (
  files: string,
  day: string,
  merchants: readonly Merchant[],
  parts: Pick<QueryApiParts, 'store' | 'openShards'>,
): Promise<readonly string[]> => {
  const archive = await sumsBySql(files)
  const stopping = new AbortController()
  const { access, token } = await measuredAccess()
  const api = queryApi({
    ...access,
    ...parts,
    clock: Date.now,
    timer: { nowMs: () => performance.now(), sleep },
    every: () => () => {},
    stopping: stopping.signal,
    log: { info() {}, warn() {}, error() {} } as unknown as QueryApiParts['log'],
    needs: [],
  })
  const headers = { authorization: `Bearer ${token()}` }
  const differing: string[] = []
  for (const { merchantId } of merchants) {
    const answer = await api.request(`/v1/merchants/${merchantId}/days/${day}`, { headers })
    const { entryCount, credits, debits } = (await answer.json()) as Sum
    const expected = archive.get(merchantId) ?? { entryCount: 0, credits: 0, debits: 0 }
    if (entryCount !== expected.entryCount || credits !== expected.credits || debits !== expected.debits) {
      differing.push(
        `${merchantId}: ${JSON.stringify({ entryCount, credits, debits })}, archive ${JSON.stringify(expected)}`,
      )
    }
  }
  stopping.abort()
  return differing
}

/** Takes each entry once, the first in stream order. */
const sumsBySql = async (files: string): Promise<Map<string, Sum>> => {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MiB' })
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(
    `SELECT merchant_id, count(*)::DOUBLE AS "entryCount",
       coalesce(sum(amount) FILTER (direction = 'credit'), 0)::DOUBLE AS credits,
       coalesce(sum(amount) FILTER (direction = 'debit'), 0)::DOUBLE AS debits
     FROM (SELECT *, row_number() OVER (PARTITION BY merchant_id, entry_id
             ORDER BY length(sequence_number), sequence_number, record_index) AS copy
           FROM read_parquet('${files}'))
     WHERE copy = 1 GROUP BY merchant_id`,
  )
  const rows = reader.getRowObjectsJS() as unknown as readonly (Sum & { readonly merchant_id: string })[]
  connection.closeSync()
  instance.closeSync()
  return new Map(rows.map(({ merchant_id, ...sum }) => [merchant_id, sum]))
}
