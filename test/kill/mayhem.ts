/** Kills random processes, one after the other, and sometimes pauses the consumers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLineOf, isRunning } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'
import { CHILDREN, signal, type Child, type RunningSystem } from '#test/flows/running-system'
import type { Random } from '#test/simulation/random'
import type { Findings } from './findings.ts'
import type { Witness } from './witness.ts'

/** A child; the supervisor alone, which its children then have to notice; or every process at the same moment. */
type Victim = Child | 'supervisor' | 'everything'

export type Mayhem = {
  readonly system: RunningSystem
  readonly witness: Witness
  readonly findings: Findings
  readonly random: Random
  readonly kills: number
  readonly onKill: (done: number) => void
  /** Waits for work that takes longer than most pauses between kills. */
  readonly lull: () => Promise<void>
}

export type Toll = {
  readonly kills: ReadonlyMap<Victim, number>
  readonly pauses: number
  /** From each kill until an entry that was sent after it was acknowledged, where that was waited for. */
  readonly recoveriesMs: readonly number[]
}

export const wreak = async ({ system, witness, findings, random, kills, onKill, lull }: Mayhem): Promise<Toll> => {
  const tally = new Map<Victim, number>()
  const recoveriesMs: number[] = []
  let done = 0
  let pauses = 0

  const strike = async (victim: Victim): Promise<void> => {
    if (!(await kill(system, victim, findings))) return
    tally.set(victim, (tally.get(victim) ?? 0) + 1)
    done += 1
    onKill(done)
  }

  while (done < kills) {
    const paused = random.chance(0.1) ? system.pidNow('consumers') : undefined
    if (paused !== undefined && signal(paused, 'SIGSTOP')) pauses += 1
    const killedAtMs = Date.now()
    await Promise.all(pickVictims(random, paused === undefined).map(strike))
    if (paused !== undefined) {
      await sleep(random.below(2_000))
      signal(paused, 'SIGCONT')
    }
    // Often enough the next kill hits a system that is still recovering from this one.
    if (random.chance(0.75)) recoveriesMs.push(await recovery(witness, killedAtMs))
    await sleep(random.below(800))
    if (random.chance(0.1)) await lull()
  }
  return { kills: tally, pauses, recoveriesMs }
}

/** One, sometimes two to die in the same moment. */
const pickVictims = (random: Random, mayEndAll: boolean): readonly Victim[] => {
  // Rarer, since starting all over takes a second or two; and not while the consumers are stopped, for a stopped
  // process cannot notice that its parent is gone.
  if (mayEndAll && random.chance(0.12)) {
    const end = random.pick(['supervisor', 'everything'] as const)
    return random.chance(0.5) ? [end] : [random.pick(VICTIMS), end]
  }
  return random.chance(0.15) ? [random.pick(VICTIMS), random.pick(VICTIMS)] : [random.pick(VICTIMS)]
}

const VICTIMS: readonly Child[] = [...CHILDREN, 'dynoxide', 'consumers']

/** Answers whether there was something to kill. */
const kill = async (system: RunningSystem, victim: Victim, findings: Findings): Promise<boolean> => {
  if (victim !== 'supervisor' && victim !== 'everything') {
    const pid = system.pidNow(victim)
    return pid !== undefined && signal(pid, 'SIGKILL')
  }
  const before = system.processes()
  await (victim === 'everything' ? system.killAll() : system.killSupervisor())
  await system.start()
  // By now the new system has replaced the processes that it needs. The others must have ended by themselves.
  const left = () => before.filter(isRunning)
  await eventually(async () => left().length === 0 || undefined, { timeoutMs: 5_000 }).catch(() => {
    for (const pid of left()) findings.add('a process outlived its system', `${pid} ${commandLineOf(pid)}`)
  })
  return true
}

const recovery = async (witness: Witness, killedAtMs: number): Promise<number> => {
  const isBack = async () => witness.acknowledgedSentAtMs > killedAtMs || undefined
  await eventually(isBack, { timeoutMs: 30_000 }).catch((cause: unknown) => {
    throw new Error('Since the last kill nothing is acknowledged any more.', { cause })
  })
  return Date.now() - killedAtMs
}
