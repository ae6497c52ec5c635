/** How often each kind of thing happened. It shows whether the faults are strong enough: a kind that never happens proves nothing. */
export class Coverage {
  readonly #counts = new Map<string, number>()

  note(kind: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times)
  }

  has(kind: string): boolean {
    return this.#counts.has(kind)
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }
}

/** Kinds over many histories: how often, and in how many of them. */
export type Tally = Record<string, readonly [times: number, histories: number]>

export const addTo = (tally: Tally, counts: ReadonlyMap<string, number>): void => {
  for (const [kind, times] of counts) {
    const [before, histories] = tally[kind] ?? [0, 0]
    tally[kind] = [before + times, histories + 1]
  }
}

export const sumOf = (tallies: readonly Tally[]): Tally => {
  const sum: Tally = {}
  for (const [kind, [times, histories]] of tallies.flatMap((tally) => Object.entries(tally))) {
    const [before, others] = sum[kind] ?? [0, 0]
    sum[kind] = [before + times, others + histories]
  }
  return sum
}

/** A line for each kind, in the order of their names. */
export const tallyInWords = (tally: Tally): string => {
  const width = Math.max(...Object.keys(tally).map((kind) => kind.length))
  return Object.entries(tally)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, [times, histories]]) => `${kind.padEnd(width)} ${String(times).padStart(9)} in ${histories} histories`)
    .join('\n')
}

/** The kind of an actor: its name without its numbers. */
export const kindOf = (actor: string): string => {
  const known = kinds.get(actor)
  if (known !== undefined) return known
  const kind = actor.replaceAll(/\d+/g, '').replaceAll(/\s+/g, ' ').trim()
  kinds.set(actor, kind)
  return kind
}

// Actors of all histories have the same names.
const kinds = new Map<string, string>()
