/**
 * Values that are remembered for a while. Only speed explains this file: reading again gives the same answer or a newer
 * one.
 */
import type { Clock } from '../ports.ts'

export type ShortMemory<Key, Value> = {
  get(key: Key): Value | undefined
  /** `readAt` is when the value was true: before it was read. */
  keep(key: Key, value: Value, readAt: Moment): void
  delete(key: Key): void
}

export type ShortMemoryOptions = {
  readonly lifetimeMs: number
  readonly maxCount: number
  /** A value expires when any of the clocks says so. */
  readonly clocks?: readonly Clock[]
}

// The first clock stands still while the machine sleeps; the second one can be set.
export const BOTH_CLOCKS: readonly Clock[] = [() => performance.now(), Date.now]

/** What each of several clocks shows at one moment. */
export type Moment = readonly number[]

export const momentOf = (clocks: readonly Clock[]): Moment => clocks.map((clock) => clock())

/** How long ago the moment was, by the clock that says the most. Infinity after a clock was set back, because its time tells nothing. */
export const ageMs = (moment: Moment, clocks: readonly Clock[]): number => {
  let mostMs = 0
  for (const [index, clock] of clocks.entries()) {
    const passedMs = clock() - (moment[index] ?? Number.NaN)
    mostMs = passedMs >= 0 ? Math.max(mostMs, passedMs) : Infinity
  }
  return mostMs
}

/** Up to `maxCount` values, each for at most its lifetime. */
export const shortMemory = <Key, Value>({
  lifetimeMs,
  maxCount,
  clocks = BOTH_CLOCKS,
}: ShortMemoryOptions): ShortMemory<Key, Value> => {
  const kept = new Map<Key, { readonly value: Value; readonly readAt: Moment }>()

  return {
    get(key) {
      const found = kept.get(key)
      return found !== undefined && ageMs(found.readAt, clocks) < lifetimeMs ? found.value : undefined
    },
    keep(key, value, readAt) {
      // A Map keeps the order of insertion, so its first value is the one that was read first.
      kept.delete(key)
      kept.set(key, { value, readAt })
      const [oldest] = kept.keys()
      if (kept.size > maxCount && oldest !== undefined) kept.delete(oldest)
    },
    delete: (key) => void kept.delete(key),
  }
}
