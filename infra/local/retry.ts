import { setTimeout as sleep } from 'node:timers/promises'

export type Backoff = { readonly minMs: number; readonly maxMs: number }

/** The wait before try number `attempt` (from 1): it doubles up to a limit, and its upper half is random. */
export const backoffMs = ({ minMs, maxMs }: Backoff, attempt: number): number => {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30))
  return ceiling * (0.5 + Math.random() / 2)
}

/** Asks until the answer is not undefined, because a service that is starting refuses connections for a while. */
export const eventually = async <T>(
  ask: () => Promise<T | undefined>,
  { timeoutMs, everyMs = 25 }: { timeoutMs: number; everyMs?: number },
): Promise<T> => {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
      if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms`)
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await sleep(everyMs)
  }
}

/** Sleeps, and wakes early when told to stop. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  // Only the signal rejects this, and every caller checks the signal next.
  await sleep(ms, undefined, { signal }).catch(() => {})
}

/** Tries until it succeeds or is told to stop. Failures in between are only reported. */
export const persistently = async <T>(
  task: () => Promise<T>,
  { retry, stopped, onFailure }: { retry: Backoff; stopped: AbortSignal; onFailure: (error: unknown) => void },
): Promise<{ readonly value: T } | 'stopped'> => {
  for (let failures = 1; !stopped.aborted; failures += 1) {
    try {
      return { value: await task() }
    } catch (error) {
      onFailure(error)
      await pause(backoffMs(retry, failures), stopped)
    }
  }
  return 'stopped'
}
