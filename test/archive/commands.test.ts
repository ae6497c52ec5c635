import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'daybook-nothing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (command: 'sql' | 'reconcile', ...args: string[]) => {
  const env = { ...process.env, DAYBOOK_DATA: folder }
  const { status, stdout, stderr } = spawnSync('node', [`operations/${command}.ts`, ...args], { env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test.each([
  { command: 'sql', args: [], says: 'One statement' },
  { command: 'sql', args: ['select 1', '--saved', 'totals-by-day'], says: 'One statement' },
  { command: 'sql', args: ['--saved', 'nothing-such'], says: 'Nothing is saved as nothing-such' },
  { command: 'sql', args: ['--saved', 'totals-by-day', '--from', '2026-02-30'], says: '2026-02-30 is no day' },
  { command: 'sql', args: ['select 1', '--from', '2026-02-20'], says: 'belong to --saved' },
  { command: 'sql', args: ['select 1', '--csv', '--json'], says: 'Either' },
  { command: 'sql', args: ['select 1', '--frm', 'x'], says: "Unknown option '--frm'" },
  { command: 'reconcile', args: [], says: 'Which --day?' },
  { command: 'reconcile', args: ['--day', 'today'], says: 'today is no day' },
  { command: 'reconcile', args: ['--day', '2026-11-20', '--merchant', 'a b'], says: "a b is no merchant's id" },
] as const)('$command $args is no way to use it', ({ command, args, says }) => {
  const { status, stdout, stderr } = run(command, ...args)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(says)
  expect(stderr).toContain(`npm run -s ${command}`)
})

test.each([
  ['sql', 'select 1'],
  ['reconcile', '--day', '2026-11-20'],
] as const)('%s says so when no system runs', (command, ...args) => {
  const { status, stderr } = run(command, ...args)
  expect(status).toBe(1)
  expect(stderr).toContain(`No Daybook is running on the data in ${folder}; start it with npm start.`)
  expect(stderr).not.toContain('at ')
})

test('--list shows what is saved', () => {
  const { status, stdout } = run('sql', '--list')
  expect(status).toBe(0)
  expect(stdout).toContain("totals-by-day\n    What each merchant's days add up to.")
})
