/**
 * DynamoDB for one machine: the dynoxide binary and a guard over it. dynoxide does not watch our processes. So the guard
 * ends with dynoxide, ends it when its own parent is gone, and replaces a dynoxide that a killed guard left behind.
 * With `--folder` data is kept there, without it in memory.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { onStopSignal, outliveReaders } from '#http/process-life'
import { makeFolder } from '#adapters/files/durable-files'
import { processLog } from '#infra/log'
import { dynoxideBinary } from './dynoxide.ts'
import { commandLineOf, endProcess } from './process-table.ts'

const { port, folder } = parseArgs({ options: { port: { type: 'string' }, folder: { type: 'string' } } }).values

const log = processLog({ name: 'dynamodb', level: 'fatal' })

const binary = dynoxideBinary()
const serve = [binary, 'serve', '--host', '127.0.0.1', '--port', String(port)]
const store = folder ? await startOver(resolve(folder)) : run(serve)

store.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
store.on('error', (error) => {
  log.fatal({ err: error }, 'the local DynamoDB cannot be run, and the process ends')
  process.exit(1)
})
outliveReaders()
onStopSignal(() => store.kill('SIGTERM'))
// SIGKILL, because this process may end at once; dynoxide's log of writes survives it.
process.on('exit', () => store.kill('SIGKILL'))

async function startOver(folder: string) {
  makeFolder(folder)
  const database = join(folder, 'store.sqlite')
  const pidFile = join(folder, 'dynoxide.pid')
  await endLeftover(pidFile, database)
  // The shell writes its own pid to the file and then becomes dynoxide. So the next guard finds every dynoxide, at
  // whatever moment this one is killed.
  const writePidThenBecome = ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', pidFile]
  return run([...writePidThenBecome, ...serve, '--db-path', database])
}

async function endLeftover(pidFile: string, database: string) {
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8'))
  // By now the process id may belong to another program.
  const command = commandLineOf(pid)
  const isOurs = command?.includes(binary) && command.includes(database)
  if (isOurs) await endProcess(pid, 2_000)
}

function run(command: readonly string[]) {
  const [program = '', ...args] = [...dieWithParent(), ...command]
  return spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Where the kernel supports it, dynoxide ends when the guard and its parent are killed at the same moment. */
function dieWithParent(): string[] {
  const setpriv = '/usr/bin/setpriv'
  return process.platform === 'linux' && existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--'] : []
}
