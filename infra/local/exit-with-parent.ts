/**
 * Preloaded (`node --import`) into every child of the local system. The child ends when its parent ends, also by SIGKILL,
 * and the deployables need no code for it.
 */
import { discard } from '#http/process-life'

process.on('disconnect', () => {
  // The reader of our output is gone as well. pino flushes at exit, and retries for ever on a broken pipe (sonic-boom
  // 4.2.1, flushSync), so the rest of the output is dropped.
  for (const output of [1, 2]) discard(output)
  process.exit(0)
})

// Without this, the listener would keep a finished process alive.
process.channel?.unref()
