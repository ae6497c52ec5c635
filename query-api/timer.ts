/** Measures durations: `nowMs` only rises, even when the system clock is set. */
export type Timer = { nowMs(): number; sleep(ms: number): Promise<unknown> }

/** Starts a task every `ms` milliseconds, until the returned function is called. */
export type Every = (ms: number, task: () => void) => () => void
