/** How a call to another system went. */
export type Call = { readonly durationMs: number; readonly failed: boolean }

/** Passes on what `call` answers or rejects with, without delay. `onEnd` hears how the call went. */
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
