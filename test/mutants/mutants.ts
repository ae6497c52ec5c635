/**
 * npm run test:mutants -- [--mutants N] [--seed S] [--only FOLDER] [--tests FOLDER] [--fresh]
 *
 * Alters the code in N places, one at a time, and says which alterations no test notices. docs/testing.md says how to read
 * it, and docs/decisions/0019 why it is made this way. What an earlier run has found out still counts while the altered
 * file and the test that noticed it are the same; so a run that was interrupted goes on where it stopped.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { concurrently } from '#ledger/concurrently'
import { readOptions, refuseArguments, wholeNumber } from '#test/script-arguments'
import { instrument, type Mutant } from './instrument.ts'
import { thatLoad } from './reach.ts'
import { scope, testFiles } from './scope.ts'
import { coverageFile, coverageOf, sha, TASK_VARIABLE, type Coverage, type Task, type Tried } from './task.ts'
import { sample, wilson } from './sample.ts'

const USAGE = 'npm run test:mutants -- [--mutants N] [--seed S] [--only FOLDER] [--tests FOLDER] [--fresh]'
const values = readOptions(
  {
    mutants: { type: 'string', default: '600' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    tests: { type: 'string', default: '' },
    fresh: { type: 'boolean', default: false },
  },
  USAGE,
)

const FOLDER = 'node_modules/.cache/mutants'
const STATE = join(FOLDER, 'state.json')
const workers = availableParallelism()

/** What became of a mutant, and of which texts that depends. */
type Verdict =
  | {
      readonly status: 'noticed'
      readonly by: 'failure' | 'time'
      readonly testFile: string
      readonly testText: string
    }
  | { readonly status: 'survived' | 'not reached'; readonly tree: string }
type State = Record<string, Verdict>

const main = async (): Promise<number> => {
  const count = wholeNumber('--mutants', values.mutants, USAGE)
  const seed = wholeNumber('--seed', values.seed, USAGE)
  if (values.fresh) rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  // Of a run that was interrupted.
  for (const name of filesNow()) rmSync(join(FOLDER, name))

  const code = scope()
  const { mutants, texts } = await instrument(code)
  const chosen = sample(
    mutants.filter(({ file }) => file.startsWith(values.only)),
    count,
    seed,
  )
  if (chosen.length === 0) refuseArguments(`--only ${values.only}: no mutant is made there.`, USAGE)
  const asked = testFiles().filter((file) => file.startsWith(values.tests))
  const tests = thatLoad(asked, new Set(chosen.map(({ file }) => file)))
  writeFileSync(join(FOLDER, 'texts.json'), JSON.stringify(Object.fromEntries(texts)))

  const codeHash = sha(code.map(read).join('\0'))
  const tree = sha([codeHash, ...tests.map(read)].join('\0'))
  const shared = { code: codeHash, tried: join(FOLDER, `tried-${tree}.jsonl`) }
  const coverage = await cover(tests, shared)
  const state = existsSync(STATE) ? (JSON.parse(read(STATE)) as State) : {}
  const isKnown = ({ key }: Mutant): boolean => {
    const known = state[key]
    if (known === undefined) return false
    if (known.status !== 'noticed') return known.tree === tree
    return existsSync(known.testFile) && sha(read(known.testFile)) === known.testText
  }
  const settle = (mutant: Mutant, verdict: Verdict): void => {
    state[mutant.key] = verdict
  }
  const save = (): void => writeFileSync(STATE, JSON.stringify(state))
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]))
  const noticed = (id: string, testFile: string, by: 'failure' | 'time'): void => {
    const mutant = byId.get(id)
    if (mutant !== undefined) settle(mutant, { status: 'noticed', by, testFile, testText: sha(read(testFile)) })
  }

  const open = () => chosen.filter((mutant) => !isKnown(mutant))
  console.log(
    `${chosen.length} of ${mutants.length} mutants, ${open().length} of them to be tried, ${tests.length} test files`,
  )
  const isTried = await tryAll(open(), coverage, shared, noticed, save)
  const rest = open()
  console.log(`${rest.length} mutants are left; each runs alone from the start of its modules`)
  let done = 0
  await concurrently(rest, workers, async (mutant) => {
    const files = filesFor(mutant, coverage, isTried(mutant))
    const testFile = await runAlone(mutant, files, shared)
    if (testFile !== undefined) noticed(mutant.id, testFile, 'failure')
    else settle(mutant, { status: isReached(mutant, coverage) ? 'survived' : 'not reached', tree })
    save()
    done += 1
    if (done % 20 === 0) console.log(`${done} of ${rest.length}`)
  })
  report(chosen, state, seed)
  return 0
}

const read = (file: string): string => readFileSync(file, 'utf8')

