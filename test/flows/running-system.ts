/** The real local system as a child of a test: what `npm start` starts, on free ports, with data of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePorts } from '#infra/local/ports'
import { commandLineOf, isRunning } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'

export const CHILDREN = ['kinesis', 'dynamodb', 'consumers', 'query-api', 'ingest'] as const
export type Child = (typeof CHILDREN)[number] | 'dynoxide'

export class RunningSystem {
  readonly #folder = mkdtempSync(join(tmpdir(), 'daybook-flow-'))
  readonly #ports: { readonly ingest: number; readonly query: number }
  #supervisor: ChildProcess | undefined
  readonly output: string[] = []

  private constructor(ports: { readonly ingest: number; readonly query: number }) {
    this.#ports = ports
  }

  static async start(): Promise<RunningSystem> {
    const [ingest = 0, query = 0] = await freePorts(2)
    const system = new RunningSystem({ ingest, query })
    await system.start()
    return system
  }

  get ingest(): string {
    return `http://127.0.0.1:${this.#ports.ingest}`
  }

  get query(): string {
    return `http://127.0.0.1:${this.#ports.query}`
  }

  /** Where stream and store listen, as the AWS SDK wants to be told. */
  get awsEnvironment(): Record<string, string> {
    const addressAfter = (text: string): string => {
      const line = this.output.findLast((printed) => printed.includes(text)) ?? ''
      return `http://127.0.0.1:${/:(\d+)$/.exec(line.trim())?.[1]}`
    }
    return {
      AWS_ENDPOINT_URL_KINESIS: addressAfter('kinesis    | listening on'),
      AWS_ENDPOINT_URL_DYNAMODB: addressAfter('Dynoxide listening on'),
    }
  }

  /** Starts, or starts again on the same data and ports. */
  async start(): Promise<void> {
    const supervisor = spawn(process.execPath, ['infra/local/daybook.server.ts'], {
      env: {
        ...process.env,
        INGEST_PORT: String(this.#ports.ingest),
        QUERY_PORT: String(this.#ports.query),
        DAYBOOK_DATA: this.#folder,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#supervisor = supervisor
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.output.push(line))
    }
    const ready = async () => (this.output.some((line) => line.startsWith('Daybook is ready')) ? true : undefined)
    await eventually(ready, { timeoutMs: 30_000 }).catch((cause: unknown) => {
      throw new Error(`not ready:\n${this.output.join('\n')}`, { cause })
    })
  }

  /** The process of a child, as soon as it has one. */
  async pidOf(child: Child): Promise<number> {
    const supervisor = this.#supervisor?.pid ?? 0
    const script = { dynoxide: 'dynoxide serve', ingest: 'ingest.server.ts', 'query-api': 'query-api.server.ts' }
    const wanted = {
      ...script,
      kinesis: 'kinesis.server.ts',
      dynamodb: 'dynamodb.server.ts',
      consumers: 'consumers.server.ts',
    }
    const find = async () => descendantsOf(supervisor).find((pid) => commandLineOf(pid)?.includes(wanted[child]))
    return await eventually(find, { timeoutMs: 20_000 })
  }

  /** SIGKILL to every process of the system at once. */
  async killAll(): Promise<void> {
    const supervisor = this.#supervisor
    if (supervisor?.pid === undefined) return
    const pids = [supervisor.pid, ...descendantsOf(supervisor.pid)]
    const exited = once(supervisor, 'exit')
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    await exited
    this.output.length = 0
  }

  /** SIGTERM, and waits; answers the processes that are left, which there must not be. */
  async stop(): Promise<number[]> {
    const supervisor = this.#supervisor
    if (supervisor?.pid === undefined) return []
    const pids = descendantsOf(supervisor.pid)
    const exited = once(supervisor, 'exit')
    supervisor.kill('SIGTERM')
    await exited
    return pids.filter(isRunning)
  }

  async remove(): Promise<void> {
    await this.killAll().catch(() => {})
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The processes that a process has started, and theirs. Read from /proc: these tests run on Linux. */
const descendantsOf = (pid: number): number[] => {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended while we looked.
    }
  }
  const childrenOf = (parent: number): number[] =>
    [...parents].filter(([, itsParent]) => itsParent === parent).flatMap(([child]) => [child, ...childrenOf(child)])
  return childrenOf(pid)
}
