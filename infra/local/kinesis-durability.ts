/**
 * kinesalite answers when LevelDB has handed a write to the operating system, which keeps it through a SIGKILL but not
 * through a power cut. LevelDB waits for the disk when a write says `sync`; kinesalite has no setting for it.
 */
import { createRequire } from 'node:module'

type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string }
type Callback = (error?: Error) => void

/** A write of kinesalite to LevelDB, below the encodings. */
type LevelDown = {
  _put(key: string, value: string, options: object, callback: Callback): void
  _del(key: string, options: object, callback: Callback): void
  _batch(operations: readonly Operation[], options: object, callback: Callback): void
}

// This is the leveldown that kinesalite itself loads, wherever npm has put it.
const requireOfKinesalite = createRequire(createRequire(import.meta.url).resolve('kinesalite'))

/**
 * After this call, every write of this process to a LevelDB is on the disk before it is reported as done.
 *
 * PutRecords writes twice: first the stream's description with the counters of its sequence numbers, then the records.
 * The counters wait for the records, so that one sync serves both and no power cut comes between them. A counter that
 * fell back would give out numbers again, below the progress of the consumers, which would skip those records.
 */
export const syncEveryWrite = (levelDown = requireOfKinesalite('leveldown') as { prototype: LevelDown }): void => {
  const batch = levelDown.prototype._batch
  const counters = new WeakMap<LevelDown, WaitingCounters>()

  const write = (db: LevelDown, operations: readonly Operation[], options: object, callback: Callback) => {
    const waiting = counters.get(db)?.take() ?? []
    batch.call(db, [...waiting, ...operations], { ...options, sync: true }, callback)
  }

  Object.assign(levelDown.prototype, {
    _put(key, value, options, callback) {
      const waiting = counters.get(this) ?? new WaitingCounters()
      counters.set(this, waiting)
      if (waiting.takes(key, value)) setImmediate(callback)
      else write(this, [{ type: 'put', key, value }], options, callback)
    },
    _del(key, options, callback) {
      write(this, [{ type: 'del', key }], options, callback)
    },
    _batch(operations, options, callback) {
      write(this, operations, options, callback)
    },
  } satisfies LevelDown & ThisType<LevelDown>)
}

/** Descriptions of streams in which only counters changed. The next write takes them along. */
class WaitingCounters {
  readonly #waiting = new Map<string, string>()
  readonly #written = new Map<string, string>()

  /** Whether the write can wait: its records are written next, and kinesalite answers only after them. */
  takes(key: string, value: string): boolean {
    if (!key.startsWith('!meta!')) return false
    const rest = value.replace(/"_seqIx":\[[^\]]*\]/, '')
    const canWait = this.#written.get(key) === rest
    this.#written.set(key, rest)
    if (canWait) this.#waiting.set(key, value)
    else this.#waiting.delete(key)
    return canWait
  }

  take(): Operation[] {
    const operations = Array.from(this.#waiting, ([key, value]) => ({ type: 'put', key, value }) as const)
    this.#waiting.clear()
    return operations
  }
}