/** What each test reaches. Kept as long as the code and the test are the same. */
const cover = async (tests: readonly string[], shared: Shared): Promise<readonly Coverage[]> => {
  const known = (file: string): Coverage | undefined => {
    if (!existsSync(coverageFile(FOLDER, file))) return undefined
    const coverage = JSON.parse(read(coverageFile(FOLDER, file))) as Coverage
    return coverage.of === coverageOf(shared.code, file) ? coverage : undefined
  }
  const missing = tests.filter((file) => known(file) === undefined)
  if (missing.length > 0) {
    console.log(`what ${missing.length} test files reach has to be found out`)
    await vitest('cover', { mode: 'cover', order: missing, mutants: [], ...shared })
  }
  return tests.flatMap((file) => {
    const coverage = known(file)
    if (coverage === undefined) console.log(`${file} did not run to its end, and is left out`)
    else if (coverage.failed.length > 0) console.log(`${file}: ${coverage.failed.length} tests fail without a mutant`)
    return coverage ?? []
  })
}

/** What every run of Vitest is told. */
type Shared = Pick<Task, 'code' | 'tried'>

type Noticed = (id: string, testFile: string, by: 'failure' | 'time') => void

/** Tries mutants within the tests, until each test has tried each mutant that it reaches and that is still unnoticed. */
const tryAll = async (
  open: readonly Mutant[],
  coverage: readonly Coverage[],
  shared: Shared,
  noticed: Noticed,
  save: () => void,
): Promise<(mutant: Mutant) => boolean> => {
  const doubtful = new Set<string>()
  const pending = new Set(open.map(({ id }) => id))
  let order = cheapestFirst(coverage).filter(({ tests }) =>
    Object.values(tests).some((test) => test.mutants.some((id) => pending.has(id))),
  )
  for (let round = 1; round <= MOST_ROUNDS && order.length > 0 && pending.size > 0; round += 1) {
    console.log(`round ${round}: ${pending.size} mutants, ${order.length} test files`)
    await vitest('try', { mode: 'try', order: order.map(({ file }) => file), mutants: [...pending], ...shared })
    const tried = new Set<string>()
    for (const line of triedLines(shared.tried)) {
      if ('killed' in line) {
        if (pending.delete(line.killed)) noticed(line.killed, line.file, line.by)
      } else if ('doubtful' in line) {
        pending.delete(line.doubtful)
        doubtful.add(line.doubtful)
      } else for (const id of line.tried) tried.add(`${line.test} ${id}`)
    }
    // The processor time of a process is limited. One that reached the limit was in an endless loop with this mutant.
    for (const name of filesNow()) {
      const id = read(join(FOLDER, name)).trim()
      rmSync(join(FOLDER, name))
      const file = order.find(({ tests }) => Object.values(tests).some((test) => test.mutants.includes(id)))?.file
      if (file !== undefined && pending.delete(id)) noticed(id, file, 'time')
    }
    save()
    order = order.filter(({ tests }) =>
      Object.entries(tests).some(([test, { mutants }]) =>
        mutants.some((id) => pending.has(id) && !tried.has(`${test} ${id}`)),
      ),
    )
  }
  const left = new Set(order.flatMap(({ tests }) => Object.values(tests).flatMap(({ mutants }) => mutants)))
  return ({ id }) => !doubtful.has(id) && !left.has(id)
}

/** Each process that tries mutants keeps a file that says which one, and removes it at its end. */
const filesNow = (): string[] => readdirSync(FOLDER).filter((file) => file.endsWith('.now'))

const MOST_ROUNDS = 6

const triedLines = (file: string): Tried[] =>
  existsSync(file)
    ? read(file)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Tried)
    : []

const testMs = ({ tests }: Coverage): number => {
  const all = Object.values(tests)
  return all.reduce((sum, { ms }) => sum + ms, 0) / Math.max(1, all.length)
}

const cheapestFirst = (coverage: readonly Coverage[]): Coverage[] => coverage.toSorted((a, b) => testMs(a) - testMs(b))

/**
 * The test files that may still notice a mutant: where each test that reaches it has tried it, those that reach it while
 * modules are loaded or tests are declared, and its namesake, because a module may remember what it made before the
 * mutant was switched on. The namesake comes first: it notices most.
 */
const filesFor = (mutant: Mutant, coverage: readonly Coverage[], isTried: boolean): readonly Coverage[] => {
  const isNamesake = ({ file }: Coverage): boolean => basename(file, '.test.ts') === basename(mutant.file, '.ts')
  return coverage
    .filter((one) => (isTried && !isNamesake(one) ? one.outside.includes(mutant.id) : isReached(mutant, [one])))
    .toSorted((a, b) => Number(isNamesake(b)) - Number(isNamesake(a)) || a.ms - b.ms)
}

