/** For measuring how long something takes: `nowMs` only rises, whatever is done to the clock on the wall. */
export type Timer = { nowMs(): number; sleep(ms: number): Promise<unknown> }

/** Begins a task again and again, `ms` apart; what it returns puts an end to that. */
export type Every = (ms: number, task: () => void) => () => void
