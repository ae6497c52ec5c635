/** The clocks of a time zone as plain data, so that no answer depends on what a runtime knows about zones. */

/** What the clocks of a zone show, as one version of the zone data has it. */
export type ZoneTable = {
  /** The version of the zone data, for example "2026f". */
  readonly version: string
  /** How far the clocks are ahead of UTC before the first transition. */
  readonly firstOffsetMs: number
  /** Every later change of that, oldest first. */
  readonly transitions: readonly Transition[]
}
export type Transition = {
  readonly atMs: number
  /** How far the clocks are ahead of UTC from then on. */
  readonly offsetMs: number
}

/** One version of the IANA time zone database. It is a value: the same version always answers the same. */
export type ZoneData = {
  readonly version: string
  /** A zone or a link as the database spells it, for a name in any case; undefined when there is none. */
  find(name: string): string | undefined
  /** The clocks of a zone between two instants. Throws when `find` does not know the name. */
  table(name: string, fromMs: number, untilMs: number): ZoneTable
}

/** How far the clocks are ahead of UTC at an instant. */
export const offsetAt = ({ firstOffsetMs, transitions }: ZoneTable, atMs: number): number =>
  transitions.findLast((transition) => transition.atMs <= atMs)?.offsetMs ?? firstOffsetMs

/** The first instant at which the clocks show `wallMs` or have skipped past it. */
export const firstInstantAt = ({ firstOffsetMs, transitions }: ZoneTable, wallMs: number): number => {
  let [startsAtMs, offsetMs] = [-Infinity, firstOffsetMs]
  for (const next of transitions) {
    const reachedAtMs = Math.max(startsAtMs, wallMs - offsetMs)
    if (reachedAtMs < next.atMs) return reachedAtMs
    startsAtMs = next.atMs
    offsetMs = next.offsetMs
  }
  return Math.max(startsAtMs, wallMs - offsetMs)
}

/** Whether two tables have the same clocks between two instants. */
export const showTheSame = (one: ZoneTable, other: ZoneTable, fromMs: number, untilMs: number): boolean => {
  const [ones, others] = [one, other].map(({ transitions }) =>
    transitions.filter(({ atMs }) => fromMs < atMs && atMs < untilMs),
  ) as [Transition[], Transition[]]
  return (
    offsetAt(one, fromMs) === offsetAt(other, fromMs) &&
    ones.length === others.length &&
    ones.every(({ atMs, offsetMs }, index) => atMs === others[index]?.atMs && offsetMs === others[index].offsetMs)
  )
}
