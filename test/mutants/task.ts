/** What the command asks of a run of Vitest, handed over in files of one folder. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `cover` runs the tests without a mutant and notes what each reaches. `try` runs each test again for every mutant that
 * it reaches. `alone` runs whole files with one mutant, which is active before any module is loaded.
 */
export type Task = {
  readonly mode: 'cover' | 'try' | 'alone'
  readonly folder: string
  /** A hash of all code that is mutated. */
  readonly code: string
  /** The file to which the mode `try` adds its results. */
  readonly tried: string
  /** The file with the instrumented texts. */
  readonly texts: string
  /** The test files, in the order in which they run. */
  readonly order: readonly string[]
  /** The mutants to try, or the one that is active. */
  readonly mutants: readonly string[]
  /** In the mode `alone`: whether the files need modules of their own, each in a process of its own. */
  readonly isolate: boolean
  /** In the mode `alone`: the steps that each file may take. */
  readonly mostSteps: Readonly<Record<string, number>>
}

/** What a test file reaches. */
export type Coverage = {
  readonly file: string
  /** Of which texts this is true. */
  readonly of: string
  /** Mutants that are reached while modules are loaded and tests are declared, or by hooks around several tests. */
  readonly outside: readonly string[]
  readonly tests: Readonly<
    Record<string, { readonly ms: number; readonly steps: number; readonly mutants: readonly string[] }>
  >
  readonly steps: number
  readonly ms: number
  /** Tests that fail without a mutant. */
  readonly failed: readonly string[]
}

/** One line of the results of the mode `try`. */
export type Tried =
  | { readonly killed: string; readonly file: string; readonly test: string; readonly by: 'failure' | 'time' }
  /** The test failed with this mutant, and then also without: it may have been spoilt by an earlier one. */
  | { readonly doubtful: string }
  | { readonly file: string; readonly test: string; readonly tried: readonly string[] }

export const TASK_VARIABLE = 'DAYBOOK_MUTANTS_TASK'

export const readTask = (): Task => JSON.parse(readFileSync(process.env[TASK_VARIABLE] ?? '', 'utf8')) as Task

export const coverageFile = (folder: string, testFile: string): string =>
  join(folder, `${testFile.replaceAll('/', '+')}.coverage.json`)

/** The texts on which the coverage of a test file depends, but for what the test imports from other tests. */
export const coverageOf = (code: string, testFile: string): string => `${code} ${sha(readFileSync(testFile, 'utf8'))}`

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
