import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PROBLEMS } from '#wire/problem'

const documented = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8')

test('docs/problems.md lists every code that a route may answer, with its status', () => {
  const rows = [...documented.matchAll(/<a id="([a-z-]+)"><\/a>`\1`\s*\|\s*(\d{3})/g)]
  const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => [code, String(status)])
  expect(rows.map(([, code, status]) => [code, status])).toEqual(statuses)
})
