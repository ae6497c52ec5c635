import { setTimeout as sleepMs } from 'node:timers/promises'
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

/** The delivery streams of Firehose: one for entries and one for audit events. */
export type DeliveryStreamNames = { readonly entries: string; readonly decisions: string }

/**
 * Hands rows to Firehose, which files them in S3 as Parquet and keeps each acknowledged row until then. When a later call
 * fails, the caller hands over the acknowledged rows again with the rest, so a position may be filed more than once.
 */
export const firehoseArchive = (
  client: FirehoseClient,
  streams: DeliveryStreamNames,
  { sleep = sleepMs, random = Math.random }: DeliveryOptions = {},
): Archive => {
  const deliver = async (streamName: string, records: readonly Uint8Array[]): Promise<void> => {
    for (const call of packCalls(records)) await deliverAll(streamName, call)
  }

  /** Sends the records of a call, and then sends those again that Firehose refused. */
  const deliverAll = async (streamName: string, call: readonly Uint8Array[]): Promise<void> => {
    let left = call
    for (let attempt = 1; ; attempt += 1) {
      const { refused, cause } = await send(streamName, left)
      if (refused.length === 0) return
      // The caller puts the same rows again, after a longer pause.
      if (attempt === MAX_ATTEMPTS)
        throw new Error(`Firehose refused ${refused.length} records ${MAX_ATTEMPTS} times.`, { cause })
      left = refused
      await sleep(pauseMs(attempt, random()))
    }
  }

  const send = async (streamName: string, records: readonly Uint8Array[]): Promise<Sent> => {
    try {
      const { RequestResponses = [] } = await client.send(
        new PutRecordBatchCommand({ DeliveryStreamName: streamName, Records: records.map((Data) => ({ Data })) }),
      )
      // Answers come in the order of the records. A record without an id was not taken.
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

/** The records to send again, and why. */
type Sent = { readonly refused: readonly Uint8Array[]; readonly cause: unknown }

const MAX_ATTEMPTS = 5

/** Doubles from 100 ms, and the upper half is random. The pauses add up to 1.5 s at most: a throttle ends in that time. */
const pauseMs = (attempt: number, chance: number): number => 100 * 2 ** (attempt - 1) * (0.5 + chance / 2)
