/**
 * The stream behind a time limit and a circuit breaker, so that a dead stream costs nobody time: after some failures in
 * a row calls are refused at once, until now and then one is let through to see whether the stream is back.
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

/** Open: calls are refused untried. Half open: one call is let through to see. Closed: all are, as it should be. */
export type BreakerState = 'open' | 'half-open' | 'closed'

/** The same stream, but a call throws an error that `isStreamDown` knows when it was not even tried. */
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
    // Not behind the breaker: what lists shards says nothing about what takes records, and asks seldom.
    openShards: () => limited.execute(() => stream.openShards()),
  }
}

export const isStreamDown = (error: unknown): boolean => error instanceof BrokenCircuitError

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Open]: 'open',
  // Opened by hand, which nobody does here.
  [CircuitState.Isolated]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Closed]: 'closed',
}

// A stream can be dead and polite: it answers, and takes nothing.
const tookNothing = (outcomes: unknown): boolean =>
  (outcomes as readonly PutOutcome[]).every(({ status }) => status === 'refused')
