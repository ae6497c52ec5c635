/** Entries that wait for the stream, packed into records: one queue per target, in the order in which they came. */
import { EntriesRecord, FULL_RECORD_BYTES } from '#wire/stream/record'
import type { Destination } from './destinations.ts'
import type { PendingWrite } from './pending-writes.ts'

/** A record that is being filled, is full, or is on its way. */
export type PackedRecord = {
  readonly destination: Destination
  readonly body: EntriesRecord
  /** For each line: the write that it belongs to, and the entry's index in that write. */
  readonly writes: PendingWrite[]
  readonly indexes: number[]
  /** The size of the lines before compression. */
  bytes: number
  /** How often the record was sent. A record that was sent takes no more entries. */
  attempts: number
  /** The encoded record, made when it is first sent. */
  data?: Uint8Array
}

/**
 * One call takes 500 records and 5 MiB. The remaining 1 MiB is for what packing adds; compression usually saves much
 * more.
 */
const MAX_CALL_RECORDS = 500
const MAX_CALL_BYTES = 4 * 1024 * 1024

export class Backlog {
  /** The size of the entries that are waiting or on their way. */
  bytes = 0
  readonly #queues = new Map<string, Queue>()

  add(destination: Destination, line: string, write: PendingWrite, index: number): void {
    // The number of characters is the number of bytes of ASCII text, and near enough otherwise to tell when a record is
    // full.
    const record = this.#openRecord(destination, line.length)
    record.body.add(line)
    record.writes.push(write)
    record.indexes.push(index)
    this.bytes += record.body.bytes - record.bytes
    record.bytes = record.body.bytes
  }

  /** The records of the next call: from every queue that is not resting, as many as fit. */
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
      // The queue goes behind the others, so that a long one never starves them.
      if (queue.records.length > 0) this.#queues.set(target, queue)
    }
    return taken
  }

  /** Puts records that were not stored back to where they were; their queues rest until `wake` is called. */
  giveBack(records: readonly PackedRecord[]): { wake(): void } {
    const resting = new Set<Queue>()
    for (const record of records.toReversed()) {
      const queue = this.#queueOf(record.destination.target)
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

  /** Frees the room of a record that was stored, or that no write waits for any longer. */
  finish(record: PackedRecord): void {
    this.bytes -= record.bytes
  }

  clear(): void {
    for (const { records } of this.#queues.values()) for (const record of records) this.finish(record)
    this.#queues.clear()
  }

  #openRecord(destination: Destination, bytes: number): PackedRecord {
    const { records } = this.#queueOf(destination.target)
    const last = records.at(-1)
    const fits = last !== undefined && last.attempts === 0 && last.bytes + bytes <= FULL_RECORD_BYTES
    if (fits) return last
    const record: PackedRecord = {
      destination,
      body: new EntriesRecord(),
      writes: [],
      indexes: [],
      bytes: 0,
      attempts: 0,
    }
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

// The write that came last reaches its deadline last. When it is settled, so are all writes of the record.
const isGivenUp = ({ writes }: PackedRecord): boolean => writes.at(-1)?.unsettled === 0
