import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/aws-services.ts',
    // Local services share the machine with the tests, and a service elsewhere takes its time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
