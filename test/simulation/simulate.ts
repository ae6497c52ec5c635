/**
 * npm run simulate -- --seeds N [--seed S] [--mix M] [--rate low|high] [--turns T] [--bug NAME | --bugs]
 *
 * Lives N histories through at each fault rate, from seed S on, each seed with every mix in turn, on all cores. Exit 0
 * only when every one ends exact. `--bug` plants a bug first, which some history then has to catch; `--bugs` does so
 * with every bug in turn, after the same histories have ended exact without one. `--turns` is when a history counts as
 * going in circles.
 */
import { fork } from 'node:child_process'
import { registerHooks } from 'node:module'
import { availableParallelism } from 'node:os'
import { readOptions, refuseArguments, wholeNumber } from '#test/script-arguments'
import { BUGS, plant } from './bugs.ts'
import { MIX_NAMES, RATES, type MixName, type RateName } from './mixes.ts'

// Most histories take under 7,000 turns. Where a third of all calls fails and a batch has many entries to set aside, it is
// delivered again and again: a few of 40,000 histories take more than 40,000.
const MAX_TURNS = '200000'

const USAGE = 'npm run simulate -- --seeds N [--seed S] [--mix M] [--rate low|high] [--turns T] [--bug NAME | --bugs]'
const values = readOptions(
  {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    mix: { type: 'string' },
    rate: { type: 'string' },
    turns: { type: 'string', default: MAX_TURNS },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    child: { type: 'boolean', default: false },
  },
  USAGE,
)

const main = async (): Promise<void> => {
  const [first, count] = [wholeNumber('--seed', values.seed, USAGE), wholeNumber('--seeds', values.seeds, USAGE)]
  wholeNumber('--turns', values.turns, USAGE)
  if (values.mix !== undefined) oneOf('mix', values.mix, MIX_NAMES)
  if (values.rate !== undefined) oneOf('rate', values.rate, Object.keys(RATES))
  if (values.bug !== undefined)
    oneOf(
      'bug',
      values.bug,
      BUGS.map(({ name }) => name),
    )
  if (values.child || count === 1) await liveAll(first, count)
  else if (values.bugs) await catchAll(first, count)
  else await share(first, count)
}

/** Lives the histories through in this process; stops at the first that breaks a promise. */
const liveAll = async (first: number, count: number): Promise<void> => {
  if (values.bug !== undefined) registerHooks({ load: plant(values.bug) })
  // Imported only now, so that a planted bug is in it.
  const { liveThrough } = await import('./history.ts')
  const rates = values.rate === undefined ? (Object.keys(RATES) as RateName[]) : [values.rate as RateName]
  for (let seed = first; seed < first + count; seed += 1) {
    const mix = (values.mix as MixName | undefined) ?? MIX_NAMES[seed % MIX_NAMES.length] ?? 'general'
    for (const rate of rates) {
      try {
        await liveThrough({ seed, mix, rate }, Number(values.turns))
      } catch (error) {
        console.log(
          `seed ${seed}, mix ${mix}, ${rate} fault rate: ${error instanceof Error ? error.message : String(error)}`,
        )
        const bug = values.bug === undefined ? '' : ` --bug ${JSON.stringify(values.bug)}`
        const turns = values.turns === MAX_TURNS ? '' : ` --turns ${values.turns}`
        console.log(
          `Again: npm run simulate -- --seeds 1 --seed ${seed} --mix ${JSON.stringify(mix)} --rate ${rate}${turns}${bug}`,
        )
        process.exitCode = 1
        return
      }
    }
    if ((seed - first) % 100 === 99) process.send?.({ lived: 100 })
  }
}

/** Shares the seeds out to one process per core, with progress on the terminal. */
const share = async (first: number, count: number): Promise<void> => {
  const startedAtMs = Date.now()
  const processes = Math.min(availableParallelism(), count)
  const size = Math.ceil(count / processes)
  let lived = 0
  const codes = await Promise.all(
    Array.from({ length: processes }, (_, index) => {
      const from = first + index * size
      const seeds = Math.min(size, first + count - from)
      return inChild([`--seed=${from}`, `--seeds=${seeds}`], (more) => {
        lived += more
        if (process.stdout.isTTY) process.stdout.write(`\r${lived} of ${count} seeds`)
      })
    }),
  )
  if (process.stdout.isTTY) process.stdout.write('\r')
  if (codes.some((code) => code !== 0)) process.exitCode = 1
  else {
    const rates = values.rate ?? Object.keys(RATES).join(' and ')
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
    console.log(`${count} seeds from ${first} at fault rate ${rates}: every history exact (${seconds} s)`)
  }
}

/** Plants every bug in turn; each must be caught. */
const catchAll = async (first: number, count: number): Promise<void> => {
  // Otherwise a limit on turns that the histories exceed by themselves would count as catching a bug.
  await share(first, count)
  if (process.exitCode === 1) return
  const queue = BUGS.values()
  const lane = async (): Promise<void> => {
    for (const { name } of queue) {
      const lines: string[] = []
      const code = await inChild([`--seed=${first}`, `--seeds=${count}`, `--bug=${name}`], undefined, lines)
      const caught = code === 1 && lines[0]?.startsWith('seed ')
      console.log(
        `${caught ? 'caught' : 'MISSED'}  ${name}${caught ? `  (${lines[0]?.split('\n')[0]})` : lines.join('\n')}`,
      )
      if (!caught) process.exitCode = 1
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}

const inChild = (
  args: readonly string[],
  onLived?: (more: number) => void,
  lines?: string[],
): Promise<number | null> => {
  const inherited = [
    [`--turns=${values.turns}`],
    values.mix === undefined ? [] : [`--mix=${values.mix}`],
    values.rate === undefined ? [] : [`--rate=${values.rate}`],
    values.bug === undefined ? [] : [`--bug=${values.bug}`],
  ].flat()
  const child = fork(import.meta.filename, ['--child', ...inherited, ...args], {
    stdio: ['ignore', lines === undefined ? 'inherit' : 'pipe', 'inherit', 'ipc'],
  })
  child.on('message', (message: { lived: number }) => onLived?.(message.lived))
  child.stdout?.on('data', (data: Buffer) => lines?.push(data.toString()))
  return new Promise((resolve) => child.on('close', resolve))
}

const oneOf = (name: string, given: string, allowed: readonly string[]): void => {
  if (!allowed.includes(given)) refuseArguments(`--${name} is one of: ${allowed.join(', ')}.`, USAGE)
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
