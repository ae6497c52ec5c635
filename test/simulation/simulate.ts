/**
 * npm run simulate -- --seeds N [--seed S] [--mix M] [--rate low|high] [--turns T] [--coverage] [--bug NAME | --bugs [--every K] [--known] [--note]]
 * npm run simulate -- --exhaustive [--world W] [--faults N] [--path P] [--compare] [--bug NAME | --bugs]
 *
 * The first lives N random histories through at each fault rate, from seed S on, each seed with a mix in turn, on all
 * cores. The second lives through every history of the small worlds. Exit 0 only when every one ends exact. `--bug`
 * plants a bug first, which some history then has to catch; `--bugs` does so with every bug in turn. `--compare` lives
 * through equivalent orders as well and compares the states at the end, for a world that is small enough.
 */
import { readOptions, refuseArguments, wholeNumber } from '#test/script-arguments'
import { registerHooks } from 'node:module'
import { BUGS } from './bugs.ts'
import { curse } from './curses.ts'
import { MIX_NAMES, RATES, type MixName, type RateName } from './mixes.ts'

const USAGE = `npm run simulate -- --seeds N [--seed S] [--mix M] [--rate low|high] [--turns T] [--coverage] [--bug NAME | --bugs [--every K] [--known] [--note]]
npm run simulate -- --exhaustive [--world W] [--faults N] [--path P] [--compare] [--bug NAME | --bugs]`
const values = readOptions(
  {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    mix: { type: 'string' },
    rate: { type: 'string' },
    turns: { type: 'string' },
    exhaustive: { type: 'boolean', default: false },
    world: { type: 'string' },
    faults: { type: 'string' },
    path: { type: 'string' },
    compare: { type: 'boolean', default: false },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    note: { type: 'boolean', default: false },
    coverage: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    known: { type: 'boolean', default: false },
    part: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
  USAGE,
)

const main = async (): Promise<boolean> => {
  const { child, bugs, bug, world, path, faults, compare } = values
  oneOf('mix', values.mix, MIX_NAMES)
  oneOf('rate', values.rate, Object.keys(RATES))
  oneOf(
    'bug',
    bug,
    BUGS.map(({ name }) => name),
  )
  registerHooks({ load: curse })
  // Production code is imported only from here on, so that it is cursed.
  const { catchAll, catchPart, liveAll, MAX_TURNS, share } = await import('./by-seed.ts')
  const { catchAllBySmallWorlds, exploreAll, exploreHere } = await import('./exhaustive.ts')
  const { WORLDS } = await import('./worlds.ts')
  oneOf('world', world, Object.keys(WORLDS))
  if (values.exhaustive) {
    const options = { world, bug, path, compare, faults: faults === undefined ? undefined : Number(faults) }
    if (child || world !== undefined || bug !== undefined) return await exploreHere(options)
    return bugs ? await catchAllBySmallWorlds(options) : await exploreAll(options)
  }
  const options = {
    first: wholeNumber('--seed', values.seed, USAGE),
    count: wholeNumber('--seeds', values.seeds, USAGE),
    turns: wholeNumber('--turns', values.turns ?? String(MAX_TURNS), USAGE),
    mix: values.mix as MixName | undefined,
    rate: values.rate as RateName | undefined,
    bug,
    coverage: values.coverage,
    every: wholeNumber('--every', values.every, USAGE),
    known: values.known,
  }
  const [part, parts] = values.part?.split('/').map(Number) ?? []
  if (part !== undefined && parts !== undefined) return await catchPart(options, part, parts)
  if (child || options.count === 1) return await liveAll(options)
  return bugs ? await catchAll(options, values.note) : await share(options)
}

const oneOf = (name: string, given: string | undefined, allowed: readonly string[]): void => {
  if (given !== undefined && !allowed.includes(given)) {
    refuseArguments(`--${name} is one of: ${allowed.join(', ')}.`, USAGE)
  }
}

try {
  if (!(await main())) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
