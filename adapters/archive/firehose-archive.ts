import { PutRecordBatchCommand, type FirehoseClient } from '@aws-sdk/client-firehose'
import type { Archive } from '#ledger/archive'
import { archiveRow } from '#wire/archive/row'
import { auditEventRow } from '#wire/archive/audit-row'
import { packCalls, packRows } from './pack-rows.ts'

export type DeliveryOptions = {
  readonly sleep?: (ms: number) => Promise<unknown>
  /** 0 up to 1; spreads the pauses of many workers. */
  readonly random?: () => number
}

/** Where Firehose takes what goes into the archive. */
export type DeliveryStreamNames = { readonly entries: string; readonly decisions: string }

/**
 * Rows to Firehose, which files them in S3 as Parquet. What Firehose has acknowledged it keeps until then. Whatever was
 * acknowledged before a call failed is handed over again with the rest, so a position may be filed more than once.
 */
export const firehoseArchive = (
  client: FirehoseClient,
  streams: DeliveryStreamNames,
  { sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)), random = Math.random }: DeliveryOptions = {},
): Archive => {
  const deliver = async (streamName: string, records: readonly Uint8Array[]): Promise<void> => {
    for (const call of packCalls(records)) await deliverAll(streamName, call)
  }

  /** Sends the records of a call, and then those again that were not taken. */
  const deliverAll = async (streamName: string, call: readonly Uint8Array[]): Promise<void> => {
    let left = call
    for (let attempt = 1; ; attempt += 1) {
      const { refused, cause } = await send(streamName, left)
      if (refused.length === 0) return
      // Whoever called puts the same again, after a longer while.
      if (attempt === MAX_ATTEMPTS) throw new Error(`Firehose took none of ${refused.length} records`, { cause })
      left = refused
      await sleep(pauseMs(attempt, random()))
    }
  }

  const send = async (streamName: string, records: readonly Uint8Array[]): Promise<Sent> => {
    try {
      const { RequestResponses = [] } = await client.send(
        new PutRecordBatchCommand({ DeliveryStreamName: streamName, Records: records.map((Data) => ({ Data })) }),
      )
      // In the order of the records. Without an id, nothing says that the record was taken.
      const refused = records.filter((_, index) => RequestResponses[index]?.RecordId === undefined)
      const reason = RequestResponses.find(({ ErrorCode }) => ErrorCode !== undefined)
      return { refused, cause: new Error(`${reason?.ErrorCode}: ${reason?.ErrorMessage}`) }
    } catch (cause) {
      return { refused: records, cause }
    }
  }

  return {
    put: (entries) =>
      deliver(
        streams.entries,
        packRows(entries.map((archived) => ({ day: archived.entry.businessDay, row: archiveRow(archived) }))),
      ),
    putAuditEvents: (auditEvents) =>
      deliver(streams.decisions, packRows(auditEvents.map(auditEventRow).map((row) => ({ day: row.day, row })))),
  }
}

/** What has to be sent again, and why. */
type Sent = { readonly refused: readonly Uint8Array[]; readonly cause: unknown }

const MAX_ATTEMPTS = 5

/** Doubling from 100 ms, the upper half by chance: 1.5 s in all, which outlasts a throttle and not an outage. */
const pauseMs = (attempt: number, chance: number): number => 100 * 2 ** (attempt - 1) * (0.5 + chance / 2)
