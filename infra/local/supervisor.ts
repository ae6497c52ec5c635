/**
 * Keeps child processes running. A child that dies is started again. Stopping ends the children stage by stage, in the
 * reverse order of starting, and gives each time to finish its work.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { backoffMs, pause } from './retry.ts'

export type ChildSpec = {
  readonly name: string
  /** A script for Node, and its arguments. */
  readonly script: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
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
  readonly print: (line: string) => void
  /** The time that a child has to end after SIGTERM. */
  readonly patienceMs?: number
}

export const startSupervisor = ({ print, patienceMs = 6_000 }: SupervisorOptions): Supervisor => {
  const stopping = new AbortController()
  const running = new Map<string, ChildProcess>()
  const kept = new Map<string, { readonly stage: number; readonly ended: Promise<void> }>()

  const keepRunning = async (spec: ChildSpec) => {
    let quickDeaths = 0
    while (!stopping.signal.aborted) {
      const child = spawnChild(spec, print)
      const startedAt = performance.now()
      running.set(spec.name, child)
      const ending = await endOf(child)
      running.delete(spec.name)
      if (stopping.signal.aborted) return
      quickDeaths = performance.now() - startedAt > steadyAfterMs ? 1 : quickDeaths + 1
      print(`${label(spec.name)}ended (${ending}), starting it again`)
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
const stopWithinMs = 9_000

const exitWithParent = fileURLToPath(new URL('exit-with-parent.ts', import.meta.url))

const spawnChild = ({ name, script, args = [], env = {} }: ChildSpec, print: (line: string) => void) => {
  const child = spawn(process.execPath, ['--import', exitWithParent, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Each child has its own process group, so Ctrl-C reaches only the supervisor, which ends the children in order.
    detached: true,
  })
  for (const output of [child.stdout, child.stderr]) printLines(output, label(name), print)
  return child
}

const printLines = (output: Readable | null, prefix: string, print: (line: string) => void) => {
  if (output) createInterface({ input: output }).on('line', (line) => print(`${prefix}${line}`))
}

const label = (name: string) => `${name.padEnd(10)} | `

const endOf = async (child: ChildProcess): Promise<string> =>
  await new Promise((ended) => {
    child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
    child.once('error', (error) => ended(error.message))
  })
