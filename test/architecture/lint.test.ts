import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('the linter catches a forgotten await', () => {
  const fixture = 'test/architecture/fixtures/forgotten-await.ts'
  const { status, stdout } = spawnSync('node_modules/.bin/oxlint', ['--type-aware', fixture], { encoding: 'utf8' })
  expect(stdout).toContain('no-floating-promises')
  expect(status).not.toBe(0)
})
