/**
 * npm run bench:closing -- [MERCHANTS]
 *
 * Closes days of 10,000 merchants on a running system, in three ways:
 *
 * 1. Two days by one command. Given again, the command has to change nothing.
 * 2. A third day by a command that is killed in the middle. Given again, it has to close the rest.
 * 3. A fourth day by the workflow, as days close by themselves.
 *
 * Each merchant has one entry a day. At the end every day of every merchant is read: its opening balance, its net and its
 * closing balance must be those of the entries that were sent. Exit code 1 when a promise is broken.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { eventually } from '#infra/local/retry'
import { concurrently } from '#ledger/concurrently'
import { aSale, answered, postBatch, register, type Sale } from '#test/flows/client'
import { RunningSystem } from '#test/flows/running-system'
import { wholeNumber } from '#test/script-arguments'
import { printFigure, printMachine } from '../rig/load/print-figures.ts'

const count = wholeNumber('The number of merchants', process.argv[2] ?? '10000', 'npm run bench:closing -- [MERCHANTS]')
const MERCHANTS = Array.from({ length: count }, (_, index) => `shop-${String(index).padStart(5, '0')}`)
// The last days that have ended in UTC, the calendar of all merchants.
const DAYS = [4, 3, 2, 1].map((ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10))
const [, second = '', third = '', fourth = ''] = DAYS
const MOST_SECONDS = 300
const AT_ONCE = 8
const PER_BATCH = 100

printMachine()
const system = await RunningSystem.start({ LOG_LEVEL: 'warn' })
try {
  await fill()
  await closeAtOnce()
  await closeThoughKilled()
  await closeByItself()
  const wrong = await concurrently(MERCHANTS.entries(), AT_ONCE, wrongDays)
  printNone('days whose balances are not those of the entries', wrong.flat())
  await system.stop()
} finally {
  await system.remove()
}

async function fill(): Promise<void> {
  await concurrently(MERCHANTS, AT_ONCE, async (merchantId) => await register(system, merchantId))
  const sales = DAYS.flatMap((_, day) => MERCHANTS.map((_, merchant) => saleOf(merchant, day)))
  const starts = Array.from({ length: Math.ceil(sales.length / PER_BATCH) }, (_, batch) => batch * PER_BATCH)
  await concurrently(starts, AT_ONCE, async (start) => {
    const batch = sales.slice(start, start + PER_BATCH)
    // Each entry is of another merchant, which is more than the local register looks up in time. As a till does, send it again.
    const sent = async () => ((await postBatch(system, batch)).status === 202 ? true : undefined)
    await eventually(sent, { timeoutMs: 60_000, everyMs: 500 })
  })
  // Days close hours after their entries came.
  await concurrently(MERCHANTS, AT_ONCE, async (merchantId) => {
    await Promise.all(DAYS.map(async (day) => await until(merchantId, day, ({ entryCount }) => entryCount === 1)))
  })
}

async function closeAtOnce(): Promise<void> {
  const took = await finished(close(second))
  printSeconds(`two days of ${n(count)} merchants, by one command`, took, MOST_SECONDS)
  const before = await stateOfAll()
  printSeconds('— the same command again', await finished(close(second)))
  printNone('— merchants that it changed', changedBetween(before, await stateOfAll()))
}

async function closeThoughKilled(): Promise<void> {
  const killed = close(third)
  const middle = MERCHANTS[Math.floor(count / 2)] as string
  const exited = once(killed, 'exit')
  await Promise.race([untilClosed(middle, third), exited])
  killed.kill('SIGKILL')
  const [code] = (await exited) as [number | null]
  if (code !== null) throw new Error(`the command came to its end (exit code ${code}) before it was killed`)
  const closed = (await concurrently(MERCHANTS, AT_ONCE, async (id) => await isClosed(id, third))).filter(
    Boolean,
  ).length
  const took = await finished(close(third))
  printSeconds(
    `a day of which ${n(closed)} were closed when the command was killed, by a second one`,
    took,
    MOST_SECONDS,
  )
}

async function closeByItself(): Promise<void> {
  await system.stop()
  await system.start({ CLOSE_AFTER: '0s', CLOSE_EVERY: '1s' })
  const startedAtMs = performance.now()
  await concurrently(MERCHANTS, AT_ONCE, async (merchantId) => await untilClosed(merchantId, fourth))
  printSeconds(
    'a day, by the workflow',
    { seconds: (performance.now() - startedAtMs) / 1_000, lines: [] },
    MOST_SECONDS,
  )
}

function close(day: string): ChildProcess {
  return spawn(process.execPath, ['operations/close.ts', '--day', day], {
    env: system.commandEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

type Ran = { readonly seconds: number; readonly lines: readonly string[] }

async function finished(command: ChildProcess): Promise<Ran> {
  if (command.stdout === null) throw new Error('the command has no output')
  const startedAtMs = performance.now()
  const [printed, [code]] = await Promise.all([text(command.stdout), once(command, 'exit')])
  if (code !== 0) throw new Error(`the command ended with exit code ${String(code)}:\n${printed}`)
  return { seconds: (performance.now() - startedAtMs) / 1_000, lines: printed.trim().split('\n') }
}

type Day = {
  readonly status: string
  readonly entryCount: number
  readonly opening: number
  readonly net: number
  readonly closing: number
}

async function dayOf(merchantId: string, day: string): Promise<Day> {
  const { status, body } = await answered(system, `${system.query}/v1/merchants/${merchantId}/days/${day}`, 'GET')
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body as Day
}

async function isClosed(merchantId: string, day: string): Promise<boolean> {
  return (await dayOf(merchantId, day)).status === 'closed'
}

async function untilClosed(merchantId: string, day: string): Promise<void> {
  await until(merchantId, day, ({ status }) => status === 'closed')
}

async function until(merchantId: string, day: string, isSo: (day: Day) => boolean): Promise<void> {
  const asked = async () => (isSo(await dayOf(merchantId, day)) ? true : undefined)
  await eventually(asked, { timeoutMs: 2 * MOST_SECONDS * 1_000, everyMs: 250 })
}

/** What a merchant's days are, but for the moments of the answers. */
async function stateOfAll(): Promise<readonly string[]> {
  return await concurrently(MERCHANTS, AT_ONCE, async (merchantId) => {
    const hash = createHash('sha256')
    for (const day of DAYS) {
      const {
        asOf: _asOf,
        appliedThrough: _appliedThrough,
        ...state
      } = (await dayOf(merchantId, day)) as Day & Record<string, unknown>
      hash.update(JSON.stringify(state))
    }
    return hash.digest('hex')
  })
}

