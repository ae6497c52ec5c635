/** How a load is offered: at its own rate, or as fast as it is taken. */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Open loop: calls `send` at a constant rate, whatever becomes of the calls before, as customers do who know nothing of
 * each other. A call that starts late was scheduled earlier all the same, and its latency counts from then; otherwise a
 * system that stalls would be asked less and look quick. Returns when all calls have.
 */
export const atConstantRate = async (
  { perSecond, forMs }: { perSecond: number; forMs: number },
  send: (scheduledAtMs: number) => Promise<void>,
): Promise<void> => {
  const startedAtMs = performance.now()
  const calls = Math.floor((perSecond * forMs) / 1_000)
  const underWay = new Set<Promise<void>>()
  for (let number = 0; number < calls;) {
    const scheduledAtMs = startedAtMs + (number * 1_000) / perSecond
    const earlyMs = scheduledAtMs - performance.now()
    if (earlyMs > 0) {
      await sleep(earlyMs)
      continue
    }
    const call = send(scheduledAtMs).finally(() => underWay.delete(call))
    underWay.add(call)
    number += 1
  }
  await Promise.all(underWay)
}

/** Closed loop: so many clients, each of whom sends again as soon as it has its answer. */
export const asFastAsTaken = async (
  { clients, forMs }: { clients: number; forMs: number },
  send: (scheduledAtMs: number) => Promise<void>,
): Promise<void> => {
  const until = performance.now() + forMs
  const client = async () => {
    while (performance.now() < until) await send(performance.now())
  }
  await Promise.all(Array.from({ length: clients }, client))
}
