/** Random histories: seed by seed, each with a mix in turn, at each fault rate. */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Bug } from './bug.ts'
import { BUGS, importWithBug } from './bugs.ts'
import { inChild, onAllCores, showProgress } from './children.ts'
import { addTo, sumOf, tallyInWords, type Tally } from './coverage.ts'
// Only its types: the code is imported when a bug is planted in it.
import type * as History from './history.ts'
import type { HistoryName } from './history.ts'
import { MIX_NAMES, RATES, type MixName, type RateName } from './mixes.ts'

export type SeedOptions = {
  readonly first: number
  readonly count: number
  readonly mix: MixName | undefined
  readonly rate: RateName | undefined
  readonly bug: string | undefined
  /** Whether to print how often each kind of thing happened. */
  readonly coverage: boolean
  /** Plants every so many bugs: 1 for all. */
  readonly every: number
  /** Plants only bugs of which it is known which history catches them. */
  readonly known: boolean
  /** When a history counts as going in circles. */
  readonly turns: number
}

// Most histories take under 7,000 turns. Where a third of all calls fails and a batch has many entries to set aside, it is
// delivered again and again: a few of 40,000 histories take more than 40,000.
export const MAX_TURNS = 200_000

/** Lives the histories through in this process. Stops at the first that breaks a promise; false then. */
export const liveAll = async (options: SeedOptions): Promise<boolean> => {
  const tally: Tally = {}
  const startedAtMs = Date.now()
  const failure = await firstFailure(options, namesOf(options), tally)
  if (failure !== undefined) console.log(failure.text)
  else if (process.send === undefined) sayExact(options, startedAtMs, tally)
  process.send?.({ tally })
  return failure === undefined
}

const sayExact = ({ first, count, rate, coverage }: SeedOptions, startedAtMs: number, tally: Tally): void => {
  if (coverage) console.log(tallyInWords(tally))
  const seeds = count === 1 ? `seed ${first}` : `${count} seeds from ${first}`
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
  console.log(`${seeds} at fault rate ${ratesOf(rate).join(' and ')}: every history exact (${seconds} s)`)
}

const ratesOf = (rate: RateName | undefined): readonly RateName[] =>
  rate === undefined ? (Object.keys(RATES) as RateName[]) : [rate]

type Failure = { readonly name: HistoryName; readonly text: string }

// Most errors here are simulated faults, and no one reads where they were made.
Error.stackTraceLimit = 0

/** The first of these histories that breaks a promise, and how. */
const firstFailure = async (
  { bug, turns }: Pick<SeedOptions, 'bug' | 'turns'>,
  names: Iterable<HistoryName>,
  tally: Tally = {},
): Promise<Failure | undefined> => {
  const { liveThrough } =
    bug === undefined ? await import('./history.ts') : await importWithBug<typeof History>(bug, 'history.ts')
  let lived = 0
  for (const name of names) {
    const { seed, mix, rate } = name
    try {
      const coverage = await liveThrough(name, turns)
      addTo(tally, coverage.counts)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const again = optionsOf({ mix, rate, bug, turns }).map(quoted).join(' ')
      const text = `seed ${seed}, mix ${mix}, ${rate} fault rate: ${reason}
Again: npm run simulate -- --seeds 1 --seed ${seed} ${again}`
      return { name, text }
    }
    lived += 1
    if (lived % 100 === 0) process.send?.({ lived: 100 })
  }
  return undefined
}

function* namesOf({ first, count, mix, rate }: SeedOptions): Generator<HistoryName> {
  const rates = ratesOf(rate)
  for (let seed = first; seed < first + count; seed += 1) {
    for (const each of rates) yield { seed, mix: mix ?? MIX_NAMES[seed % MIX_NAMES.length] ?? 'general', rate: each }
  }
}

/** Shares the seeds out to one process per core. */
export const share = async (options: SeedOptions): Promise<boolean> => {
  const { first, count, rate } = options
  const rates = ratesOf(rate)
  const startedAtMs = Date.now()
  const processes = Math.min(availableParallelism(), count)
  const size = Math.ceil(count / processes)
  const tallies: Tally[] = []
  let lived = 0
  let areExact = true
  await onAllCores(Array.from({ length: processes }).keys(), async (index) => {
    const from = first + index * size
    const seeds = Math.min(size, first + count - from)
    const { code, output } = await inChild([`--seed=${from}`, `--seeds=${seeds}`, ...optionsOf(options)], (heard) => {
      if (heard.tally !== undefined) tallies.push(heard.tally)
      lived += heard.lived ?? 0
      // Each seed is lived through at each rate.
      showProgress(`${lived} of ${count * rates.length} histories`)
    })
    if (code === 0) return
    areExact = false
    console.log(output)
  })
  showProgress('')
  if (areExact) sayExact(options, startedAtMs, sumOf(tallies))
  return areExact
}

