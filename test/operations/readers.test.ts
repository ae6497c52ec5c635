/** What an exit code says when the reader of the output has gone away: of a command in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

/** Prints, waits for the end of its input, prints more than a pipe holds, and ends with an exit code that nothing else has. */
const PROGRAM = `
  import { once } from 'node:events'
  import { EXIT, runCommand } from '#operations/command'
  await runCommand(async (_args, { print, complain }) => {
    print('begun')
    complain('begun')
    await once(process.stdin.resume(), 'end')
    for (let line = 0; line < 3; line += 1) {
      print('x'.repeat(100_000))
      complain('x'.repeat(100_000))
      await new Promise((resolve) => setImmediate(resolve))
    }
    return EXIT.failed
  }, '')`

test.each(['stdout', 'stderr'] as const)(
  'a command goes on to its own exit code when the reader of its %s goes away',
  async (gone) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM])
    const ended = once(child, 'exit')
    await Promise.all([once(child.stdout, 'data'), once(child.stderr, 'data')])
    for (const output of ['stdout', 'stderr'] as const) {
      if (output === gone) child[output].destroy()
      else child[output].resume()
    }
    child.stdin.end()
    expect(await ended).toEqual([3, null])
  },
)
