import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { logMessagesOf } from './log-messages.ts'

// The compiler reads all of the product and the types of its libraries, on a machine that may be busy with other tests.
const PATIENCE_MS = 120_000

/** The rest of `infra/aws/` runs only when it is deployed. */
const PRODUCT = globSync('{ledger,wire,http,adapters,ingest,processors,query-api,operations,infra}/**/*.ts').filter(
  (file) => !file.endsWith('.d.ts') && (!file.startsWith('infra/aws/') || file.endsWith('.lambda.ts')),
)

const PAGE = 'docs/operations.md'

/** The messages in the first column of the table below the heading "Messages". */
const listed = (() => {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split(/^## Messages$/m)
  const [table = ''] = section.split(/^## /m)
  return Array.from(table.matchAll(/^\| `(.+?)` +\| (.+?) +\| (.+?) +\|$/gm), ([, message = '']) => message)
})()

test(
  'docs/operations.md has a line for each warning and error that the code logs, and none besides',
  () => {
    const { messages, unknown, files } = logMessagesOf('test/architecture/product.tsconfig.json')
    const missing = [...messages]
      .filter(([message]) => !listed.includes(message))
      .map(([message, places]) => `add to the table of ${PAGE}: | \`${message}\` | (${places.join(', ')})`)
    const surplus = listed
      .filter((message) => !messages.has(message))
      .map((message) => `no code logs this line of ${PAGE}, remove or change it: \`${message}\``)
    expect([...unknown, ...missing, ...surplus]).toEqual([])
    expect(PRODUCT.filter((file) => !files.includes(file))).toEqual([])
  },
  PATIENCE_MS,
)

test('the messages in docs/operations.md are in alphabetical order, each once', () => {
  expect(listed).toEqual([...new Set(listed)].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)))
})

test(
  'each way of writing a message is found or refused',
  () => {
    const fixture = 'test/architecture/fixtures/log-messages'
    const { messages, unknown } = logMessagesOf(`${fixture}.tsconfig.json`)
    expect([...messages.keys()].toSorted()).toEqual([
      'a constant',
      'a literal',
      'at one of two levels',
      'ended (…) too early',
      'of npm start itself',
      'one',
      'the first of a table',
      'the second of a table',
      'two',
      'when it is another',
      'when it is one',
    ])
    const source = readFileSync(`${fixture}.ts`, 'utf8').split('\n')
    const refused = unknown.map((problem) => source[Number(/:(\d+) /.exec(problem)?.[1]) - 1]?.trim())
    expect(refused).toEqual([
      'log.warn({}, text)',
      'log.error({}, `${text}`)',
      "log.warn({}, 'joined ' + text)",
      'log.error(facts, String(facts))',
      'const { warn } = log',
      'const later = log.error',
    ])
  },
  PATIENCE_MS,
)
