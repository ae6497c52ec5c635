/**
 * npm run test:power -- [--cuts N] [--seed S] [--control]
 *
 * Cuts the power of the local system, N times in all, while tills send: all its processes are stopped at a random
 * moment, the image of its disk is copied as it stands, they are killed, and the system is started from the copy. Then
 * what it shows is compared with what the tills were told. Exit 0 only when all of it agrees; 77 where this machine does
 * not allow a disk image to be mounted. `--control` switches the syncs of the stream off: the run must then find
 * entries that were acknowledged and are gone.
 */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { table } from '#operations/terminal'
import { commandLineOf } from '#infra/local/process-table'
import { eventually } from '#infra/local/retry'
import { register } from '#test/flows/client'
import { RunningSystem, signal } from '#test/flows/running-system'
import { audit } from '#test/kill/audit'
import { NOT_ARCHIVED } from '#test/kill/compare-with-archive'
import { NOT_COUNTED } from '#test/kill/compare-with-sent'
import { Findings } from '#test/kill/findings'
import { SHOPS, startTills } from '#test/kill/tills'
import { Witness } from '#test/kill/witness'
import { readOptions, wholeNumber } from '#test/script-arguments'
import { seededRandom } from '#test/simulation/random'
import { Disk, NoDiskHere } from './disk.ts'

const NOT_ALLOWED_HERE = 77

const USAGE = 'npm run test:power -- [--cuts N] [--seed S] [--control]'
const values = readOptions(
  {
    cuts: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    control: { type: 'boolean', default: false },
  },
  USAGE,
)
const control = values.control
const cuts = wholeNumber('--cuts', values.cuts ?? (control ? '3' : '20'), USAGE)
const seed = wholeNumber('--seed', values.seed, USAGE)
const startedAtMs = Date.now()

const disk = await Disk.make().catch((error: unknown) => {
  if (!(error instanceof NoDiskHere)) throw error
  console.error(
    `The power cannot be cut here: a disk image has to be mounted behind a loop device, and ${error.message}. ` +
      'Run it as root on Linux with loop devices and mkfs.ext4. Nothing was proven.',
  )
  process.exit(NOT_ALLOWED_HERE)
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => void end(130))
// A system that hangs must not hang us.
setTimeout(() => void failed('It took too long.'), 180_000 + cuts * 20_000).unref()

let system: RunningSystem | undefined
try {
  system = await RunningSystem.start(
    { LOG_LEVEL: 'warn', DAYBOOK_SYNC: control ? 'never' : 'always' },
    join(disk.mountPoint, 'data'),
  )
  const findings = new Findings()
  report(await run(system, findings))
  await conclude(findings)
} catch (error) {
  await failed(error)
}

async function run(system: RunningSystem, findings: Findings) {
  const witness = new Witness()
  for (const [merchantId, lateEntries] of Object.entries(SHOPS)) await register(system, merchantId, { lateEntries })
  // An acknowledged entry is never sent again, because a copy would hide a lost entry.
  const stopTills = startTills({ system, witness, seed, resends: 'what-failed' })
  const random = seededRandom(seed)
  let behind = 0
  for (let cut = 1; cut <= cuts; cut += 1) {
    await untilAcknowledgedAgain(witness)
    await sleep(random.below(2_500))
    // Sometimes only the stream holds an entry. Without syncs, entries are lost there.
    if (control || random.chance(0.5)) {
      behind += 1
      signal(await system.pidOf('consumers'), 'SIGSTOP')
      await sleep(200 + random.below(1_500))
    }
    await cutPower(system)
    progress(cut, witness)
  }
  await untilAcknowledgedAgain(witness)
  await stopTills()
  const { counted, archived } = await audit({ system, witness, findings })
  for (const pid of await system.stop()) findings.add('a process outlived SIGTERM', `${pid} ${commandLineOf(pid)}`)
  return { witness, behind, counted, archived }
}

async function cutPower(system: RunningSystem): Promise<void> {
  await system.freeze()
  await disk.copy()
  await system.killAll()
  await disk.becomeCopy()
  await system.start()
}

async function untilAcknowledgedAgain(witness: Witness): Promise<void> {
  const sinceMs = Date.now()
  await eventually(async () => witness.acknowledgedSentAtMs > sinceMs || undefined, { timeoutMs: 30_000 })
}

function progress(done: number, witness: Witness): void {
  console.log(`${done} of ${cuts} cuts, ${witness.counts().acknowledged} acknowledged, ${seconds()} s`)
}

function report({ witness, behind, counted, archived }: Awaited<ReturnType<typeof run>>): void {
  const { acknowledged, refused, unanswered } = witness.counts()
  const rows = [
    ['cuts', cuts],
    ['of them with the consumers behind', behind],
    ['acknowledged', acknowledged],
    ['refused', refused],
    ['unanswered', unanswered],
    ['counted', counted],
    ['in the archive', archived ?? 'nothing archives yet'],
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
  const lost = [...findings.of(NOT_COUNTED), ...findings.of(NOT_ARCHIVED)]
  if (!control && !findings.isEmpty) await failed(String(findings))
  if (control && lost.length === 0) await failed(`The control was not caught. ${String(findings)}`)
  if (control) console.log(`The control was caught:\n${String(findings)}`)
  else console.log('Everything acknowledged is counted once and archived, and nothing else is.')
  await end(0)
}

/** The output of the system is kept for the person who looks into it. */
async function failed(reason: unknown): Promise<never> {
  const output = join(tmpdir(), `daybook-power-${process.pid}.log`)
  writeFileSync(output, system?.output.join('\n') ?? '')
  console.error(`\nFAILED\n${reason instanceof Error ? reason.message : String(reason)}\n`)
  console.error(`What the system said is in ${output}`)
  console.error(`Again: npm run test:power -- --cuts ${cuts} --seed ${seed}${control ? ' --control' : ''}`)
  return await end(1)
}

/** Tills may still be at work. */
async function end(code: number): Promise<never> {
  await system?.killAll().catch(() => {})
  await disk.remove().catch((error: unknown) => console.error(error))
  process.exit(code)
}

function seconds(): number {
  return Math.round((Date.now() - startedAtMs) / 1_000)
}
