/** Operators who close the days that tills have left behind, two at a time. They are killed like everything else. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '#infra/local/retry'
import type { RunningSystem } from '#test/flows/running-system'
import { seededRandom, type Random } from '#test/simulation/random'
import type { Findings } from './findings.ts'
import { lastDayOfTrade, MERCHANTS } from './tills.ts'

export type Closers = {
  /** Waits until a close has come to its end, half a minute at most: it takes longer than most pauses between kills. */
  untilClosed(): Promise<void>
  /** Ends their work. */
  stop(): Promise<void>
  /** Closes the days of trade up to the last, once nothing is killed any more, and compares them with the archive. */
  finish(): Promise<void>
  /** What was answered of closed days at their first version, by URL. */
  readonly versions: ReadonlyMap<string, string>
  readonly tally: { runs: number; killed: number; done: number }
}

type Closing = { readonly system: RunningSystem; readonly findings: Findings; readonly seed: number }

const CLOSERS = 2

export const startClosers = ({ system, findings, seed }: Closing): Closers => {
  const startedAtMs = Date.now()
  const stopping = new AbortController()
  // One for both: their copies of the archive meet there.
  const folder = mkdtempSync(join(tmpdir(), 'daybook-closers-'))
  const versions = new Map<string, string>()
  const tally = { runs: 0, killed: 0, done: 0 }
  const run = async (script: string, args: readonly string[], killAfterMs?: number): Promise<number | null> => {
    const env = system.commandEnvironment
    if (env['AWS_ENDPOINT_URL_DYNAMODB'] === '') return null
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...env, DAYBOOK_DATA: folder },
      stdio: process.env['SHOW'] ? 'inherit' : 'ignore',
    })
    const exited = once(child, 'exit')
    const killer = setTimeout(() => child.kill('SIGKILL'), killAfterMs ?? 120_000)
    const [code] = (await exited) as [number | null]
    clearTimeout(killer)
    return code
  }
  const close = (day: string, killAfterMs?: number) => run('operations/close.ts', ['--day', day], killAfterMs)

  const loop = async (random: Random): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(1_000 + random.below(5_000), undefined, { signal: stopping.signal }).catch(() => {})
      const day = lastDayOfTrade(startedAtMs)
      const isVictim = random.chance(0.4)
      const code = await close(day, isVictim ? 500 + random.below(6_000) : undefined)
      tally.runs += 1
      if (code === null) tally.killed += 1
      if (code === 0) tally.done += 1
      else await lookAtVersions(system, day, versions, findings)
    }
  }
  const loops = Array.from({ length: CLOSERS }, (_, index) => loop(seededRandom(seed * CLOSERS + index)))

  return {
    versions,
    tally,
    async untilClosed() {
      const before = tally.done
      await eventually(async () => tally.done > before || undefined, { timeoutMs: 30_000 }).catch(() => {})
    },
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
    async finish() {
      if (tally.done === 0) findings.add('no close came to its end', `of ${tally.runs}`)
      const last = lastDayOfTrade(startedAtMs)
      for (let tries = 1; (await close(last)) !== 0; tries += 1) {
        if (tries < FINAL_TRIES) continue
        findings.add('days stay open although nothing is killed any more', last)
        break
      }
      await lookAtVersions(system, last, versions, findings)
      for (const day of daysBefore(last, 4)) {
        if ((await run('operations/reconcile.ts', ['--day', day])) !== 0)
          findings.add('a day that is not equal to its archive', day)
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const FINAL_TRIES = 5

/** Reads the first version of the last days of each shop, and compares it with what it was. */
const lookAtVersions = async (
  system: RunningSystem,
  last: string,
  versions: Map<string, string>,
  findings: Findings,
): Promise<void> => {
  for (const merchantId of MERCHANTS) {
    for (const day of daysBefore(last, 4)) {
      const path = `/v1/merchants/${merchantId}/days/${day}?version=1`
      const text = await versionText(system, path)
      if (text === undefined) continue
      const before = versions.get(path)
      if (before !== undefined && before !== text) findings.add('a closed version that has changed', path)
      versions.set(path, before ?? text)
    }
  }
}

/** The answer with its ETag; undefined without an answer, or while there is no such version. */
export const versionText = async ({ query, token }: RunningSystem, path: string): Promise<string | undefined> => {
  const signal = AbortSignal.timeout(10_000)
  const response = await fetch(query + path, { headers: { authorization: `Bearer ${token}` }, signal }).catch(() => {})
  if (response?.status !== 200) return undefined
  return `${response.headers.get('etag')} ${await response.text().catch(() => '')}`
}

const daysBefore = (last: string, count: number): string[] =>
  Array.from({ length: count }, (_, back) => new Date(Date.parse(last) - back * 86_400_000).toISOString().slice(0, 10))
