/**
 * Histories that differ only in the order of independent turns are lived through once. What a turn uses says which turns
 * are independent, so a use that is missing would hide histories. Here, worlds that end in several states are lived
 * through in all orders as well.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryProgress } from '#adapters/progress/memory-progress'
import { memoryBooks } from '#adapters/transactions/memory-books'
import { emptyBook } from '#ledger/book'
import { closingSegment, type Restatement } from '#ledger/close'
import { emptyHead } from '#ledger/head'
import type { BookId } from '#ledger/identifiers'
import { noTotals } from '#ledger/money'
import type { Change } from '#ledger/ports'
import { NO_CHAIN } from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { anEntry, day, entryId, merchantId, someTerms } from '../builders.ts'
import type { Choices, Uses } from './choices.ts'
import { explore, type Bounds } from './explore.ts'
import { liveSmall } from './live-small.ts'
import { startMachine } from './machine.ts'
import { portsOn, type Ports } from './ports.ts'
import { Scheduler } from './scheduler.ts'
import type { SmallWorld } from './small-worlds.ts'

type World = (choices: Choices) => Promise<string>

const sale = (amountMinor: bigint, id = 'e1') =>
  anEntry({ entryId: entryId(id), merchantId: merchantId('m0'), method: 'cash', amountMinor })

const NO_FAULT: Bounds = { faults: 0 }

const small =
  (world: Omit<SmallWorld, 'bounds'>): World =>
  (choices) =>
    liveSmall({ ...world, bounds: NO_FAULT }, choices)

/** Machines with a few calls each, over items that remember every call. The end is what each call saw. */
const calls =
  (...machines: readonly (readonly Uses[])[]): World =>
  async (choices) => {
    const scheduler = new Scheduler(choices)
    const items = new Map<string, string>()
    const seen: string[] = []
    const run = async (uses: readonly Uses[], number: number): Promise<void> => {
      const machine = startMachine(`m${number}`, scheduler, { isSlow: false })
      for (const [at, { reads = [], writes = [] }] of uses.entries()) {
        const carryOut = async (): Promise<void> => {
          seen.push(`${number}.${at} ${reads.map((item) => items.get(item) ?? '').join()}`)
          for (const item of writes) items.set(item, `${items.get(item) ?? ''}${number}.${at} `)
        }
        await machine.call({ reads, writes }, [], carryOut).catch(() => {})
      }
    }
    for (const [number, uses] of machines.entries()) void run(uses, number)
    await scheduler.run(100)
    return JSON.stringify([[...items].map((item) => item.join(' ')).toSorted(), seen.toSorted()])
  }

/**
 * Machines that close, open and read one merchant's days through the ports. The end is what each call was answered, and the
 * stores.
 */
const closing: World = async (choices) => {
  const scheduler = new Scheduler(choices)
  const stores = memoryBooks([[merchantId('m0'), { ...emptyHead, open: new Set([FIRST]) }]])
  const ports: Ports = {
    ...stores,
    merchants: memoryMerchants([]),
    auditTrail: memoryAuditTrail(),
    progress: memoryProgress(),
  }
  const seen: string[] = []
  const portsOf = (name: string) => portsOn(startMachine(name, scheduler, { isSlow: false }), ports)
  const act = async (name: string, ...calls: readonly ((of: Ports) => Promise<unknown>)[]): Promise<void> => {
    const own = portsOf(name)
    for (const call of calls) {
      const answer = await call(own).catch(() => 'a fault')
      seen.push(`${name} ${inspect(answer, { depth: 2 })}`)
    }
  }
  const head = { ...emptyHead, closedThrough: FIRST, revision: 1 }
  const book = { merchantId: merchantId('m0'), day: FIRST }
  const segment = sealSegment(emptyBook(book, someTerms), closingSegment(emptyBook(book, someTerms)))
  const close: readonly Change[] = [
    { change: 'append', segment },
    { change: 'head', merchantId: merchantId('m0'), head },
  ]
  void act('closer', (of) => of.transactions.commit(close))
  void act(
    'worker',
    (of) => of.heads.open({ ...book, day: SECOND }),
    (of) => of.journal.end(book),
  )
  void act(
    'reader',
    (of) => of.heads.read(book.merchantId),
    (of) => of.days.restatements(book.merchantId, 0, 9),
  )
  void act(
    'restater',
    (of) => of.transactions.commit([{ change: 'restate', restatement: restatementOf(book) }]),
    (of) => of.journal.end(book),
  )
  await scheduler.run(100)
  return JSON.stringify([inspect(await stores.heads.read(book.merchantId)), seen.toSorted()])
}

const [FIRST, SECOND] = [day('2026-11-20'), day('2026-11-21')]

const restatementOf = (book: BookId): Restatement => ({
  book,
  number: 1,
  deltaMinor: 1n,
  segment: 3,
  seal: { ...book, version: 2, totals: noTotals, chainHash: NO_CHAIN, digest: '', previous: null },
  restatedAtMs: 0,
})

