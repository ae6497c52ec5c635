/** How a call to another system went. */
export type Call = { readonly durationMs: number; readonly failed: boolean }

/** What `call` answers or rejects with, at the very moment at which it does; `onEnd` hears how it went. */
export const timed = <T>(call: () => Promise<T>, onEnd: (call: Call) => void): Promise<T> => {
  const startedMs = performance.now()
  const end = (failed: boolean) => onEnd({ durationMs: performance.now() - startedMs, failed })
  const answer = call()
  void answer.then(
    () => end(false),
    () => end(true),
  )
  return answer
}
