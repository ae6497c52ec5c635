/** Vitest over the instrumented code. `test/mutants/mutants.ts` says by the environment what to do. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { withCurse } from '../simulation/curses.ts'
import { readTask } from './task.ts'

const { texts, order, mode, isolate } = readTask()
const instrumented = JSON.parse(readFileSync(texts, 'utf8')) as Record<string, string>
const root = process.cwd()

export default defineConfig({
  plugins: [
    {
      name: 'instrumented code',
      enforce: 'pre',
      load: (id) => {
        const path = id.split('?')[0] ?? id
        const text = instrumented[relative(root, path)]
        // Only the simulation has entries that a curse hits.
        return text === undefined ? undefined : withCurse(path, text)
      },
    },
  ],
  test: {
    include: [...order],
    runner: 'test/mutants/runner.ts',
    setupFiles: ['test/mutants/setup.ts'],
    // Every file starts with modules of its own, so no mutant leaves anything behind for the next file. With one mutant
    // for all files there is nothing to leave behind, and loading modules takes longer than the tests.
    isolate: mode !== 'alone' || isolate,
    pool: 'forks',
    maxWorkers: mode === 'alone' ? 1 : Number(process.env['MUTANTS_WORKERS'] ?? 2),
    testTimeout: mode === 'try' ? 10_000 : 60_000,
    hookTimeout: 60_000,
    sequence: {
      sequencer: class {
        shard = async <T>(files: T[]): Promise<T[]> => files
        sort = async <T extends { readonly moduleId: string }>(files: T[]): Promise<T[]> => {
          const place = new Map(order.map((file, index) => [file, index]))
          const placeOf = ({ moduleId }: T) => place.get(relative(root, moduleId)) ?? 0
          return files.toSorted((a, b) => placeOf(a) - placeOf(b))
        }
      },
    },
  },
})
