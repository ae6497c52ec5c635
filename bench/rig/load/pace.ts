/** Two ways to offer a load: at a constant rate, or as fast as it is taken. */
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Open loop: calls `send` at a constant rate, also while earlier calls wait, as independent customers do. The latency of a
 * call counts from its scheduled time, even when it starts late; otherwise a system that stalls would get fewer calls and
 * look fast. Returns when all calls have returned.
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

/** Closed loop: each of the clients sends again as soon as it has its answer. */
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