/** Two machines that sleep. The end is when each of them woke, and what time it was after its call. */
const sleepers: World = async (choices) => {
  const scheduler = new Scheduler(choices)
  const seen: string[] = []
  for (const [name, ms] of [
    ['m0', 10],
    ['m1', 20],
  ] as const) {
    const machine = startMachine(name, scheduler, { isSlow: true })
    const act = async (): Promise<void> => {
      await machine.call({ writes: [name] }, [], async () => {}).catch(() => {})
      seen.push(`${name} is answered at ${scheduler.nowMs}`)
      await scheduler.sleep(ms)
      seen.push(`${name} wakes at ${scheduler.nowMs}`)
    }
    void act()
  }
  await scheduler.run(100)
  return JSON.stringify(seen.toSorted())
}

type Sample = {
  readonly name: string
  readonly world: World
  readonly faults: number
  /** The items by which turns depend on each other there. */
  readonly items?: string
}

const WORLDS: readonly Sample[] = [
  {
    name: 'two shards with the same id',
    world: small({
      standing: [[sale(1n, 'e0')]],
      shards: [[[sale(100n)]], [[sale(200n)]]],
      deliveries: [
        { worker: 'a', batches: [[1, 2]] },
        { worker: 'b', shard: 1 },
      ],
    }),
    faults: 0,
    items: '*',
  },
  {
    name: 'calls that write one item',
    world: calls([{ writes: ['x'] }], [{ writes: ['x'] }, { writes: ['y'] }]),
    faults: 2,
    items: 'x*',
  },
  {
    name: 'calls that read what others write',
    world: calls([{ reads: ['x'], writes: ['y'] }, { reads: ['y'] }], [{ writes: ['x'] }, { writes: ['y'] }]),
    faults: 1,
    items: 'x*',
  },
  { name: 'machines that sleep', world: sleepers, faults: 1 },
  ...['head *', 'days *', 'journal *'].map((items) => ({
    name: `closes of "${items}"`,
    world: closing,
    faults: 0,
    items,
  })),
]

test.each(WORLDS)(
  '$name: equivalent orders are left out, and no state at the end is missed',
  async ({ world, faults }) => {
    const once = await explore(world, { faults })
    const all = await explore(world, { faults, allOrders: true })
    expect(all.states.size).toBeGreaterThan(1)
    expect([...once.states].toSorted()).toEqual([...all.states].toSorted())
    expect(once.histories).toBeLessThan(all.histories)
  },
)

const BOUNDED = WORLDS.filter((sample, index) => WORLDS.findIndex(({ world }) => world === sample.world) === index)

test.each(BOUNDED.flatMap((sample) => [1, 2, 3].map((preemptions) => ({ ...sample, preemptions }))))(
  '$name, interruptions bounded by $preemptions: equivalent orders are left out, and no state at the end is missed',
  async ({ world, faults, preemptions }) => {
    const bounds = { faults, preemptions }
    const once = await explore(world, bounds)
    const all = await explore(world, { ...bounds, allOrders: true })
    expect([...once.states].toSorted()).toEqual([...all.states].toSorted())
    expect(once.histories).toBeLessThanOrEqual(all.histories)
  },
)

test('where interruptions are bounded, a state at the end is missed when no turn says what it writes', async () => {
  const bounds = { faults: 0, preemptions: 2 }
  const once = await explore(closing, bounds)
  const wrong = await explore(
    declaring(closing, () => false),
    bounds,
  )
  expect(wrong.states.size).toBeLessThan(once.states.size)
  const all = await explore(closing, { ...bounds, allOrders: true })
  expect(once.histories).toBeLessThan(all.histories / 2)
})

test.each(WORLDS.filter(({ items }) => items !== undefined))(
  '$name: a state at the end is missed when no turn says what it writes of "$items"',
  async ({ world, items = '' }) => {
    const once = await explore(world, NO_FAULT)
    const wrong = await explore(
      declaring(world, (item) => !item.startsWith(items.slice(0, -1))),
      NO_FAULT,
    )
    expect(wrong.states.size).toBeLessThan(once.states.size)
  },
)

/** The world, in which turns say only of some items that they write them. */
const declaring =
  (world: World, isDeclared: (item: string) => boolean): World =>
  (choices) =>
    world({
      next: (waiting) =>
        choices.next(
          waiting.map((turn) => ({
            ...turn,
            uses: { ...turn.uses, writes: (turn.uses.writes ?? []).filter(isDeclared) },
          })),
        ),
    })

test('with a bug in the code, the same promises are seen broken when equivalent orders are left out', async () => {
  const bug = 'a conflict within a batch is decided early'
  const world = 'two shards with the same id, in a book that has begun'
  const args = ['--exhaustive', '--compare', '--faults', '0', '--world', world, '--bug', bug]
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'simulate.ts'), ...args])
  expect(stdout).toContain(`${world}: 10 of 122 histories end in 3 of 3 states`)
})
