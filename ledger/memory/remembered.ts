/**
 * Results that are remembered. Only speed explains this file: every entry passes the calendar, and most entries ask it
 * what the one before asked. The functions that are wrapped must be pure, so forgetting a result changes no answer.
 * Results are held weakly by what they belong to, and vanish with it.
 */

/** The function, which answers from its last result of the same owner as long as an instant falls into that. */
export const rememberingLast = <Owner extends object, Found extends Interval>(
  find: (owner: Owner, atMs: number) => Found,
): ((owner: Owner, atMs: number) => Found) => {
  const lastOf = new WeakMap<Owner, Found>()
  return (owner, atMs) => {
    const last = lastOf.get(owner)
    if (last !== undefined && last.startsAtMs <= atMs && atMs < last.endsAtMs) return last
    const found = find(owner, atMs)
    lastOf.set(owner, found)
    return found
  }
}

type Interval = { readonly startsAtMs: number; readonly endsAtMs: number }

/** The numbers that were computed for an owner, by key. */
export class RememberedNumbers<Owner extends object> {
  readonly #known = new WeakMap<Owner, Map<string, number>>()

  get(owner: Owner, key: string): number | undefined {
    return this.#known.get(owner)?.get(key)
  }

  /** Answers the number. */
  set(owner: Owner, key: string, value: number): number {
    const ofOwner = this.#known.get(owner) ?? new Map<string, number>()
    if (ofOwner.size >= MOST_PER_OWNER) ofOwner.clear()
    ofOwner.set(key, value)
    this.#known.set(owner, ofOwner)
    return value
  }
}

const MOST_PER_OWNER = 2_000
