/** A cap on entries per second, which bounds the load of the systems behind this ingest. */
import type { Clock } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { Shed } from './admission.ts'

export type RateLimit = {
  /** Refuses when no entry can be taken now. Called before a body is read. */
  check(): Result<undefined, Shed>
  /** Takes `count` entries, or refuses all of them. */
  take(count: number): Result<undefined, Shed>
  /** Takes `count` entries as soon as the limit allows it. */
  wait(count: number): Promise<void>
}

/**
 * The allowance of up to one second is saved while no entries come. A batch is taken while any allowance is left. If it
 * takes more than is left, the difference is paid back before the next batch. So the average is kept, and the largest
 * batch gets through under any cap.
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
  detail:
    'More entries arrive per second than this system is set to accept. Send the same request again a little later.',
  retryAfterSeconds,
})
