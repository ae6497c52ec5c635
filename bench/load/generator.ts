/**
 * The load generator: a process of its own, so that neither what is measured nor who measures keeps it waiting. It gets
 * one load, carries it out, and answers what came of it.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { read, type ReadOutcome, type Reads } from './reads.ts'
import { write, type Writes, type Written } from './writes.ts'

export function generate(load: Writes): Promise<Written>
export function generate(load: Reads): Promise<ReadOutcome>
export async function generate(load: Writes | Reads): Promise<Written | ReadOutcome> {
  const generator = fork(fileURLToPath(import.meta.url), ['--generate'])
  try {
    generator.send(load)
    const failed = once(generator, 'exit').then(([code]) => Promise.reject(new Error(`the generator ended: ${code}`)))
    const [outcome] = (await Promise.race([once(generator, 'message'), failed])) as [Written | ReadOutcome]
    return outcome
  } finally {
    generator.kill()
  }
}

const carryOut = async (load: Writes | Reads): Promise<void> => {
  const outcome = load.kind === 'writes' ? await write(load) : await read(load)
  process.send?.(outcome)
}

if (process.argv[2] === '--generate') {
  process.once('disconnect', () => process.exit(0))
  process.once('message', (load) => void carryOut(load as Writes | Reads))
}
