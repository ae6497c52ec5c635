/**
 * The outcomes of `work` on all items, in their order, with at most `atOnce` of them under way at a time. The first
 * failure is that of the whole.
 */
export const concurrently = async <T, R>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> => {
  const outcomes: R[] = []
  // All lanes share one iterator, so each takes the next item that is still untaken.
  const upcoming = [...items].entries()
  const lane = async (): Promise<void> => {
    for (const [index, item] of upcoming) outcomes[index] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return outcomes
}
