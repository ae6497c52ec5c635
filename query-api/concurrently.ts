/** The outcomes of `work` on all items, in their order, with at most `atOnce` of them under way at a time. */
export const concurrently = async <T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const outcomes: R[] = []
  // One iterator for all: each takes the next item that nobody has taken.
  const upcoming = items.entries()
  const takeTurns = async () => {
    for (const [index, item] of upcoming) outcomes[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, takeTurns))
  return outcomes
}
