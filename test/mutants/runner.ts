/**
 * Runs the tests of a file with one mutant after another, in one process: Vitest repeats a test with its hooks as often as
 * it is told to, and each time another mutant is switched on. That takes the time of the test alone, where a process for
 * each mutant would take seconds.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { TestRunner } from 'vitest'
import { coverageFile, coverageOf, readTask, type Coverage, type Tried } from './task.ts'

/** An endless loop in the code comes by here without end. Steps are counted, and not time, because time depends on load. */
class TooManySteps extends Error {}

const MOST_BYTES = 2 * 1024 ** 3

const state = {
  active: undefined as string | undefined,
  steps: 0,
  mostSteps: Infinity,
  covered: undefined as Set<string> | undefined,
}

const step = (): void => {
  state.steps += 1
  if (state.steps > state.mostSteps) throw new TooManySteps(`more than ${state.mostSteps} steps`)
  // A table that doubles with each entry would take the memory of the whole machine before it takes many steps.
  if (state.steps % 256 === 0 && state.active !== undefined && process.memoryUsage.rss() > MOST_BYTES) {
    throw new TooManySteps(`more than ${MOST_BYTES} bytes of memory`)
  }
}

Object.assign(globalThis, {
  __mutants: {
    isActive(id: string): boolean {
      step()
      return state.active === id
    },
    cover(...ids: readonly string[]): void {
      if (state.covered !== undefined) for (const id of ids) state.covered.add(id)
    },
  },
})

const task = readTask()
if (task.mode === 'alone') state.active = task.mutants[0]

type Test = Parameters<TestRunner['onAfterRetryTask']>[0]
type Attempt = Parameters<TestRunner['onBeforeTryTask']>[1]

/** What an attempt is for; a mutant is clean when the test has just passed without one. */
type Now =
  { readonly kind: 'check' | 'idle' } | { readonly kind: 'mutant'; readonly id: string; readonly isClean: boolean }

/** A test that takes a step for every mutant takes about as many with a mutant. What takes far more goes in circles. */
const stepsFor = (steps: number): number => 2_000_000 + 20 * steps

/** After this time, the rest of a file is left to the next round. */
const MOST_FILE_MS = 200_000

export default class MutantRunner extends TestRunner {
  readonly #startedMs = performance.now()
  #file = ''
  // For the mode `cover`.
  readonly #outside = new Set<string>()
  readonly #tests: Record<string, { ms: number; steps: number; mutants: string[] }> = {}
  readonly #failed: string[] = []
  #allSteps = 0
  #testStartedMs = 0
  // For the mode `try`.
  #coverage: Coverage | undefined
  readonly #pending = new Set<string>(task.mode === 'try' ? task.mutants : [])
  readonly #triedBefore = new Set<string>()
  /** The mutants of the present test that are still to come. */
  #queue: string[] = []
  #tried: string[] = []
  #now: Now = { kind: 'idle' }
  #suspect: { id: string; by: 'failure' | 'time'; isClean: boolean } | undefined
  #isStopped = false
  #nowFile: { readonly path: string; readonly descriptor: number } | undefined

