/**
 * Aborts when the process is told to end: by Ctrl-C, by a supervisor, or because its terminal was closed. A command that has
 * to clean up first looks at the signal between its steps. Under npm, Ctrl-C arrives twice, so a second signal changes
 * nothing.
 */
export const interruption = (): AbortSignal => {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Error(`Stopped by ${signal} before the end.`)))
  }
  return controller.signal
}
