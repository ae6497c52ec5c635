/** What `answer` resolves to, or `late` when that takes longer. A rejection is passed on. */
export const within = async <T, L>(ms: number, answer: Promise<T>, late: L): Promise<T | L> => {
  const { promise: tooLong, resolve } = Promise.withResolvers<L>()
  const timer = setTimeout(() => resolve(late), ms)
  try {
    return await Promise.race([answer, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
