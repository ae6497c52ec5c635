/**
 * npm run test:kill -- [--kills N] [--seed S] [--control]
 *
 * Kills every process of the local system, N times in all, while tills send, and then compares what it shows with what
 * the tills were told. Exit 0 only when all of it agrees. The seed repeats what is sent and who is killed; when exactly
 * the machine does what, it cannot. `--control` switches deduplication off and sends nothing twice: the run must then
 * find entries that are counted more than once, which only a kill can have caused.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { table } from '#operations/terminal'
import { endpointVariable, namedServices, type LocalService } from '#infra/local/local-aws'
import { commandLineOf } from '#infra/local/process-table'
import { register } from '#test/flows/client'
import { RunningSystem } from '#test/flows/running-system'
import { readOptions, wholeNumber } from '#test/script-arguments'
import { seededRandom } from '#test/simulation/random'
import { startAddingUp } from './adds-up.ts'
import { audit } from './audit.ts'
import { startClosers } from './closers.ts'
import { COUNTED_TWICE } from './compare-with-sent.ts'
import { Findings } from './findings.ts'
import { wreak, type Toll } from './mayhem.ts'
import { startReaders } from './readers.ts'
import { SHOPS, startTills } from './tills.ts'
import { Witness } from './witness.ts'

const USAGE = 'npm run test:kill -- [--kills N] [--seed S] [--control]'
const values = readOptions(
  {
    kills: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    control: { type: 'boolean', default: false },
  },
  USAGE,
)
const control = values.control
const kills = wholeNumber('--kills', values.kills ?? (control ? '40' : '200'), USAGE)
const seed = wholeNumber('--seed', values.seed, USAGE)
const startedAtMs = Date.now()

// Were the control not to fit the code any more, the consumers alone would say so.
if (control) await import('./no-deduplication.ts').then(() => import('#ledger/book'))

// A service that the environment names is used, as by `npm start`, and is no victim.
const named = Object.entries(namedServices()).map(([service, url]) => [endpointVariable(service as LocalService), url])
const system = await RunningSystem.start({
  LOG_LEVEL: 'warn',
  ...(Object.fromEntries(named) as NodeJS.ProcessEnv),
  ...(control && { NODE_OPTIONS: preloaded() }),
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, interrupted)
// A system that hangs must not hang us.
setTimeout(() => fail('It took too long.'), 120_000 + kills * 5_000).unref()

try {
  const findings = new Findings()
  const ran = await run(findings)
  report(ran)
  await conclude(findings)
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}

async function run(findings: Findings) {
  const witness = new Witness()
  for (const [merchantId, lateEntries] of Object.entries(SHOPS)) await register(system, merchantId, { lateEntries })
  const stopTills = startTills({ system, witness, seed, resends: control ? 'nothing' : 'anything' })
  const stopReaders = startReaders({ system, witness, findings })
  const stopAddingUp = startAddingUp({ system, findings })
  // The control counts entries twice, so that its books are not those of the archive.
  const closers = control ? undefined : startClosers({ system, findings, seed })
  const random = seededRandom(seed)
  const onKill = (done: number) => progress(done, witness)
  const lull = async () => await closers?.untilClosed()
  const toll = await wreak({ system, witness, findings, random, kills, onKill, lull })
  await stopTills()
  const lookedUp = await stopReaders()
  const addedUp = await stopAddingUp()
  await closers?.stop()
  const audited = await audit({ system, witness, findings, ...(closers && { closers }) })
  for (const pid of await system.stop()) findings.add('a process outlived SIGTERM', `${pid} ${commandLineOf(pid)}`)
  return { witness, toll, lookedUp, addedUp, ...audited, closers }
}

function progress(done: number, witness: Witness): void {
  const line = `${done} of ${kills} kills, ${witness.counts().acknowledged} acknowledged, ${seconds()} s`
  if (process.stdout.isTTY) process.stdout.write(`\r${line}${done >= kills ? '\n' : ''}`)
  else if (done % Math.ceil(kills / 10) === 0) console.log(line)
}

function report({
  witness,
  toll,
  lookedUp,
  addedUp,
  counted,
  late,
  archived,
  closers,
}: Awaited<ReturnType<typeof run>>): void {
  const { acknowledged, refused, unanswered } = witness.counts()
  const rows = [
    ...Array.from(toll.kills, ([victim, count]) => [`kills of ${victim}`, count]),
    ['pauses of consumers', toll.pauses],
    ['acknowledged', acknowledged],
    ['refused', refused],
    ['unanswered', unanswered],
    ['looked up at once', lookedUp],
    ['totals that add up', addedUp],
    ['counted', counted],
    ['in the archive', archived ?? 'nothing archives yet'],
    ['runs of closers', closers?.tally.runs ?? 0],
    ['of them killed, come to their end', `${closers?.tally.killed ?? 0}, ${closers?.tally.done ?? 0}`],
    ['late: passed on, restated, in quarantine', Object.values(late).join(', ')],
    ['closed days looked at again and again', closers?.versions.size ?? 0],
    ['until acknowledged again, median ms', quantile(toll, 0.5)],
    ['until acknowledged again, longest ms', quantile(toll, 1)],
    ['seconds', seconds()],
  ]
  console.log(
    `\n${table(
      [`seed ${seed}`, ''],
      rows.map((row) => row.map(String)),
    ).join('\n')}\n`,
  )
}

async function conclude(findings: Findings): Promise<void> {
  const doubled = findings.of(COUNTED_TWICE)
  if (!control && !findings.isEmpty) fail(String(findings))
  if (control && doubled.length === 0) fail(`The control was not caught. ${String(findings)}`)
  await system.remove()
  if (control) console.log(`The control was caught:\n${String(findings)}`)
  else console.log('Everything acknowledged is counted once, and nothing else is.')
}

/** The output and the data of the system are kept for the person who looks into it. */
function fail(reason: string): never {
  system.killAllNow()
  writeFileSync(join(system.folder, 'output.log'), system.output.join('\n'))
  console.error(`\nFAILED\n${reason}\n\nThe data and the output of the system are in ${system.folder}/`)
  console.error(`Again: npm run test:kill -- --kills ${kills} --seed ${seed}${control ? ' --control' : ''}`)
  // Tills may still be at work.
  process.exit(1)
}

function interrupted(): void {
  system.killAllNow()
  rmSync(system.folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(130)
}

function quantile({ recoveriesMs }: Toll, q: number): number {
  return recoveriesMs.toSorted((a, b) => a - b)[Math.floor(q * (recoveriesMs.length - 1))] ?? 0
}

function seconds(): number {
  return Math.round((Date.now() - startedAtMs) / 1_000)
}

function preloaded(): string {
  return `${process.env['NODE_OPTIONS'] ?? ''} --import=${new URL('no-deduplication.ts', import.meta.url).href}`
}
