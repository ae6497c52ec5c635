/** ministack, an emulator of AWS from PyPI, as a process of the test. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '#infra/local/retry'

export type EmulatorPlace = {
  readonly port: number
  readonly folder: string
  /** The account of requests without a signature, such as those of API Gateway's callers. */
  readonly account: string
}

/**
 * Starts the emulator on loopback, with a data folder of its own. `functions` is set in the environment of each function,
 * in addition to what the template sets.
 */
export const startEmulator = (
  { port, folder, account }: EmulatorPlace,
  functions: Readonly<Record<string, string>>,
): { readonly ready: Promise<unknown>; stop(): Promise<void> } => {
  const logFile = join(folder, 'ministack.log')
  const log = openSync(logFile, 'a')
  const emulator = spawn('ministack', [], {
    // A group of its own: the processes of functions end with it.
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      // Nothing else of our environment reaches the functions, which inherit that of the emulator.
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      STATE_DIR: join(folder, 'state'),
      S3_DATA_DIR: join(folder, 's3'),
      // Its default is every interface.
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      MINISTACK_ACCOUNT_ID: account,
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      PYTHONPATH: join(import.meta.dirname, 'more-types'),
      PYTHONDONTWRITEBYTECODE: '1',
      ...functions,
    },
  })
  const ended = new Promise<never>((_, reject) => {
    emulator.once('error', () => reject(new Error(NO_EMULATOR)))
    emulator.once('exit', (code) =>
      reject(new Error(`ministack ended with ${code}:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)),
    )
  })
  // It also ends at the end of the test.
  ended.catch(() => {})
  const answers = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/_ministack/health`)
    return response.ok || undefined
  }
  return { ready: Promise.race([ended, eventually(answers, { timeoutMs: 60_000 })]), stop: () => stop(emulator) }
}

const NO_EMULATOR =
  'There is no `ministack` on the PATH. In a new virtual environment of Python: ' +
  '`pip install ministack==1.5.33 cryptography==50.0.2`, and put its bin folder on the PATH (docs/testing.md).'

/** Ends the emulator and the processes of functions. */
const stop = async (emulator: ChildProcess): Promise<void> => {
  if (emulator.pid === undefined || emulator.exitCode !== null || emulator.signalCode !== null) return
  const ended = once(emulator, 'exit')
  process.kill(-emulator.pid, 'SIGTERM')
  const timer = setTimeout(() => emulator.pid !== undefined && process.kill(-emulator.pid, 'SIGKILL'), 5_000)
  await ended
  clearTimeout(timer)
  // Processes of functions that did not hear the first signal.
  try {
    process.kill(-emulator.pid, 'SIGKILL')
  } catch {
    // The group is empty.
  }
}
