/** What ends a process that serves, and what does not. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { devNull } from 'node:os'

/**
 * Calls `stop` on SIGTERM (a supervisor), SIGINT (Ctrl-C) and SIGHUP (a terminal that was closed). A second Ctrl-C or
 * SIGTERM ends the process the hard way. A second SIGHUP does not: the shell and the kernel both send one.
 */
export const onStopSignal = (stop: () => void): void => {
  let isStopping = false
  const once = () => {
    if (!isStopping) stop()
    isStopping = true
  }
  process.once('SIGTERM', once)
  process.once('SIGINT', once)
  process.on('SIGHUP', () => {
    // What is still said would fail with EIO on the closed terminal, and end the process halfway.
    for (const output of [1, 2]) if (!isWritable(output)) discard(output)
    once()
  })
}

/**
 * A process that serves goes on when the reader of its output has gone away, as in `npm start | head -2`. Without this,
 * Node ends it with EPIPE on the next line that it prints.
 */
export const outliveReaders = (): void => {
  for (const output of [process.stdout, process.stderr]) {
    // The lines have no reader, so there is no place left to report the error.
    output.on('error', () => {})
  }
}

const isWritable = (output: number): boolean => {
  try {
    writeSync(output, '')
    return true
  } catch {
    return false
  }
}

/** From now on the output goes nowhere. The next file opened gets the lowest free number: the one closed. */
export const discard = (output: number): void => {
  closeSync(output)
  openSync(devNull, 'w')
}