  override importFile(filepath: string, source: Parameters<TestRunner['importFile']>[1]) {
    if (source === 'collect') {
      this.#file = relative(process.cwd(), filepath)
      if (task.mode === 'cover') state.covered = this.#outside
      state.steps = 0
      if (task.mode === 'alone') state.mostSteps = task.mostSteps[this.#file] ?? Infinity
    }
    return super.importFile(filepath, source)
  }

  onBeforeRunFiles(): void {
    if (task.mode === 'cover') return
    this.#coverage = JSON.parse(readFileSync(coverageFile(task.folder, this.#file), 'utf8')) as Coverage
    if (task.mode === 'alone') return
    for (const line of readTried()) {
      if ('killed' in line) this.#pending.delete(line.killed)
      else if ('doubtful' in line) this.#pending.delete(line.doubtful)
      else if (line.file === this.#file) for (const id of line.tried) this.#triedBefore.add(`${line.test} ${id}`)
    }
    const path = join(task.folder, `${process.pid}.now`)
    this.#nowFile = { path, descriptor: openSync(path, 'w') }
  }

  override async onBeforeRunTask(test: Test): Promise<void> {
    await super.onBeforeRunTask(test)
    // A test that cannot run twice in one process is of no use for the mode `try`.
    if (task.mode === 'cover') test.repeats = 1
    if (task.mode === 'alone' && this.#coverage?.failed.includes(test.id) === true) test.mode = 'skip'
    if (task.mode !== 'try') return
    const reached = this.#coverage?.tests[test.id]?.mutants ?? []
    this.#queue = this.#isStopped
      ? []
      : reached.filter((id) => this.#pending.has(id) && !this.#triedBefore.has(`${test.id} ${id}`))
    this.#tried = []
    this.#suspect = undefined
    // A check at the start, and one after each mutant that the test noticed.
    test.repeats = this.#queue.length === 0 ? 0 : 2 * this.#queue.length
  }

  override onBeforeTryTask(test: Test, attempt: Attempt): void {
    super.onBeforeTryTask(test, attempt)
    state.steps = 0
    this.#testStartedMs = performance.now()
    if (task.mode === 'cover') state.covered = new Set()
    if (task.mode !== 'try') return
    this.#now = this.#next(attempt.repeats)
    state.active = this.#now.kind === 'mutant' ? this.#now.id : undefined
    state.mostSteps = this.#now.kind === 'mutant' ? stepsFor(this.#coverage?.tests[test.id]?.steps ?? 0) : Infinity
    if (this.#nowFile !== undefined) writeSync(this.#nowFile.descriptor, (state.active ?? '').padEnd(12), 0)
  }

  #next(repeats: number): Now {
    if (this.#isStopped) return { kind: 'idle' }
    if (repeats === 0 || this.#suspect !== undefined) return { kind: 'check' }
    const id = this.#queue.shift()
    return id === undefined ? { kind: 'idle' } : { kind: 'mutant', id, isClean: this.#now.kind === 'check' }
  }

  runTask(test: Test): unknown {
    // The number of attempts is fixed before the first of them. The last ones have nothing to do.
    return task.mode === 'try' && this.#now.kind === 'idle' ? undefined : TestRunner.getTestFn(test as never)()
  }

  override async onAfterRetryTask(test: Test, attempt: Attempt): Promise<void> {
    await super.onAfterRetryTask(test, attempt)
    const ms = performance.now() - this.#testStartedMs
    const hasFailed = test.result?.state === 'fail'
    if (task.mode === 'cover') {
      if (attempt.repeats === 0) {
        this.#tests[test.id] = { ms, steps: state.steps, mutants: [...(state.covered ?? [])] }
        this.#allSteps += state.steps
        if (hasFailed) this.#failed.push(test.id)
      }
      // What fails without a mutant, be it only the second time, says nothing.
      if (hasFailed) delete this.#tests[test.id]
      state.covered = this.#outside
    }
    if (task.mode !== 'try') return
    state.active = undefined
    state.mostSteps = Infinity
    this.#judge(test, hasFailed, ms)
    if (test.result !== undefined) delete test.result.errors
    if (performance.now() - this.#startedMs > MOST_FILE_MS) this.#isStopped = true
  }

  #judge(test: Test, hasFailed: boolean, ms: number): void {
    if (this.#now.kind === 'mutant') {
      const { id, isClean } = this.#now
      this.#tried.push(id)
      if (hasFailed) this.#suspect = { id, by: ms > 9_000 ? 'time' : 'failure', isClean }
    }
    if (this.#now.kind !== 'check') return
    const suspect = this.#suspect
    this.#suspect = undefined
    if (suspect !== undefined) {
      // When the test fails without a mutant as well, an earlier one may have spoilt it, or the machine is too slow.
      if (!hasFailed || (suspect.isClean && suspect.by === 'failure')) this.#kill(suspect.id, test, suspect.by)
      else note({ doubtful: suspect.id })
      this.#pending.delete(suspect.id)
    }
    // What timed out may go on in the background.
    if (hasFailed || suspect?.by === 'time') this.#isStopped = true
  }

  #kill(id: string, test: Test, by: 'failure' | 'time'): void {
    note({ killed: id, file: this.#file, test: test.name, by })
  }

  override onAfterRunTask(test: Test): void {
    super.onAfterRunTask(test)
    if (task.mode === 'alone') return
    if (this.#tried.length > 0) note({ file: this.#file, test: test.id, tried: this.#tried })
    if (test.result !== undefined) {
      test.result.state = 'pass'
      test.result.attempts = []
      delete test.result.errors
    }
  }

  override onAfterRunFiles(files: Parameters<TestRunner['onAfterRunFiles']>[0]): void {
    super.onAfterRunFiles(files)
    if (this.#nowFile !== undefined) {
      closeSync(this.#nowFile.descriptor)
      rmSync(this.#nowFile.path)
    }
    if (task.mode !== 'cover') return
    const coverage: Coverage = {
      file: this.#file,
      of: coverageOf(task.code, this.#file),
      outside: [...this.#outside],
      tests: this.#tests,
      steps: this.#allSteps,
      ms: performance.now() - this.#startedMs,
      failed: this.#failed,
    }
    writeFileSync(coverageFile(task.folder, this.#file), JSON.stringify(coverage))
  }
}

const note = (line: Tried): void => appendFileSync(task.tried, `${JSON.stringify(line)}\n`)

const readTried = (): Tried[] =>
  existsSync(task.tried)
    ? readFileSync(task.tried, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Tried)
    : []
