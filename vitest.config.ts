import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** What a test file changes for every file after it in the same process: modules, globals, the environment. */
const CHANGES_ITS_PROCESS = new RegExp(
  [
    String.raw`\bvi\.(mock|doMock|resetModules|stubEnv|stubGlobal)\(`,
    String.raw`Object\.assign\(process\.env|delete process\.env|process\.env(\.\w+|\[[^\]]+\]) = `,
    // These set the addresses of the services they find or start.
    String.raw`\b(useRunningSystem|startTestServices|useLocalS3)\(`,
  ].join('|'),
)

const changing = globSync('test/**/*.test.ts').filter((file) => CHANGES_ITS_PROCESS.test(readFileSync(file, 'utf8')))

export default defineConfig({
  test: {
    globalSetup: 'test/aws-services.ts',
    // Local services share the machine with the tests, and a service elsewhere takes its time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Tests of running processes wait for them. With one file more than there are cores, no core waits with them.
    maxWorkers: availableParallelism() + 1,
    projects: [
      // Loading the modules anew for each file costs twice what the tests themselves cost.
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: changing, isolate: false } },
      { extends: true, test: { name: 'isolated', include: changing } },
    ],
  },
})
