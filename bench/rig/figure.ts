/** One answer of a measurement: what `npm run bench` prints as a line and writes to `bench/results.json`. */
export type Figure = {
  /** What was measured, in words that stand alone. */
  readonly what: string
  readonly value: number
  /** What the value counts: 'µs', 'ms', 'write units', '$', '×' … */
  readonly unit: string
  /** What requirements.md asks for. */
  readonly target?: Target
  /** What a reader has to know beside it: the shape of the load, what it was compared with. */
  readonly note?: string
}

export type Target = { readonly atMost: number } | { readonly atLeast: number } | { readonly below: number }

export const isMet = ({ value, target }: Figure): boolean | undefined => {
  if (target === undefined) return undefined
  if ('atMost' in target) return value <= target.atMost
  if ('atLeast' in target) return value >= target.atLeast
  return value < target.below
}
