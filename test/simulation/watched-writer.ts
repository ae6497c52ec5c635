/**
 * Watches ingest's writer from both sides of the guard, and holds it to its promises:
 *
 * - Every write is answered within its patience, and each of its entries has one outcome, which never changes.
 * - At most one call to the stream is under way. After five failures in a row, none is made for a second.
 * - An entry of which the stream said that it is stored is acknowledged, if its client still waits.
 * - An entry is given up at its deadline, or at once when the breaker is open. Until then it is tried again and again.
 * - Entries of a merchant go in the order in which they came, as long as the shard map stays the same.
 * - The backlog holds what waits, no more than its limit, and nothing when nothing waits.
 */
import { isStreamDown } from '#ingest/guarded-stream'
import type { StreamWriter } from '#ingest/stream-writer'
import type { Entry } from '#ledger/entry'
import type { EntryStream, PutOutcome } from '#ledger/ports'
import type { Coverage } from './coverage.ts'
import { isCursedToRead } from './curses.ts'
import { readContents } from './stream-contents.ts'

type Outcomes = Awaited<ReturnType<StreamWriter['write']>>

type OpenWrite = {
  readonly texts: readonly string[]
  readonly beganMs: number
  /** The room it took in the backlog. */
  bytes: number
  /** When the breaker was first found open. */
  downAtMs?: number
}

/** Where an entry stands in the order of all that came. Undefined for a text that came more than once. */
type Arrival = { readonly number: number; readonly merchantId: string; readonly mapNumber: number } | undefined

export type WatchOptions = {
  readonly now: () => number
  readonly isDead: () => boolean
  readonly must: (holds: boolean, otherwise: string) => void
  readonly coverage: Coverage
  readonly patienceMs: number
  readonly maxBacklogBytes: number
}

export class WriterWatch {
  readonly #options: WatchOptions
  readonly #open = new Set<OpenWrite>()
  readonly #arrivals = new Map<string, Arrival>()
  readonly #stored = new Set<string>()
  readonly #answers: { readonly given: Outcomes; readonly text: string }[] = []
  /** By merchant and shard map: the last entry that was put for the first time. */
  readonly #lastFirstPut = new Map<string, number>()
  readonly #put = new Set<number>()
  #backlog: StreamWriter['backlog'] = () => ({ entries: 0, bytes: 0 })
  #arrived = 0
  #mapNumber = 0
  #underWay = 0
  #lastPutMs = -Infinity
  #failures = 0
  #lastFailureMs = -Infinity

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** The stream that the guard calls. */
  behindGuard(stream: EntryStream): EntryStream {
    return {
      ...stream,
      put: async (records) => {
        const isOpen = this.#failures >= FAILURES_IN_A_ROW && this.#now() - this.#lastFailureMs < PROBE_AFTER_MS
        this.#must(!isOpen, `the stream was called after ${this.#failures} failures in a row`)
        return await stream.put(records)
      },
    }
  }

