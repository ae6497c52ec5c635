/**
 * Keeps child processes running. A child that dies is started again. Stopping ends the children stage by stage, in the
 * reverse order of starting, and gives each time to finish its work.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Output } from './output.ts'
import { backoffMs, pause } from './retry.ts'
import type { FailedService } from './start-failure.ts'

export type ChildSpec = {
  readonly name: string
  /** A script for Node, and its arguments. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** The file or folder of its data, for messages. */
  readonly data?: string | undefined
  /** Children of one stage are ended together, those of a higher stage first. By default the order of starting. */
  readonly stage?: number
}

export type Supervisor = {
  /** Starts the child and keeps it running until stop(). */
  start(child: ChildSpec): void
  /** Ends all children, stage by stage, the highest first. Returns within ten seconds, when no child is left. */
  stop(): Promise<void>
  /** The process of a child, while it has one. */
  pidOf(name: string): number | undefined
}

export type SupervisorOptions = {
  readonly output: Pick<Output, 'child' | 'tell'>
  /** Called when a child has died `STUCK_AFTER` times in a row soon after its start. It is started again even then. */
  readonly onStuck?: (service: FailedService) => void
  /** The time that a child has to end after SIGTERM. */
  readonly patienceMs?: number
}

export const startSupervisor = ({ output, onStuck, patienceMs = 6_000 }: SupervisorOptions): Supervisor => {
  const stopping = new AbortController()
  const running = new Map<string, ChildProcess>()
  const kept = new Map<string, { readonly stage: number; readonly ended: Promise<void> }>()

  const keepRunning = async (spec: ChildSpec) => {
    let quickDeaths = 0
    while (!stopping.signal.aborted) {
      const said: string[] = []
      const child = spawnChild(spec, (line) => {
        said.push(line)
        if (said.length > KEPT_LINES) said.shift()
        output.child(spec.name, line)
      })
      const startedAt = performance.now()
      running.set(spec.name, child)
      const lastWords = outputOf(child)
      const ending = await endOf(child)
      running.delete(spec.name)
      await lastWords
      if (stopping.signal.aborted) return
      quickDeaths = performance.now() - startedAt > steadyAfterMs ? 1 : quickDeaths + 1
      output.tell(spec.name, 'warn', `ended (${ending}), starting it again`)
      if (quickDeaths >= STUCK_AFTER) {
        onStuck?.({
          name: spec.name,
          data: spec.data,
          ending: `it ended ${quickDeaths} times in a row, with ${ending}`,
          said,
        })
      }
      await pause(backoffMs(restart, quickDeaths), stopping.signal)
    }
  }

  const stopInTurn = async () => {
    stopping.abort()
    const deadline = performance.now() + stopWithinMs
    const stages = [...Map.groupBy(kept, ([, { stage }]) => stage)].toSorted(([a], [b]) => b - a)
    for (const [, children] of stages) {
      await Promise.all(children.map(([name, { ended }]) => end(name, ended, deadline)))
    }
  }

  const end = async (name: string, ended: Promise<void>, deadline: number) => {
    const child = running.get(name)
    child?.kill('SIGTERM')
    const leftMs = Math.max(0, deadline - performance.now())
    const insist = setTimeout(() => child?.kill('SIGKILL'), Math.min(patienceMs, leftMs))
    await ended
    clearTimeout(insist)
  }

  let stopped: Promise<void> | undefined
  return {
    start: (spec) => {
      kept.set(spec.name, { stage: spec.stage ?? kept.size, ended: keepRunning(spec) })
    },
    // Ctrl-C under npm arrives twice: from the terminal and from npm.
    stop: () => (stopped ??= stopInTurn()),
    pidOf: (name) => running.get(name)?.pid,
  }
}

const restart = { minMs: 100, maxMs: 5_000 }
const steadyAfterMs = 10_000
// What heals by itself, such as a lock of a process that is just ending, has healed after so many tries.
const STUCK_AFTER = 4
const KEPT_LINES = 100
const stopWithinMs = 9_000

// A URL, because `--import` takes no path with a drive letter.
const exitWithParent = new URL('exit-with-parent.ts', import.meta.url).href

const spawnChild = ({ script, args = [], env = {} }: ChildSpec, onLine: OnLine) => {
  const child = spawn(process.execPath, ['--import', exitWithParent, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Each child has its own process group, so Ctrl-C reaches only the supervisor, which ends the children in order. On
    // Windows it would have its own window instead; there Ctrl-C reaches all of them, and each ends by itself.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  for (const output of [child.stdout, child.stderr]) readLines(output, onLine)
  return child
}

type OnLine = (line: string) => void

const readLines = (output: Readable | null, onLine: OnLine) => {
  if (output) createInterface({ input: output }).on('line', onLine)
}

const endOf = async (child: ChildProcess): Promise<string> =>
  await new Promise((ended) => {
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
    child.once('error', (error) => ended(error.message))
  })

/** When all output of a child that has ended is read. A process that it left behind may hold the output open for longer. */
const outputOf = async (child: ChildProcess): Promise<void> =>
  await new Promise((read) => {
    child.once('close', () => read())
    child.once('error', () => read())
    child.once('exit', () => setTimeout(read, 200).unref())
  })
