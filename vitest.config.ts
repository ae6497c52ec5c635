import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** What a test file changes for every file after it in the same process: modules, the environment, globals. */
const CHANGES_ITS_PROCESS =
  /\bvi\.(mock|doMock|resetModules|stubEnv|stubGlobal)\(|Object\.assign\(process\.env|delete process\.env|process\.env(\.\w+|\[[^\]]+\]) = /

const changing = globSync('test/**/*.test.ts').filter((file) => CHANGES_ITS_PROCESS.test(readFileSync(file, 'utf8')))

export default defineConfig({
  test: {
    globalSetup: 'test/aws-services.ts',
    // Local services share the machine with the tests, and a service elsewhere takes its time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      // Loading the modules anew for each file costs twice what the tests themselves cost.
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: changing, isolate: false } },
      { extends: true, test: { name: 'isolated', include: changing } },
    ],
  },
})