  /** The stream that the writer calls. */
  beforeGuard(stream: EntryStream): EntryStream {
    return {
      put: async (records) => {
        const textsOf = records.map(({ data }) => readContents(data).entries.map(textOf))
        this.#lastPutMs = this.#now()
        this.#underWay += 1
        this.#must(this.#underWay === 1, `${this.#underWay} calls to the stream are under way`)
        this.#mustBeInOrder(textsOf.flat())
        this.#mustBeInBacklog()
        try {
          const outcomes = await stream.put(records)
          this.#noteOutcomes(outcomes, textsOf)
          return outcomes
        } catch (error) {
          if (isStreamDown(error)) for (const write of this.#open) write.downAtMs ??= this.#now()
          else this.#noteFailure()
          throw error
        } finally {
          this.#underWay -= 1
        }
      },
      openShards: async () => {
        const shards = await stream.openShards()
        this.#mapNumber += 1
        return shards
      },
    }
  }

  writer(writer: StreamWriter): StreamWriter {
    this.#backlog = writer.backlog
    return {
      ...writer,
      write: async (entries) => {
        const write: OpenWrite = { texts: entries.map(textOf), beganMs: this.#now(), bytes: 0 }
        for (const entry of entries) this.#noteArrival(entry)
        this.#open.add(write)
        const before = writer.backlog().bytes
        const answer = writer.write(entries)
        const { bytes } = writer.backlog()
        write.bytes = Math.max(0, bytes - before)
        const { maxBacklogBytes } = this.#options
        this.#must(
          bytes < maxBacklogBytes + LARGEST_LINE_BYTES,
          `the backlog holds ${bytes} of ${maxBacklogBytes} bytes`,
        )
        const outcomes = await answer
        this.#open.delete(write)
        this.#checkAnswer(write, outcomes, before)
        return outcomes
      },
    }
  }

  /** What must be so when no caller waits for anything. */
  checkAtRest(): void {
    if (this.#options.isDead()) return
    this.#must(this.#open.size === 0, `${this.#open.size} writes never ended`)
    const { entries, bytes } = this.#backlog()
    this.#must(entries === 0 && bytes === 0, `the backlog holds ${entries} entries and ${bytes} bytes at rest`)
    for (const { given, text } of this.#answers)
      this.#must(JSON.stringify(given) === text, `an answer changed: ${text}`)
  }

  #checkAnswer({ texts, beganMs, downAtMs }: OpenWrite, outcomes: Outcomes, backlogBefore: number): void {
    const { coverage, patienceMs, maxBacklogBytes } = this.#options
    const tookMs = this.#now() - beganMs
    this.#answers.push({ given: outcomes, text: JSON.stringify(outcomes) })
    this.#must(tookMs <= patienceMs + 1, `a write was answered after ${tookMs} ms`)
    this.#must(downAtMs === undefined || downAtMs === this.#now(), 'a write went on waiting when the breaker was open')
    for (const [index, text] of texts.entries()) {
      const outcome = outcomes[index]
      if (outcome?.ok) continue
      this.#must(outcome !== undefined, 'an entry has no outcome')
      if (outcome === undefined) continue
      this.#must(!this.#stored.has(text), `an entry is stored, and its client was told ${outcome.error}`)
      if (outcome.error === 'too-busy') {
        coverage.note('writer: refused as too busy')
        const room = backlogBefore + LARGEST_LINE_BYTES * texts.length
        this.#must(room >= maxBacklogBytes, `too busy with ${backlogBefore} of ${maxBacklogBytes} bytes`)
      }
      if (outcome.error !== 'stream-unavailable') continue
      coverage.note(downAtMs === undefined ? 'writer: given up at the deadline' : 'writer: given up by the breaker')
      if (downAtMs !== undefined) continue
      this.#must(tookMs >= patienceMs, `a write was given up after ${tookMs} ms`)
      const idleMs = this.#now() - this.#lastPutMs
      this.#must(idleMs <= MOST_IDLE_MS, `a write was given up, and the stream was not called for ${idleMs} ms`)
    }
  }

  #noteArrival(entry: Entry): void {
    const text = textOf(entry)
    this.#arrived += 1
    const arrival = { number: this.#arrived, merchantId: entry.merchantId, mapNumber: this.#mapNumber }
    // What is cursed to be read is not recognised on the stream.
    const isKnown = this.#arrivals.has(text) || isCursedToRead(entry)
    this.#arrivals.set(text, isKnown ? undefined : arrival)
    // Two writes of the same entry cannot be told apart, so nothing is known of either.
    this.#stored.delete(text)
  }

  #mustBeInOrder(texts: readonly string[]): void {
    const last = new Map<string, number>()
    for (const text of texts) {
      const arrival = this.#arrivals.get(text)
      if (arrival === undefined) continue
      const { number, merchantId, mapNumber } = arrival
      const way = `${merchantId} ${mapNumber}`
      this.#must(number > (last.get(way) ?? 0), `entries of ${merchantId} changed places within a call`)
      last.set(way, number)
      if (this.#put.has(number)) {
        this.#options.coverage.note('writer: an entry is put again')
        continue
      }
      this.#put.add(number)
      this.#must(number > (this.#lastFirstPut.get(way) ?? 0), `entries of ${merchantId} overtook each other`)
      this.#lastFirstPut.set(way, number)
    }
  }

  #mustBeInBacklog(): void {
    const isWaiting = (text: string): boolean => this.#arrivals.get(text) !== undefined && !this.#stored.has(text)
    const waiting = [...this.#open].filter(({ texts }) => texts.every(isWaiting))
    const bytes = waiting.reduce((sum, write) => sum + write.bytes, 0)
    const held = this.#backlog().bytes
    this.#must(held >= bytes, `the backlog holds ${held} bytes, and ${bytes} wait`)
  }

  #noteOutcomes(outcomes: readonly PutOutcome[], textsOf: readonly string[][]): void {
    const stored = outcomes.filter(({ status }) => status === 'stored')
    if (stored.length === 0) this.#noteFailure()
    else this.#failures = 0
    if (stored.length > 0 && stored.length < outcomes.length) this.#options.coverage.note('writer: a put in part')
    for (const [index, texts] of textsOf.entries()) {
      if (outcomes[index]?.status !== 'stored') continue
      for (const text of texts) if (this.#arrivals.get(text) !== undefined) this.#stored.add(text)
    }
  }

  #noteFailure(): void {
    this.#failures += 1
    this.#lastFailureMs = this.#now()
  }

  #now(): number {
    return this.#options.now()
  }

  #must(holds: boolean, otherwise: string): void {
    if (!this.#options.isDead()) this.#options.must(holds, `ingest: ${otherwise}`)
  }
}

const FAILURES_IN_A_ROW = 5
const PROBE_AFTER_MS = 1_000
// A call ends after three seconds, and the longest pause is one second.
const MOST_IDLE_MS = 4_010
const LARGEST_LINE_BYTES = 1_000

const textOf = (entry: Entry | undefined): string =>
  entry === undefined
    ? ''
    : JSON.stringify(
        Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
      )
