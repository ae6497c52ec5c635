/**
 * The stream behind a time limit and a circuit breaker, so that no client waits for a dead stream. After some failures
 * in a row, calls are refused at once; from time to time one is let through to see whether the stream is back.
 */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import type { EntryStream, PutOutcome } from '#ledger/ports'

const FAILURES_IN_A_ROW = 5
const PROBE_AFTER_MS = 1_000
const CALL_TIMEOUT_MS = 3_000

/**
 * Open: calls are refused untried. Half open: one call is let through as a probe. Closed: all calls are let through.
 */
export type BreakerState = 'open' | 'half-open' | 'closed'

/** The same stream. A call that is refused untried throws an error for which `isStreamDown` is true. */
export const guardedStream = (
  stream: EntryStream,
  onStateChange: (state: BreakerState) => void = () => {},
): EntryStream => {
  const limited = timeout(CALL_TIMEOUT_MS, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false })
  const breaker = circuitBreaker(handleAll.orWhenResult(tookNothing), {
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
    halfOpenAfter: PROBE_AFTER_MS,
  })
  breaker.onStateChange((state) => onStateChange(STATES[state]))
  const guard = wrap(breaker, limited)
  return {
    put: (records) => guard.execute(() => stream.put(records)),
    // Not behind the breaker: shards are listed rarely, and whether they can be says nothing about records.
    openShards: () => limited.execute(() => stream.openShards()),
  }
}

export const isStreamDown = (error: unknown): boolean => error instanceof BrokenCircuitError

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Open]: 'open',
  // The state of a breaker that was opened by hand, which does not happen here.
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Closed]: 'closed',
}

// A stream can also fail by answering every call and storing nothing.
const tookNothing = (outcomes: unknown): boolean =>
  (outcomes as readonly PutOutcome[]).every(({ status }) => status === 'refused')