const isReached = ({ id }: Mutant, coverage: readonly Coverage[]): boolean =>
  coverage.some(
    ({ outside, tests }) => outside.includes(id) || Object.values(tests).some(({ mutants }) => mutants.includes(id)),
  )

/**
 * Runs test files with a mutant that is active from the start. Returns the file that noticed it. Files that replace
 * modules or globals come last, because each of them needs a process of its own.
 */
const runAlone = async (mutant: Mutant, files: readonly Coverage[], shared: Shared): Promise<string | undefined> => {
  const { together = [], apart = [] } = Object.groupBy(files, ({ file }) =>
    REPLACES.test(read(file)) ? 'apart' : 'together',
  )
  return (await runFilesAlone(mutant, together, false, shared)) ?? (await runFilesAlone(mutant, apart, true, shared))
}

const REPLACES = /\bvi\.(mock|doMock|resetModules|stubEnv|stubGlobal)\(/

const runFilesAlone = async (
  mutant: Mutant,
  files: readonly Coverage[],
  isolate: boolean,
  shared: Shared,
): Promise<string | undefined> => {
  if (files.length === 0) return undefined
  const mostSteps = Object.fromEntries(files.map(({ file, steps }) => [file, 5_000_000 + 20 * steps]))
  const order = files.map(({ file }) => file)
  const { code, output } = await vitest(`alone-${mutant.id}`, {
    mode: 'alone',
    order,
    mutants: [mutant.id],
    isolate,
    mostSteps,
    ...shared,
  })
  if (code === 0) return undefined
  return order.find((file) => output.includes(file)) ?? order[0]
}

/** Runs Vitest on the instrumented code. */
const vitest = (
  name: string,
  given: Omit<Task, 'folder' | 'texts' | 'isolate' | 'mostSteps'> & Partial<Task>,
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const task: Task = { folder: FOLDER, texts: join(FOLDER, 'texts.json'), isolate: false, mostSteps: {}, ...given }
  const file = join(FOLDER, `${name}.task.json`)
  writeFileSync(file, JSON.stringify(task))
  const args = ['run', '--config', join(import.meta.dirname, 'vitest.config.ts'), '--root', process.cwd()]
  const bail = task.mode === 'alone' ? ['--bail', '1'] : []
  // The limit is one of processor time, so that a busy machine makes no difference. Each process has its own.
  const command = `ulimit -t ${MOST_PROCESSOR_SECONDS}; exec "$@"`
  const child = spawn(
    'sh',
    [
      '-c',
      command,
      'sh',
      process.execPath,
      join('node_modules', 'vitest', 'vitest.mjs'),
      ...args,
      ...bail,
      ...task.order,
    ],
    { env: { ...process.env, [TASK_VARIABLE]: file, NO_COLOR: '1', MUTANTS_WORKERS: String(workers) } },
  )
  const output: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => output.push(data))
  child.stderr.on('data', (data: Buffer) => output.push(data))
  return new Promise((resolve) =>
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString()
      if (task.mode === 'alone') rmSync(file)
      else writeFileSync(join(FOLDER, `${name}.log`), text)
      resolve({ code, output: text })
    }),
  )
}

const MOST_PROCESSOR_SECONDS = 600

const report = (chosen: readonly Mutant[], state: State, seed: number): void => {
  const isNoticed = ({ key }: Mutant) => state[key]?.status === 'noticed'
  for (const mutant of chosen.filter((one) => !isNoticed(one)).toSorted(byPlace)) {
    console.log(`\n${mutant.file}:${mutant.line} ${state[mutant.key]?.status} (${mutant.kind})`)
    console.log(indented('- ', mutant.original) + indented('+ ', mutant.replacement))
  }
  console.log(`\nseed ${seed}`)
  const folders = Map.groupBy(chosen, ({ file }) => dirname(file))
  for (const [folder, some] of [...folders, ['all', chosen] as const]) {
    const good = some.filter(isNoticed).length
    const byTime = some.filter(({ key }) => {
      const verdict = state[key]
      return verdict?.status === 'noticed' && verdict.by === 'time'
    }).length
    const [low, high] = wilson(good, some.length).map(percent)
    const score = `${percent(good / some.length)} noticed (${low} to ${high})`
    console.log(`${folder.padEnd(22)} ${String(some.length).padStart(5)} mutants  ${score}, ${byTime} of them by time`)
  }
}

const byPlace = (a: Mutant, b: Mutant): number => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1)
const percent = (part: number): string => `${(100 * part).toFixed(1)} %`
const indented = (mark: string, text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${mark}${line}\n`)
    .join('')

process.exitCode = await main()
