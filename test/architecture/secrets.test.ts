/**
 * Arguments and environment of a process can be read by others on the machine, and logs by many more. So no program takes
 * a secret as an argument or a setting, and each writes its log through the one place that takes secrets away.
 */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const FOLDERS = [
  'adapters',
  'bench',
  'http',
  'infra',
  'ingest',
  'ledger',
  'operations',
  'processors',
  'query-api',
  'wire',
]
const sources = globSync(`{${FOLDERS.join(',')}}/**/*.ts`).map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const foundIn = (pattern: RegExp): readonly string[] =>
  sources.flatMap(({ file, text }) => Array.from(text.matchAll(pattern), ([found]) => `${file}: ${found}`))

const SECRET = String.raw`[\w-]*(?:secret|password|passphrase|credential|token|private-?key|access-?key)[\w-]*`

test('no command and no service takes a secret as an argument', () => {
  // As `parseArgs` declares an option, and as a usage names it.
  expect(foundIn(new RegExp(String.raw`['"]?\b${SECRET}['"]?: \{ type: '`, 'gi'))).toEqual([])
  expect(foundIn(new RegExp(String.raw`(?<![\w-])--${SECRET}`, 'gi'))).toEqual([])
  expect(foundIn(/\{ type: 'string'/g).length).toBeGreaterThan(10)
})

test('no setting is a secret', () => {
  const settings = readFileSync('infra/settings.ts', 'utf8').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)
  const names = Array.from(settings, ([, name = '']) => name)
  expect(names.filter((name) => /SECRET|PASSWORD|CREDENTIAL|PRIVATE|_KEY|^TOKEN$/.test(name))).toEqual([])
  expect(names).toContain('TOKEN_ISSUER')
})

test('each log is made by infra/log.ts', () => {
  expect(foundIn(/^import (?!type).*'pino'$/gm)).toEqual([
    "infra/log.ts: import { pino, type DestinationStream, type Level, type Logger } from 'pino'",
  ])
})
