/** The real local system as a child of a test: what `npm start` starts, on free ports, with data of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { endpointVariable, SERVICES } from '#infra/local/local-aws'
import { freePorts } from '#infra/local/ports'
import { commandLineOf, isRunning } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'
import { SCOPES, type Scope } from '#ledger/access'

export const CHILDREN = ['kinesis', 'dynamodb', 's3', 'firehose', 'issuer', 'consumers', 'query-api', 'ingest'] as const
export type Child = (typeof CHILDREN)[number] | 'dynoxide'

/** What stands in the command line of each. */
const COMMANDS: Readonly<Record<Child, string>> = {
  kinesis: 'kinesis.server.ts',
  dynamodb: 'dynamodb.server.ts',
  dynoxide: 'dynoxide serve',
  s3: 's3.server.ts',
  firehose: 'firehose.server.ts',
  issuer: 'issuer.server.ts',
  consumers: 'consumers.server.ts',
  'query-api': 'query-api.server.ts',
  ingest: 'ingest.server.ts',
}

type Ports = Readonly<Record<'ingest' | 'query' | 'issuer', number>>

/** For services that are named by their addresses alone. */
const KEYS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }

type TokenWish = {
  readonly scopes?: readonly Scope[]
  readonly merchants?: readonly string[]
  readonly ttlSeconds?: number
}

/** Should the test itself be killed, its system ends as well. */
const exitWithParent = fileURLToPath(new URL('../../infra/local/exit-with-parent.ts', import.meta.url))

/** The environment for a system that starts its own services: those that the tests use are not meant for it. */
export const environmentWithoutServices = (): NodeJS.ProcessEnv => {
  const used = new Set(SERVICES.map(endpointVariable))
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !used.has(name)))
}

export class RunningSystem {
  readonly folder: string
  readonly #ports: Ports
  readonly #env: NodeJS.ProcessEnv
  #supervisor: ChildProcess | undefined
  #token: string | undefined
  readonly output: string[] = []

  private constructor(ports: Ports, env: NodeJS.ProcessEnv, folder: string) {
    this.#ports = ports
    this.#env = env
    this.folder = folder
  }

  static async start(
    env: NodeJS.ProcessEnv = {},
    folder = mkdtempSync(join(tmpdir(), 'daybook-flow-')),
  ): Promise<RunningSystem> {
    const [ingest = 0, query = 0, issuer = 0] = await freePorts(3)
    const system = new RunningSystem({ ingest, query, issuer }, env, folder)
    await system.start()
    system.#token = await system.tokenOf()
    return system
  }

  get ingest(): string {
    return `http://127.0.0.1:${this.#ports.ingest}`
  }

  /** Where the consumers answer their probes. */
  get consumers(): string {
    const { consumers } = JSON.parse(readFileSync(join(this.folder, 'endpoints.json'), 'utf8')) as { consumers: string }
    return consumers
  }

  get query(): string {
    return `http://127.0.0.1:${this.#ports.query}`
  }

