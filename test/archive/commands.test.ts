import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reconcileArguments } from '#operations/reconcile-arguments'
import { sqlRequest } from '#operations/sql-arguments'

const folder = mkdtempSync(join(tmpdir(), 'daybook-nothing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (command: 'sql' | 'reconcile', ...args: string[]) => {
  // The tests' own services are named in the environment, and a named one would be used.
  const named = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_ENDPOINT_URL'))
  const env = { ...Object.fromEntries(named), DAYBOOK_DATA: folder }
  const { status, stdout, stderr } = spawnSync('node', [`operations/${command}.ts`, ...args], { env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test.each([
  { args: [], says: 'Give exactly one statement' },
  { args: ['select 1', '--saved', 'totals-by-day'], says: 'Give exactly one statement' },
  { args: ['--saved', 'nothing-such'], says: 'No statement is saved as nothing-such' },
  { args: ['--saved', 'totals-by-day', '--from', '2026-02-30'], says: '"2026-02-30" is not a day' },
  { args: ['select 1', '--from', '2026-02-20'], says: 'only for --saved' },
  { args: ['select 1', '--param', 'day=2026-02-20'], says: 'only for --saved' },
  { args: ['--saved', 'totals-by-day', '--param', 'day=2026-02-30'], says: '"2026-02-30" is not a day' },
  { args: ['--saved', 'totals-by-day', '--param', 'day'], says: '--param day has no value' },
  {
    args: ['--saved', 'totals-by-day', '--param', 'dya=1'],
    says: 'no parameter dya. Its parameters: from (day), to (day)',
  },
  { args: ['--saved', 'totals-by-day', '--param', 'merchant=a b'], says: '"a b" is not a merchant\'s id' },
  { args: ['--saved', 'totals-by-day', '--from', '2026-02-20', '--day', '2026-02-21'], says: 'from is given twice' },
  {
    args: ['--saved', 'totals-by-day', '--from', '2026-02-21', '--to', '2026-02-20'],
    says: 'The period from 2026-02-21 to 2026-02-20 ends before it begins',
  },
  { args: ['--saved', 'largest-debits', '--param', 'count=1.5'], says: '"1.5" is not a whole number' },
  { args: ['--saved', 'copies-of-an-entry', '--param', 'merchant=m1'], says: 'needs --param entry=…' },
  { args: ['select 1', '--csv', '--json'], says: 'Give --csv or --json' },
  { args: ['--file', '/no/such/file'], says: '/no/such/file cannot be read' },
  { args: ['--file', '/'], says: '/ cannot be read' },
  { args: ['select 1', '--frm', 'x'], says: "Unknown option '--frm'" },
])('npm run sql with $args is refused with the reason "$says"', ({ args, says }) => {
  expect(() => sqlRequest(args)).toThrow(says)
})

test('npm run sql takes a statement as an argument, by its saved name, or from a file', () => {
  expect(sqlRequest(['select 1', '--csv'])).toEqual({ kind: 'statement', statement: 'select 1', format: 'csv' })
  const saved = sqlRequest(['--saved', 'totals-by-day', '--from', '2026-11-20'])
  expect(saved).toMatchObject({ statement: expect.stringContaining("BETWEEN '2026-11-20' AND '9998-12-31'") })
  const file = join(folder, 'query.sql')
  writeFileSync(file, 'select 2')
  expect(sqlRequest(['--file', file, '--json'])).toEqual({ kind: 'statement', statement: 'select 2', format: 'json' })
})

test('a parameter goes into the statement as a text, whatever it contains', () => {
  const args = ['--param', 'merchant=m1', '--param', "entry=it's = {merchant}"]
  expect(sqlRequest(['--saved', 'copies-of-an-entry', ...args])).toMatchObject({
    statement: expect.stringContaining("WHERE merchant_id = 'm1' AND entry_id = 'it''s = {merchant}'"),
  })
})

test.each([
  ['--param', 'day=2026-11-20'],
  ['--day', '2026-11-20'],
  ['--from', '2026-11-20', '--param', 'to=2026-11-20'],
])('the parameters %s %s are a period of one day', (...args) => {
  expect(sqlRequest(['--saved', 'totals-by-day', ...args])).toMatchObject({
    statement: expect.stringContaining("BETWEEN '2026-11-20' AND '2026-11-20'"),
  })
})

test('a file that begins with a byte order mark has its statement without it', () => {
  const file = join(folder, 'marked.sql')
  writeFileSync(file, '\uFEFFselect 3')
  expect(sqlRequest(['--file', file])).toMatchObject({ statement: 'select 3' })
})

test.each([
  { args: [], says: 'Missing --day: the business day to compare' },
  { args: ['--day', 'today'], says: 'today is not a day' },
  { args: ['--day', '2026-11-20', '--merchant', 'a b'], says: "a b is not a merchant's id" },
  { args: ['2026-11-20'], says: 'Unexpected argument' },
])('npm run reconcile with $args is refused with the reason "$says"', ({ args, says }) => {
  expect(() => reconcileArguments(args)).toThrow(says)
})

test('npm run reconcile takes a day, for one merchant or for all', () => {
  const all = { day: '2026-11-20', repair: false, json: false }
  expect(reconcileArguments(['--day', '2026-11-20'])).toEqual(all)
  expect(reconcileArguments(['--day', '2026-11-20', '--merchant', 'm1', '--repair', '--json'])).toEqual({
    day: '2026-11-20',
    merchantId: 'm1',
    repair: true,
    json: true,
  })
})

test.each([
  ['sql', '--csv'],
  ['sql', '--file', '/no/such/file'],
  ['reconcile', '--day'],
] as const)(
  'npm run %s with wrong arguments says how to read its usage and ends with exit code 2',
  (command, ...args) => {
    const { status, stdout, stderr } = run(command, ...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`How it is used: npm run ${command} -- --help`)
  },
)

test.each([
  ['sql', 'select 1'],
  ['reconcile', '--day', '2026-11-20'],
] as const)(
  'npm run %s without a running system says how to start one and ends with exit code 3',
  (command, ...args) => {
    const { status, stderr } = run(command, ...args)
    expect(status).toBe(3)
    expect(stderr).toContain(`No Daybook is running on the data in ${folder}; start it with npm start.`)
    expect(stderr).not.toContain('at ')
  },
)
