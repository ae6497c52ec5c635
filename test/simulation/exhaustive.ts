/** All histories of the small worlds. */
import type { Bug } from './bug.ts'
import { BUGS_OF_CLOSING } from './bugs-of-closing.ts'
import { BUGS_OF_MENDING } from './bugs-of-mending.ts'
import { BUGS_OF_RECONCILING } from './bugs-of-reconciling.ts'
import { BUGS, importWithBug } from './bugs.ts'
import type { Choices } from './choices.ts'
import { inChild, onAllCores, showProgress } from './children.ts'
import { quoted } from './by-seed.ts'
import { BrokenHistory, explore, followPath, type Bounds } from './explore.ts'
// Only its types: the code is imported when a bug is planted in it.
import type * as LiveWorld from './live-world.ts'
import { CLOSING_WORLDS } from './closing-worlds.ts'
import { MENDING_WORLDS } from './mending-worlds.ts'
import { WORLDS, type World } from './worlds.ts'

export type WorldOptions = {
  readonly world: string | undefined
  readonly bug: string | undefined
  /** The most faults in a history, instead of the world's own bound. */
  readonly faults: number | undefined
  /** Lives through all orders as well, and compares the states at the end. */
  readonly compare: boolean
  /** The choices of one history. */
  readonly path: string | undefined
}

/** Lives through the worlds in this process. False when a history broke a promise. */
export const exploreHere = async ({ world: only, bug, faults, path, compare }: WorldOptions): Promise<boolean> => {
  const { liveWorld } =
    bug === undefined ? await import('./live-world.ts') : await importWithBug<typeof LiveWorld>(bug, 'live-world.ts')
  for (const [name, world] of worldsFor(bug)) {
    if (only !== undefined && name !== only) continue
    const bounds: Bounds = { ...world.bounds, ...(faults !== undefined && { faults }) }
    try {
      if (path !== undefined) {
        let steps = 0
        await followPath(
          (choices) => liveWorld(world, choices),
          path,
          bounds,
          (step) => console.log(`${String((steps += 1)).padStart(4)}  ${step}`),
        )
        console.log(`${name}: the history is exact`)
        continue
      }
      if (compare) {
        if (!(await areSameInAllOrders(name, (choices) => liveWorld(world, choices), bounds))) return false
        continue
      }
      const startedAtMs = performance.now()
      const { histories, states } = await explore((choices) => liveWorld(world, choices), bounds)
      const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
      const ends = states.size === 1 ? '1 state' : `${states.size} states`
      console.log(`${name}: ${histories} histories, ${ends} at the end, ${inWords(bounds)} (${seconds} s)`)
    } catch (error) {
      console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      if (error instanceof BrokenHistory) {
        const again = optionsOf({ world: name, bug, faults, compare: false, path: error.path }).map(quoted).join(' ')
        console.log(`Again: npm run simulate -- --exhaustive ${again}`)
      }
      return false
    }
  }
  return true
}

/** A bug of closing or reconciling shows only where days are closed, and one of mending where a book is mended. */
const worldsFor = (bug: string | undefined): [string, World][] => {
  const isOf = (bugs: readonly Bug[]): boolean => bugs.some(({ name }) => name === bug)
  if (isOf(BUGS_OF_MENDING)) return Object.entries(MENDING_WORLDS)
  return Object.entries(isOf(BUGS_OF_CLOSING) || isOf(BUGS_OF_RECONCILING) ? CLOSING_WORLDS : WORLDS)
}

/** Whether leaving out equivalent orders hides no state at the end, and no promise that is broken. */
const areSameInAllOrders = async (
  name: string,
  live: (choices: Choices) => Promise<string>,
  { preemptions: _all, ...bounds }: Bounds,
): Promise<boolean> => {
  const once = await explore(live, { ...bounds, pastBroken: true })
  const all = await explore(live, { ...bounds, pastBroken: true, allOrders: true })
  const missed = all.states.difference(once.states)
  const found = `${once.histories} of ${all.histories} histories end in ${once.states.size} of ${all.states.size} states`
  console.log([`${name}: ${found}`, ...[...missed].map((state) => `missed: ${state}`)].join('\n'))
  return missed.size === 0
}

const inWords = ({ faults, kinds, preemptions }: Bounds): string =>
  [
    `${faults === 1 ? 'at most 1 fault' : `at most ${faults} faults`}${kinds === undefined ? '' : ` (${kinds.join(', ')})`}`,
    preemptions === undefined
      ? 'every order'
      : `orders with at most ${preemptions} ${preemptions === 1 ? 'interruption' : 'interruptions'}`,
  ].join(', ')

/** Every world in a process of its own, on all cores. */
export const exploreAll = async (options: WorldOptions): Promise<boolean> => {
  const startedAtMs = Date.now()
  let areExact = true
  await onAllCores(Object.keys(WORLDS), async (world) => {
    const { code, output } = await inChild(['--exhaustive', ...optionsOf({ ...options, world })])
    console.log(output)
    if (code !== 0) areExact = false
  })
  if (areExact) {
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
    console.log(`${Object.keys(WORLDS).length} small worlds: every history exact (${seconds} s)`)
  }
  return areExact
}

/** Plants every bug that the small worlds have to catch. */
export const catchAllBySmallWorlds = async (options: WorldOptions): Promise<boolean> => {
  let areCaught = true
  const bugs = BUGS.filter(({ needsHistories }) => needsHistories === undefined)
  let done = 0
  await onAllCores(bugs, async ({ name }) => {
    const startedAtMs = performance.now()
    const { code, output } = await inChild(['--exhaustive', ...optionsOf({ ...options, bug: name })])
    const lines = output.split('\n')
    const isCaught = code === 1 && lines.at(-1)?.startsWith('Again: ') === true
    if (!isCaught) areCaught = false
    done += 1
    showProgress(`${done} of ${bugs.length} bugs`)
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
    console.log(isCaught ? `caught  ${name}  (${seconds} s; ${lines.at(-2)})` : `MISSED  ${name} ${output}`)
  })
  return areCaught
}

const optionsOf = ({ world, bug, faults, compare, path }: WorldOptions): string[] =>
  [
    world === undefined ? [] : [`--world=${world}`],
    faults === undefined ? [] : [`--faults=${faults}`],
    bug === undefined ? [] : [`--bug=${bug}`],
    compare ? ['--compare'] : [],
    path === undefined ? [] : [`--path=${path}`],
  ].flat()
