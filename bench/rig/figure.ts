/** One measured figure. `npm run bench` prints it as a line and writes it to `bench/results.json`. */
export type Figure = {
  /** The name of the figure, which can be read alone. */
  readonly what: string
  readonly value: number
  /** The unit of the value: 'µs', 'ms', 'write units', '$', '×' … */
  readonly unit: string
  /** The target of the requirements. */
  readonly target?: Target
  /** What a reader must know to judge the value: the shape of the load, the thing it was compared with. */
  readonly note?: string
}

export type Target = { readonly atMost: number } | { readonly atLeast: number } | { readonly below: number }

export const isMet = ({ value, target }: Figure): boolean | undefined => {
  if (target === undefined) return undefined
  if ('atMost' in target) return value <= target.atMost
  if ('atLeast' in target) return value >= target.atLeast
  return value < target.below
}
