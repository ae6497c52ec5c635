import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test.each([
  { script: 'test/power/power.ts', argument: '--bogus', usage: 'npm run test:power -- [--cuts N]' },
  { script: 'test/kill/kill.ts', argument: '--bogus', usage: 'npm run test:kill -- [--kills N]' },
  { script: 'test/kill/firehose.ts', argument: '--kills=many', usage: 'npm run test:kill:firehose -- [--kills N]' },
  { script: 'test/simulation/simulate.ts', argument: '--bogus', usage: 'npm run simulate -- --seeds N' },
  { script: 'test/simulation/simulate.ts', argument: '--mix=bogus', usage: 'npm run simulate -- --seeds N' },
  { script: 'bench/bench.ts', argument: '--bogus', usage: 'npm run bench -- [QUESTION]...' },
])('$script $argument answers with a usage line instead of a stack, and starts nothing', (row) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [row.script, row.argument], { encoding: 'utf8' })
  expect(stderr).toContain(`\n\n${row.usage}`)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect([status, stdout]).toEqual([2, ''])
})
