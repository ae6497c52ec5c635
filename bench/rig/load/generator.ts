/**
 * The load generator runs in its own process, so that neither the measured system nor the measuring process delays it. It
 * gets one load, carries it out, and returns the result.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { read, type ReadOutcome, type Reads } from './reads.ts'
import { upload, type Upload, type Uploaded } from './uploads.ts'
import { write, type Writes, type Written } from './writes.ts'

type Load = Writes | Reads | Upload
type Outcome<L extends Load> = L extends Writes ? Written : L extends Reads ? ReadOutcome : Uploaded

export const generate = async <L extends Load>(load: L): Promise<Outcome<L>> => {
  const generator = fork(fileURLToPath(import.meta.url), ['--generate'])
  try {
    generator.send(load)
    const failed = once(generator, 'exit').then(([code]) => Promise.reject(new Error(`the generator ended: ${code}`)))
    const [outcome] = (await Promise.race([once(generator, 'message'), failed])) as [Outcome<L>]
    return outcome
  } finally {
    generator.kill()
  }
}

const carryOut = (load: Load): Promise<Written | ReadOutcome | Uploaded> => {
  switch (load.kind) {
    case 'writes':
      return write(load)
    case 'reads':
      return read(load)
    case 'upload':
      return upload(load)
  }
}

if (process.argv[2] === '--generate') {
  process.once('disconnect', () => process.exit(0))
  process.once('message', (load) => void carryOut(load as Load).then((outcome) => process.send?.(outcome)))
}
