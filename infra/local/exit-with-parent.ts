/**
 * Preloaded (`node --import`) into every child of the local system, so that no exit of the parent, SIGKILL included,
 * leaves one behind, and so that the deployables need not know that they have a parent.
 */
import { discard } from '#http/process-life'

process.on('disconnect', () => {
  // Whoever read our output is gone, too. pino flushes at exit, and on a broken pipe it tries that for ever (sonic-boom
  // 4.2.1, flushSync); so what is left goes nowhere.
  for (const output of [1, 2]) discard(output)
  process.exit(0)
})

// The listener alone would keep a process alive that has otherwise finished.
process.channel?.unref()
