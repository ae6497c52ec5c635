import type { Scheduler } from './scheduler.ts'

const real = { setTimeout, clearTimeout, now: Date.now }

/**
 * Lets the whole process live by the scheduler's clock while `live` runs, the libraries that production code uses
 * included: a deadline passes when the clock is picked.
 */
export const byVirtualTime = async <T>(scheduler: Scheduler, live: () => Promise<T>): Promise<T> => {
  const cancels = new Map<number, () => void>()
  let lastId = 0
  const setVirtualTimeout = (fire: () => void, ms = 0): unknown => {
    lastId += 1
    const id = lastId
    cancels.set(
      id,
      scheduler.timer(ms, () => {
        cancels.delete(id)
        fire()
      }),
    )
    return { id, unref() {}, ref() {} }
  }
  const clearVirtualTimeout = (timer?: { readonly id: number }): void => {
    if (timer === undefined) return
    cancels.get(timer.id)?.()
    cancels.delete(timer.id)
  }
  globalThis.setTimeout = setVirtualTimeout as typeof setTimeout
  globalThis.clearTimeout = clearVirtualTimeout as typeof clearTimeout
  Date.now = () => scheduler.nowMs
  try {
    return await live()
  } finally {
    globalThis.setTimeout = real.setTimeout
    globalThis.clearTimeout = real.clearTimeout
    Date.now = real.now
  }
}