/**
 * Plants every bug in turn; each must be caught. The history that caught it last time comes first, so that a run is
 * short. `note` keeps for the next run which ones caught them.
 */
export const catchAll = async (options: SeedOptions, note: boolean): Promise<boolean> => {
  // Otherwise a limit on turns that the histories exceed by themselves would count as catching a bug.
  if (!(await share(options))) return false
  const caughtBy: Record<string, HistoryName> = {}
  const planned = bugsOf(options).length
  const processes = availableParallelism()
  let areCaught = true
  let done = 0
  await onAllCores(Array.from({ length: processes }).keys(), async (index) => {
    const { first, count, every, known } = options
    const which = [`--every=${every}`, ...(known ? ['--known'] : [])]
    const args = [`--seed=${first}`, `--seeds=${count}`, ...which, ...optionsOf(options)]
    const { code, output } = await inChild([...args, `--part=${index}/${processes}`], ({ caught }) => {
      if (caught === undefined) return
      done += 1
      showProgress(`${done} of ${planned} bugs`)
      const { bug, name, text } = caught
      if (name !== undefined) caughtBy[bug] = name
      console.log(name === undefined ? `MISSED  ${bug}` : `caught  ${bug}  (${text})`)
    })
    if (code === 0) return
    areCaught = false
    if (output !== '') console.log(output)
  })
  if (note) writeCaughtBy({ ...readCaughtBy(), ...caughtBy })
  return areCaught && done === planned
}

/** Plants the bugs of one of several processes. */
export const catchPart = async (options: SeedOptions, part: number, parts: number): Promise<boolean> => {
  const caughtBy = readCaughtBy()
  let areCaught = true
  for (const [index, { name: bug }] of bugsOf(options).entries()) {
    if (index % parts !== part) continue
    const known = caughtBy[bug]
    const names = [...(known === undefined ? [] : [known]), ...namesOf(options)]
    const failure = await firstFailure({ bug, turns: options.turns }, names)
    if (failure === undefined) areCaught = false
    process.send?.({ caught: { bug, name: failure?.name, text: failure?.text.split('\n')[0] } })
  }
  return areCaught
}

const bugsOf = ({ every, known }: SeedOptions): readonly Bug[] => {
  const caughtBy = readCaughtBy()
  return BUGS.filter(({ needsSmallWorlds }) => needsSmallWorlds === undefined)
    .filter(({ name }) => !known || caughtBy[name] !== undefined)
    .filter((_bug, index) => index % every === 0)
}

const CAUGHT_BY = join(import.meta.dirname, 'caught-by.json')

const readCaughtBy = (): Readonly<Record<string, HistoryName>> =>
  JSON.parse(readFileSync(CAUGHT_BY, 'utf8')) as Record<string, HistoryName>

const writeCaughtBy = (caughtBy: Readonly<Record<string, HistoryName>>): void => {
  const inOrder = BUGS.flatMap(({ name }) => (caughtBy[name] === undefined ? [] : [[name, caughtBy[name]] as const]))
  const lines = inOrder.map(([name, by]) => `  ${JSON.stringify(name)}: ${JSON.stringify(by)}`)
  writeFileSync(CAUGHT_BY, `{\n${lines.join(',\n')}\n}\n`)
}

const optionsOf = ({
  mix,
  rate,
  bug,
  turns,
}: Omit<SeedOptions, 'first' | 'count' | 'coverage' | 'every' | 'known'>): string[] =>
  [
    mix === undefined ? [] : [`--mix=${mix}`],
    rate === undefined ? [] : [`--rate=${rate}`],
    turns === MAX_TURNS ? [] : [`--turns=${turns}`],
    bug === undefined ? [] : [`--bug=${bug}`],
  ].flat()

/** An option with its value as a shell takes it. */
export const quoted = (option: string): string =>
  option.replace(/^(--[a-z]+)=(.*)$/, (_all, name: string, value: string) =>
    /^[\w.-]+$/.test(value) ? `${name} ${value}` : `${name} ${JSON.stringify(value)}`,
  )
