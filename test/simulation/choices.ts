/** What may happen to a call, besides that it is carried out and answered. */
export type Fault =
  /** It is refused and does nothing. */
  | 'refused'
  /** It is carried out, and its answer is lost. */
  | 'answer-lost'
  /** The caller is told that it failed. It is carried out later, at any time. */
  | 'late'
  /** The machine that makes the call dies before it is carried out, or after. */
  | 'crash'
  | 'crash-after'
  /** Some of the records that it puts are refused. */
  | 'in-part'

/** A caller that waits for its turn. */
export type Turn = {
  /** Who moves: a machine or a person. Turns of one actor always depend on each other. */
  readonly actor: string
  /** Counts the turns of the actor, so that a turn has the same name in every history that leads to it. */
  readonly number: number
  readonly uses: Uses
  /** The faults that may befall it. */
  readonly faults: readonly Fault[]
}

/**
 * The items that a turn reads and writes. A name that ends in "*" stands for all items whose names begin so. Two turns of
 * different actors are independent unless one writes what the other uses: their order makes no difference.
 */
export type Uses = { readonly reads?: readonly string[]; readonly writes?: readonly string[] }

export type Choice = { readonly index: number; readonly fault?: Fault }

/** Decides everything that the production code does not decide. */
export type Choices = {
  /** Which of the waiting callers moves next, and what befalls it. There is at least one. */
  next(waiting: readonly Turn[]): Choice
}
