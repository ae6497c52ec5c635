/**
 * Firehose and the archive in memory. It takes calls as Firehose does: some records of a call may be refused, and a call
 * whose answer is lost may have been taken. Rows are filed some time later, each at least once.
 */
import type { FirehoseClient, PutRecordBatchCommand, PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose'
import type { ArchiveQueries } from '#ledger/archive'
import { CONTENT_COLUMNS, ENTRY_COLUMNS, type Column } from '#wire/archive/columns'
import { hash } from 'node:crypto'
import type { Machine } from './machine.ts'
import type { Scheduler } from './scheduler.ts'

/** Firehose delivers what it took within this time. */
export const DELIVERY_MS = 60_000

export type Row = Readonly<Record<string, unknown>>

export class SimFirehose {
  readonly entries: Row[] = []
  readonly decisions: Row[] = []
  readonly #scheduler: Pick<Scheduler, 'timer'>
  readonly #onRow: (row: Row) => void

  constructor(scheduler: Pick<Scheduler, 'timer'>, onRow: (row: Row) => void) {
    this.#scheduler = scheduler
    this.#onRow = onRow
  }

  /** Firehose as code on a machine sees it. */
  clientOn(machine: Machine, isRefused: (index: number) => boolean): FirehoseClient {
    const send = ({ input }: PutRecordBatchCommand) =>
      machine.call({ writes: ['firehose'] }, ['in-part'], async (fault) => {
        const RequestResponses: PutRecordBatchCommandOutput['RequestResponses'] = []
        const isPart = fault === 'in-part'
        // An answer may also be shorter than the call. Then the records at its end were not taken.
        const isShort = isPart && isRefused(-1)
        for (const [index, { Data = Buffer.alloc(0) }] of (input.Records ?? []).entries()) {
          const isTaken = !isPart || !isRefused(index)
          if (!isTaken && isShort) break
          if (isTaken) this.#take(input.DeliveryStreamName, Data)
          RequestResponses.push(isTaken ? { RecordId: `${index}` } : { ErrorCode: 'ServiceUnavailableException' })
        }
        return { RequestResponses }
      })
    return { send } as unknown as FirehoseClient
  }

  #take(streamName: string | undefined, data: Uint8Array): void {
    const rows = Buffer.from(data)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row)
    const table = streamName === 'decisions' ? this.decisions : this.entries
    // A record is filed as a whole, under one day.
    for (const row of rows) Object.assign(row, { business_day: rows[0]?.['business_day'] })
    for (const row of rows) this.#onRow(row)
    this.#scheduler.timer(DELIVERY_MS, () => table.push(...rows))
  }
}

/** Answers the statements of reconciling, and nothing else. */
export const queriesOver = (rows: readonly Row[], onQuery: () => void = () => {}): ArchiveQueries => {
  const answer = (sql: string) => {
    onQuery()
    const day = /business_day = '([^']*)'/.exec(sql)?.[1]
    const wanted = rows
      .filter((row) => row['business_day'] === day)
      .filter((row) => isOneOf(sql, 'merchant_id', row) && isOneOf(sql, 'entry_id', row))
      .toSorted(byPlace)
    if (sql.includes('AS is_usual')) return { columns: [], rows: wanted.map(sumCells) }
    if (sql.includes('AS text_hash')) return { columns: COPY_COLUMNS, rows: wanted.map(copyCells) }
    throw new Error(`the simulated archive cannot answer: ${sql}`)
  }
  return {
    run: async (sql) => answer(sql),
    // eslint-disable-next-line require-yield
    async *stream(sql) {
      yield answer(sql)
    },
    unreadable: async () => [],
  }
}

const isOneOf = (sql: string, column: string, row: Row): boolean => {
  const list = new RegExp(`${column} IN \\(([^)]*)\\)`).exec(sql)?.[1]
  return list === undefined || list.includes(`'${String(row[column])}'`)
}

const PLACE = ['merchant_id', 'entry_id', 'length', 'sequence_number', 'record_index', 'shard_id']

/** By merchant, id and place on the stream, as the statements order their rows. */
const byPlace = (a: Row, b: Row): number => {
  for (const column of PLACE) {
    const [one, other] = [a, b].map((row) =>
      column === 'length' ? String(row['sequence_number']).length : row[column],
    )
    if (one !== other) return (one as string) < (other as string) ? -1 : 1
  }
  return 0
}

const sumCells = (row: Row): unknown[] => [...CONTENT_COLUMNS.map((column) => sumCell(column, row)), 1]

const sumCell = ({ name, type }: Column, row: Row): unknown => {
  const value = row[name] ?? null
  if (value === null) return null
  if (type === 'timestamp') return BigInt(Date.parse(`${(value as string).replace(' ', 'T')}Z`))
  return type === 'bigint' ? BigInt(value as number) : value
}

const COPY_COLUMNS = ['business_day', ...ENTRY_COLUMNS.map(({ name }) => name), 'text_hash']

const copyCells = (row: Row): unknown[] => {
  const texts = CONTENT_COLUMNS.filter(({ type }) => type === 'string').map(({ name }) => row[name])
  const textHash = hash('sha256', texts.filter((text) => typeof text === 'string').join('|'), 'hex')
  return [row['business_day'], ...ENTRY_COLUMNS.map(({ name }) => row[name] ?? null), textHash]
}
