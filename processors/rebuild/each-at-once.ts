/** Does the work for all items, with at most `atOnce` of them under way at a time; the first failure is that of the whole. */
export const eachAtOnce = async <T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  // One iterator for all: each takes the next item that nobody has taken.
  const upcoming = Iterator.from(items)
  const takeTurns = async () => {
    for (const item of upcoming) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, takeTurns))
}
