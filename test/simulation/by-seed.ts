/** Random histories: seed by seed, each with a mix in turn, at each fault rate. */
import { availableParallelism } from 'node:os'
import { BUGS } from './bugs.ts'
import { inChild, onAllCores, showProgress } from './children.ts'
import { liveThrough } from './history.ts'
import { MIX_NAMES, RATES, type MixName, type RateName } from './mixes.ts'

export type SeedOptions = {
  readonly first: number
  readonly count: number
  readonly mix: MixName | undefined
  readonly rate: RateName | undefined
  readonly bug: string | undefined
  /** When a history counts as going in circles. */
  readonly turns: number
}

// Most histories take under 7,000 turns. Where a third of all calls fails and a batch has many entries to set aside, it is
// delivered again and again: a few of 40,000 histories take more than 40,000.
export const MAX_TURNS = 200_000

/** Lives the histories through in this process. Stops at the first that breaks a promise; false then. */
export const liveAll = async ({ first, count, mix, rate, bug, turns }: SeedOptions): Promise<boolean> => {
  const rates = rate === undefined ? (Object.keys(RATES) as RateName[]) : [rate]
  for (let seed = first; seed < first + count; seed += 1) {
    const name = mix ?? MIX_NAMES[seed % MIX_NAMES.length] ?? 'general'
    for (const each of rates) {
      try {
        await liveThrough({ seed, mix: name, rate: each }, turns)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        const again = optionsOf({ mix: name, rate: each, bug, turns }).map(quoted).join(' ')
        console.log(`seed ${seed}, mix ${name}, ${each} fault rate: ${reason}`)
        console.log(`Again: npm run simulate -- --seeds 1 --seed ${seed} ${again}`)
        return false
      }
    }
    if ((seed - first) % 100 === 99) process.send?.({ lived: 100 })
  }
  return true
}

/** Shares the seeds out to one process per core. */
export const share = async (options: SeedOptions): Promise<boolean> => {
  const { first, count, rate } = options
  const startedAtMs = Date.now()
  const processes = Math.min(availableParallelism(), count)
  const size = Math.ceil(count / processes)
  let lived = 0
  let areExact = true
  await onAllCores(Array.from({ length: processes }).keys(), async (index) => {
    const from = first + index * size
    const seeds = Math.min(size, first + count - from)
    const { code, output } = await inChild([`--seed=${from}`, `--seeds=${seeds}`, ...optionsOf(options)], (more) => {
      lived += more
      showProgress(`${lived} of ${count} seeds`)
    })
    if (code === 0) return
    areExact = false
    console.log(output)
  })
  showProgress('')
  if (areExact) {
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
    const rates = rate ?? Object.keys(RATES).join(' and ')
    console.log(`${count} seeds from ${first} at fault rate ${rates}: every history exact (${seconds} s)`)
  }
  return areExact
}

/** Plants every bug in turn; each must be caught. */
export const catchAll = async (options: SeedOptions): Promise<boolean> => {
  // Otherwise a limit on turns that the histories exceed by themselves would count as catching a bug.
  if (!(await share(options))) return false
  let areCaught = true
  await onAllCores(BUGS, async ({ name }) => {
    const { first, count } = options
    const args = [`--seed=${first}`, `--seeds=${count}`, ...optionsOf({ ...options, bug: name })]
    const { code, output } = await inChild(args)
    const isCaught = code === 1 && output.startsWith('seed ')
    if (!isCaught) areCaught = false
    console.log(isCaught ? `caught  ${name}  (${output.split('\n')[0]})` : `MISSED  ${name} ${output}`)
  })
  return areCaught
}

const optionsOf = ({ mix, rate, bug, turns }: Omit<SeedOptions, 'first' | 'count'>): string[] =>
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
