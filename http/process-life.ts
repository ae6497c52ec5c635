import { closeSync, openSync, writeSync } from 'node:fs'
import { devNull } from 'node:os'

/**
 * Calls `stop` on SIGTERM (a supervisor), SIGINT (Ctrl-C) and SIGHUP (a terminal that was closed). A second Ctrl-C or
 * SIGTERM ends the process at once. A second SIGHUP does not: the shell and the kernel both send one.
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
    // Output to the closed terminal would fail with EIO and end the process halfway.
    for (const output of [1, 2]) if (!isWritable(output)) discard(output)
    once()
  })
}

/**
 * Keeps the process running after the reader of its output has gone, as in `npm start | head -2`. Without this, Node
 * ends it with EPIPE on the next line that it prints.
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

/**
 * Sends the output nowhere from now on. The next file that is opened gets the lowest free number, which is the one just
 * closed.
 */
export const discard = (output: number): void => {
  closeSync(output)
  openSync(devNull, 'w')
}
