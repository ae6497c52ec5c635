/** For measuring how long something takes: `nowMs` only rises, whatever is done to the clock on the wall. */
export type Timer = { nowMs(): number; sleep(ms: number): Promise<unknown> }
