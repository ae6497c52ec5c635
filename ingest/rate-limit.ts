/** A cap on entries per second, for whoever wants to know what a system behind this ingest will have to bear at most. */
import type { Clock } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { Shed } from './admission.ts'

export type RateLimit = {
  /** Refuses at once when nothing can be taken now; asked before a body is read. */
  check(): Result<undefined, Shed>
  /** Takes `count` entries, or refuses them all. */
  take(count: number): Result<undefined, Shed>
  /** Takes `count` entries as soon as it may. */
  wait(count: number): Promise<void>
}

/**
 * Up to a second's worth is saved up while nobody comes. A batch is taken as long as anything is left, and what it took
 * too much is paid back before the next one, so the average is kept and the largest batch gets through under any cap.
 */
export const rateLimit = (
  perSecond: number,
  {
    clock = () => performance.now(),
    sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)),
  }: { clock?: Clock; sleep?: (ms: number) => Promise<unknown> } = {},
): RateLimit => {
  let left = perSecond
  let countedAtMs = clock()

  const refill = () => {
    const nowMs = clock()
    left = Math.min(perSecond, left + ((nowMs - countedAtMs) / 1_000) * perSecond)
    countedAtMs = nowMs
  }

  const check = (): Result<undefined, Shed> => {
    refill()
    return left > 0 ? ok(undefined) : refuse(tooMany(Math.max(1, Math.ceil(-left / perSecond))))
  }

  const take = (count: number): Result<undefined, Shed> => {
    const free = check()
    if (free.ok) left -= count
    return free
  }

  const wait = async (count: number): Promise<void> => {
    while (!take(count).ok) await sleep(Math.max(10, (-left / perSecond) * 1_000))
  }

  return { check, take, wait }
}

export const noRateLimit: RateLimit = { check: () => ok(undefined), take: () => ok(undefined), wait: async () => {} }

const tooMany = (retryAfterSeconds: number): Shed => ({
  reason: 'rate-limited',
  code: 'rate-limited',
  detail: 'More entries come per second than this system is set to take. Send the same again, a little later.',
  retryAfterSeconds,
})
