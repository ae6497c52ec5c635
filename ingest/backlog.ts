/** Entries that wait for the stream, packed into records: one queue per target, in the order they came. */
import { EntriesRecord, FULL_RECORD_BYTES } from '#wire/stream/record'
import type { PendingWrite } from './pending-writes.ts'
import type { Route } from './shard-map.ts'

/** A record being filled, or full, or on its way. */
export type PackedRecord = {
  readonly route: Route
  readonly body: EntriesRecord
  /** Of each line: whose it is, and which of their entries. */
  readonly writes: PendingWrite[]
  readonly indexes: number[]
  /** Of the lines, before compression. */
  bytes: number
  /** How often it was sent. What was sent takes no more entries. */
  attempts: number
  /** Made when it is first sent. */
  data?: Uint8Array
}

/** One call takes 500 records and 5 MiB. The rest of the 5 MiB is for what packing adds; compression mostly takes away. */
const MAX_CALL_RECORDS = 500
const MAX_CALL_BYTES = 4 * 1024 * 1024

export class Backlog {
  /** What entries take up that are waiting or on their way. */
  bytes = 0
  readonly #queues = new Map<string, Queue>()

  add(route: Route, line: string, write: PendingWrite, index: number): void {
    // As many bytes as characters, or more when it is not ASCII: near enough to tell when a record is full.
    const record = this.#openRecord(route, line.length)
    record.body.add(line)
    record.writes.push(write)
    record.indexes.push(index)
    this.bytes += record.body.bytes - record.bytes
    record.bytes = record.body.bytes
  }

  /** What goes with the next call: from every queue that is not resting, as much as fits. */
  take(): PackedRecord[] {
    const taken: PackedRecord[] = []
    let room = MAX_CALL_BYTES
    for (const [target, queue] of this.#queues) {
      if (queue.isResting) continue
      let done = 0
      for (const record of queue.records) {
        if (record.bytes > room || taken.length === MAX_CALL_RECORDS) break
        done += 1
        if (isGivenUp(record)) {
          this.finish(record)
        } else {
          taken.push(record)
          room -= record.bytes
        }
      }
      if (done === 0) continue
      queue.records.splice(0, done)
      this.#queues.delete(target)
      // At the end of the line, so that a long queue never starves the others.
      if (queue.records.length > 0) this.#queues.set(target, queue)
    }
    return taken
  }

  /** Puts records that were not stored back to where they were; their queues rest until `wake` is called. */
  giveBack(records: readonly PackedRecord[]): { wake(): void } {
    const resting = new Set<Queue>()
    for (const record of records.toReversed()) {
      const queue = this.#queueOf(record.route.target)
      queue.records.unshift(record)
      queue.isResting = true
      resting.add(queue)
    }
    return {
      wake: () => {
        for (const queue of resting) queue.isResting = false
      },
    }
  }

  /** The record needs no more room: stored, or nobody waits for it any longer. */
  finish(record: PackedRecord): void {
    this.bytes -= record.bytes
  }

  clear(): void {
    for (const { records } of this.#queues.values()) for (const record of records) this.finish(record)
    this.#queues.clear()
  }

  #openRecord(route: Route, bytes: number): PackedRecord {
    const { records } = this.#queueOf(route.target)
    const last = records.at(-1)
    const fits = last !== undefined && last.attempts === 0 && last.bytes + bytes <= FULL_RECORD_BYTES
    if (fits) return last
    const record: PackedRecord = { route, body: new EntriesRecord(), writes: [], indexes: [], bytes: 0, attempts: 0 }
    records.push(record)
    return record
  }

  #queueOf(target: string): Queue {
    const known = this.#queues.get(target)
    if (known !== undefined) return known
    const queue: Queue = { records: [], isResting: false }
    this.#queues.set(target, queue)
    return queue
  }
}

type Queue = { readonly records: PackedRecord[]; isResting: boolean }

/** The record's bytes as they stand on the stream. */
export const dataOf = (record: PackedRecord): Uint8Array => (record.data ??= record.body.encode())

// The last to come is the last to reach its deadline: when its time is over, so is everybody's.
const isGivenUp = ({ writes }: PackedRecord): boolean => writes.at(-1)?.undecided === 0
