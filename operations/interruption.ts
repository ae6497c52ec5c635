/**
 * Ended by Ctrl-C, by a supervisor or by a terminal that was closed, for a command that has something to clear away first:
 * it looks at the signal between its steps. Ctrl-C under npm arrives twice, so a further one changes nothing.
 */
export const interruption = (): AbortSignal => {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Error(`Stopped by ${signal} before the end.`)))
  }
  return controller.signal
}