  /** A token that may do everything for every merchant, also after the system was killed and started again. */
  get token(): string {
    if (this.#token === undefined) throw new Error('The system has not been started.')
    return this.#token
  }

  /** Another token, of a client of its own: `npm run token`. */
  async tokenOf({ scopes = SCOPES, merchants = ['*'], ttlSeconds }: TokenWish = {}): Promise<string> {
    const granted = merchants.flatMap((merchant) => ['--merchant', merchant])
    const lifetime = ttlSeconds === undefined ? [] : ['--ttl', String(ttlSeconds)]
    const args = ['operations/token.ts', '--scope', scopes.join(' '), ...granted, ...lifetime]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: this.commandEnvironment })
    return stdout.trim()
  }

  /** Where the local services listen, as the AWS SDK wants to be told. */
  get awsEnvironment(): Record<string, string> {
    const [child = 0] = this.#descendants()
    const names = SERVICES.map(endpointVariable)
    return Object.fromEntries(names.map((name) => [name, environmentOf(child).get(name) ?? '']))
  }

  /** The environment of a command that is meant for this system. The tests themselves may name other services. */
  get commandEnvironment(): NodeJS.ProcessEnv {
    return { ...this.#environment, ...this.awsEnvironment, ...KEYS }
  }

  /** Runs a script to its end against this system. */
  async run(script: string): Promise<{ readonly code: number; readonly output: string }> {
    const child = spawn(process.execPath, [script], {
      env: this.commandEnvironment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    return { code: Number(code), output }
  }

  /** Starts, or starts again on the same data and ports, with other settings where some are given. */
  async start(more: NodeJS.ProcessEnv = {}): Promise<void> {
    const supervisor = spawn(process.execPath, ['--import', exitWithParent, 'infra/local/daybook.server.ts'], {
      env: { ...this.#environment, ...this.#env, ...more },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#supervisor = supervisor
    let isReady = false
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.#keep(line)
        isReady ||= line.includes('"msg":"Daybook is ready"')
      })
    }
    const outcome = async () => (isReady ? 'ready' : hasEnded(supervisor) ? 'ended' : undefined)
    const started = await eventually(outcome, { timeoutMs: 30_000 }).catch(() => 'too slow')
    if (started !== 'ready') throw new Error(`not ready (${started}):\n${this.output.join('\n')}`)
  }

  /** The process of a child, as soon as it has one. */
  async pidOf(child: Child): Promise<number> {
    return await eventually(async () => this.pidNow(child), { timeoutMs: 20_000 })
  }

  /** The process of a child, if it has one at the moment. */
  pidNow(child: Child): number | undefined {
    return this.#descendants().find((pid) => commandLineOf(pid)?.includes(COMMANDS[child]))
  }

  /** All its processes, also those whose parent is gone: each has the data folder in its environment. */
  processes(): number[] {
    return processIds().filter((pid) => isRunning(pid) && environmentOf(pid).get('DAYBOOK_DATA') === this.folder)
  }

  /** SIGKILL to the supervisor alone. */
  async killSupervisor(): Promise<void> {
    const supervisor = this.#supervisor
    if (supervisor === undefined || hasEnded(supervisor)) return
    const exited = once(supervisor, 'exit')
    supervisor.kill('SIGKILL')
    await exited
  }

  /** SIGSTOP to every process of the system, the supervisor first. Returns when none of them does anything any more. */
  async freeze(): Promise<void> {
    this.#supervisor?.kill('SIGSTOP')
    const isFrozen = async () => {
      const pids = this.processes()
      for (const pid of pids) signal(pid, 'SIGSTOP')
      return pids.every(isStopped) || undefined
    }
    await eventually(isFrozen, { timeoutMs: 10_000, everyMs: 1 })
  }

  /** SIGKILL to every process of the system at once. */
  async killAll(): Promise<void> {
    const supervisor = this.#supervisor
    const exited = supervisor === undefined || hasEnded(supervisor) ? undefined : once(supervisor, 'exit')
    this.killAllNow()
    await exited
  }

  /** The same for the last moment of a process, which cannot wait. */
  killAllNow(): void {
    // The supervisor first, or it would start others while we count.
    this.#supervisor?.kill('SIGKILL')
    // A process that was just being started may appear after the first look.
    for (let look = 0; look < 2; look += 1) for (const pid of this.processes()) signal(pid, 'SIGKILL')
  }

  /** SIGTERM, and waits; answers the processes that are left, which there must not be. */
  async stop(): Promise<number[]> {
    const supervisor = this.#supervisor
    if (supervisor === undefined || hasEnded(supervisor)) return this.processes()
    const exited = once(supervisor, 'exit', { signal: AbortSignal.timeout(15_000) })
    supervisor.kill('SIGTERM')
    await exited
    return this.processes()
  }

  async remove(): Promise<void> {
    await this.killAll().catch(() => {})
    // A killed process may take a moment to let go of its files.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  /** What tells the system itself, and the commands, where it is. */
  get #environment(): NodeJS.ProcessEnv {
    const { ingest, query, issuer } = this.#ports
    return {
      ...environmentWithoutServices(),
      INGEST_PORT: String(ingest),
      QUERY_PORT: String(query),
      ISSUER_PORT: String(issuer),
      DAYBOOK_DATA: this.folder,
    }
  }

  #keep(line: string): void {
    this.output.push(line)
    // The newest of them say what went wrong.
    if (this.output.length > 20_000) this.output.splice(0, 10_000)
  }

  #descendants(): number[] {
    return this.#supervisor?.pid === undefined ? [] : descendantsOf(this.#supervisor.pid)
  }
}

/** Answers whether there was such a process to send it to. */
export const signal = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

// All that follows is read from /proc: these tests run on Linux.

/** The processes that a process has started, and theirs. */
export const descendantsOf = (pid: number): number[] => {
  const parents = new Map(processIds().map((child) => [child, parentOf(child)]))
  const childrenOf = (parent: number): number[] =>
    [...parents].filter(([, itsParent]) => itsParent === parent).flatMap(([child]) => [child, ...childrenOf(child)])
  return childrenOf(pid)
}

const processIds = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

const parentOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** Whether every thread is: one that waits for the disk goes on until it has been served. */
const isStopped = (pid: number): boolean =>
  threadsOf(pid).every((thread) => {
    const stat = read(`/proc/${pid}/task/${thread}/stat`)
    return stat === '' || 'TtZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2))
  })

const threadsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** The environment that a process was started with. */
const environmentOf = (pid: number): ReadonlyMap<string, string> =>
  new Map(
    read(`/proc/${pid}/environ`)
      .split('\0')
      .map((variable) => [variable.replace(/=.*/s, ''), variable.replace(/^[^=]*=/, '')]),
  )

/** Empty when the process has ended while we looked, or is another user's. */
const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