function changedBetween(before: readonly string[], after: readonly string[]): readonly string[] {
  return MERCHANTS.filter((_, index) => before[index] !== after[index])
}

async function wrongDays([merchant, merchantId]: readonly [number, string]): Promise<readonly string[]> {
  const wrong: string[] = []
  let opening = 0
  for (const [index, day] of DAYS.entries()) {
    const { amount } = saleOf(merchant, index)
    const shown = await dayOf(merchantId, day)
    const isRight = shown.status === 'closed' && shown.opening === opening && shown.net === amount
    opening += amount
    if (!isRight || shown.closing !== opening) wrong.push(`${merchantId} ${day}`)
  }
  return wrong
}

function saleOf(merchant: number, day: number): Sale {
  return aSale({
    entryId: `sale-${day}`,
    merchantId: MERCHANTS[merchant] as string,
    amount: 100 + ((merchant * 7_919 + day * 31) % 90_000),
    occurredAt: `${DAYS[day]}T12:00:00Z`,
  })
}

function printSeconds(what: string, { seconds, lines }: Ran, atMost?: number): void {
  printFigure({ what, value: seconds, unit: 's', ...(atMost !== undefined && { target: { atMost } }) })
  for (const line of lines) console.log(`  ${line}`)
}

function printNone(what: string, found: readonly string[]): void {
  printFigure({ what, value: found.length, unit: '', target: { atMost: 0 } })
  for (const one of found.slice(0, 10)) console.log(`  ${one}`)
}

function n(value: number): string {
  return value.toLocaleString('en')
}
