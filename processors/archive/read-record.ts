import type { ArchivedEntry } from '#ledger/archive'
import type { AnyDecision } from '#ledger/decision'
import { refuse, type Result } from '#ledger/result'
import { decodeRecord, type StreamRecord } from '#wire/stream-record'
import type { Log } from '../log.ts'
import type { DeliveredRecord } from '../shard-batch.ts'

/** What of a record goes into the archive, and how long its lines are together. */
export type ReadRecord = {
  readonly entries: readonly ArchivedEntry[]
  readonly decisions: readonly AnyDecision[]
  readonly characters: number
}

/** Decodes a record. What cannot be read is logged, by place and number; to keep its bytes is the journal's business. */
export const readRecord = (
  shardId: string,
  { sequenceNumber, arrivedAtMs, data }: DeliveredRecord,
  log: Log,
): ReadRecord => {
  const entries: ArchivedEntry[] = []
  const decisions: AnyDecision[] = []
  const unreadable: { index: number; detail: string }[] = []
  let characters = 0

  const decoded = decode(data)
  if (!decoded.ok) {
    log.warn({ shardId, sequenceNumber, detail: decoded.error }, 'a record that cannot be read is not archived')
  } else if (decoded.value.kind === 'entries') {
    for (const [index, { line, entry }] of decoded.value.entries.entries()) {
      characters += line.length
      if (entry.ok) entries.push({ entry: entry.value, position: { shardId, sequenceNumber, index }, arrivedAtMs })
      else unreadable.push({ index, detail: entry.error })
    }
  } else if (decoded.value.kind === 'decisions') {
    for (const [index, { line, decision }] of decoded.value.decisions.entries()) {
      characters += line.length
      if (decision.ok) decisions.push(decision.value)
      else unreadable.push({ index, detail: decision.error })
    }
  }
  if (unreadable.length > 0) {
    const facts = { shardId, sequenceNumber, lines: unreadable.length, first: unreadable[0] }
    log.warn(facts, 'lines that cannot be read are not archived')
  }
  return { entries, decisions, characters }
}

const decode = (data: Uint8Array): Result<StreamRecord, string> => {
  try {
    return decodeRecord(data)
  } catch (error) {
    // Whatever this record does to our code it will do again, and its neighbours must not wait for that.
    return refuse(String(error))
  }
}
