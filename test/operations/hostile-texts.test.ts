/**
 * Texts that a terminal would obey, or that hide on it, never reach it: in every command of the operators, through
 * arguments, names of files and answers of services.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryClients } from '#adapters/clients/memory-clients'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { visible } from '#infra/visible'
import { clients, USAGE as CLIENTS_USAGE } from '#operations/clients'
import { close } from '#operations/close'
import { CLOSE_USAGE } from '#operations/close-arguments'
import type { Command } from '#operations/command'
import { people, USAGE as PEOPLE_USAGE } from '#operations/people'
import { quarantine, USAGE as QUARANTINE_USAGE } from '#operations/quarantine'
import { asCsv, asJson, asTable } from '#operations/query-output'
import { rebuild, USAGE as REBUILD_USAGE } from '#operations/rebuild'
import { reconcile } from '#operations/reconcile'
import { RECONCILE_USAGE } from '#operations/reconcile-arguments'
import { reconciliationLines } from '#operations/reconcile-output'
import { replay, USAGE as REPLAY_USAGE } from '#operations/replay'
import { sql } from '#operations/sql'
import { SQL_USAGE } from '#operations/sql-arguments'
import { processTerminal, table, type Form } from '#operations/terminal'
import { token, USAGE as TOKEN_USAGE } from '#operations/token'
import { verifyJournal, USAGE as VERIFY_USAGE } from '#operations/verify-journal'
import { zones, USAGE as ZONES_USAGE } from '#operations/zones'
import { aBookId, merchantId } from '#test/builders'
import type { BookReport } from '#processors/reconcile/compare-book'
import { anOutput, runIn } from './run.ts'

/** From Unicode's charts: first and last of each range. U+000A is left out, because our own lines end in it. */
const OBEYED_OR_HIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x09], // C0
  [0x0b, 0x1f],
  [0x7f, 0x9f], // DEL and C1
  [0xad, 0xad], // the soft hyphen
  [0x61c, 0x61c], // the Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x180e, 0x180e], // the Mongolian vowel separator
  [0x200b, 0x200f], // zero width, and marks of direction
  [0x2028, 0x202e], // ends of lines and paragraphs, embeddings and overrides
  [0x2060, 0x206f], // the word joiner, invisible operators, isolates
  [0x3164, 0x3164],
  [0xd800, 0xdfff], // lone surrogates
  [0xfeff, 0xfeff], // the byte order mark
  [0xfff9, 0xfffb], // annotations
  [0xe0000, 0xe0fff], // tags and further variation selectors
]

const isHostile = (character: string): boolean => {
  const point = character.codePointAt(0) ?? 0
  return OBEYED_OR_HIDDEN.some(([first, last]) => point >= first && point <= last)
}

/** Each end of each range, and a line that would look like one of ours. */
const HOSTILE = `x${OBEYED_OR_HIDDEN.flatMap((range) => range.map((point) => `${String.fromCodePoint(point)}-`)).join('')}\n0 broken`

/** The same for places that cannot hold every character. */
const HOSTILE_NAME = Array.from(HOSTILE.replaceAll('\0', ''), (character) =>
  /[\ud800-\udfff]/u.test(character) ? '' : character,
).join('')

/** What must not reach a terminal, of what did. A line of its own is as bad as a control character. */
const found = (...outputs: readonly string[]): readonly string[] =>
  outputs.flatMap((output) => [
    ...Array.from(output).filter(isHostile).map(visible),
    ...output.split('\n').filter((line) => line === '0 broken'),
  ])

const hostileFailure = () => Promise.reject(new Error(HOSTILE))
const unreachable = { find: hostileFailure, items: hostileFailure, list: hostileFailure } as never

const aClientsWorld = () => ({
  clients: memoryClients(Date.now),
  grants: memoryGrants(),
  auditTrail: memoryAuditTrail(),
  clock: Date.now,
  actor: { by: HOSTILE, from: HOSTILE },
})

const COMMANDS: Readonly<Record<string, readonly [Command, string]>> = {
  token: [token, TOKEN_USAGE],
  people: [people, PEOPLE_USAGE],
  clients: [clients(() => ({ ...aClientsWorld(), clients: unreachable })), CLIENTS_USAGE],
  quarantine: [quarantine, QUARANTINE_USAGE],
  zones: [zones(() => ({ ...aClientsWorld(), merchants: unreachable, zones: {} as never })), ZONES_USAGE],
  'verify-journal': [
    verifyJournal(() => ({
      merchants: unreachable,
      heads: unreachable,
      days: unreachable,
      journal: unreachable,
      generations: unreachable,
      seals: unreachable,
      transactions: unreachable,
      clock: unreachable,
    })),
    VERIFY_USAGE,
  ],
  sql: [sql, SQL_USAGE],
  reconcile: [reconcile, RECONCILE_USAGE],
  close: [close, CLOSE_USAGE],
  rebuild: [rebuild, REBUILD_USAGE],
  replay: [replay, REPLAY_USAGE],
}

beforeEach(() => {
  vi.stubEnv('DAYBOOK_DATA', join(mkdtempSync(join(tmpdir(), 'daybook-hostile-')), HOSTILE_NAME))
  for (const service of ['DYNAMODB', 'KINESIS', 'S3']) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

test('every command of the operators is among those that are tried here', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> }
  const names = Object.keys(scripts).filter((name) => /^node .*\boperations\/[a-z-]+\.ts$/.test(scripts[name] ?? ''))
  expect(Object.keys(COMMANDS).toSorted()).toEqual(names.toSorted())
})

/** Arguments that a person could type or paste: in the place of an action, an id, an option, and each option's value. */
const argumentsFor = (usage: string): readonly (readonly string[])[] => {
  const actions = ['', 'list', 'show', 'add', 'rotate', 'revoke', 'replay', 'discard', 'reset', 'remove']
  const options = [...new Set(usage.match(/--[a-z-]+/g) ?? [])].filter((option) => option !== '--help')
  const usual = ['--day', '2026-11-20', '--scope', 'operations', '--name', 'x', '--from', '2026-11-20T00:00:00Z']
  return [
    [],
    [HOSTILE],
    [`--${HOSTILE}`],
    ...actions.flatMap((action) => [
      [action, HOSTILE],
      [action, 'x', HOSTILE],
    ]),
    ...options.flatMap((option) =>
      actions.flatMap((action) =>
        [[], usual, ['x'], ['m1']].map((more) => [...(action === '' ? [] : [action]), ...more, option, HOSTILE]),
      ),
    ),
    ['--all'],
    ['--all', '--json'],
    ['--merchant', 'm1'],
    ['list'],
    ['select 1'],
    ['--dry-run'],
    ['--day', '2026-11-20'],
    ['--from', '2026-11-20T00:00:00Z'],
    ['--scope', 'operations'],
  ]
}

test.each(Object.entries(COMMANDS))(
  'npm run %s shows no argument, file name or failure as a terminal would obey it',
  async (_name, [command, usage]) => {
    let quoted = 0
    for (const args of argumentsFor(usage)) {
      const { printed, complained } = await runIn(command, usage, args)
      expect({ args: args.map(visible), found: found(printed, complained) }).toEqual({
        args: args.map(visible),
        found: [],
      })
      if (complained.includes('\\x9f')) quoted += 1
    }
    // Otherwise the texts did not get as far as a message.
    expect(quoted).toBeGreaterThan(1)
  },
)

test('npm run demo shows no file name as a terminal would obey it', async () => {
  const ended = promisify(execFile)(process.execPath, ['infra/local/demo/demo.ts'], { env: process.env })
  const { stdout, stderr } = await ended.catch((error: { stdout: string; stderr: string }) => error)
  expect(found(stdout, stderr)).toEqual([])
  expect(stderr).toContain('\\x9f')
})

describe('answers of a service', () => {
  const ITEM = {
    ...Object.fromEntries(
      [
        'quarantineId',
        'merchantId',
        'entryId',
        'businessDay',
        'reason',
        'detail',
        'status',
        'setAsideAt',
        'position',
      ].map((name) => [name, HOSTILE]),
    ),
    entry: { direction: HOSTILE, amount: 1, currency: HOSTILE, description: HOSTILE, metadata: { [HOSTILE]: HOSTILE } },
    replayedAs: { [HOSTILE]: HOSTILE },
    actions: [{ action: HOSTILE, by: HOSTILE, from: HOSTILE, at: HOSTILE, [HOSTILE]: HOSTILE }],
    raw: Buffer.from(HOSTILE_NAME.replaceAll(/\p{Cc}/gu, '')).toString('base64'),
  }
  const PROBLEM = { code: HOSTILE, detail: HOSTILE, errors: [{ pointer: HOSTILE, detail: HOSTILE }] }

  const asked = async (status: number, body: unknown, ...args: readonly string[]) => {
    vi.stubGlobal('fetch', async () => Response.json(body, { status }))
    const file = join(mkdtempSync(join(tmpdir(), 'daybook-hostile-')), 'token')
    writeFileSync(file, 'token.of.ana')
    const urls = ['--ingest', 'http://127.0.0.1:1', '--query', 'http://127.0.0.1:1', '--token-file', file]
    return await runIn(quarantine, QUARANTINE_USAGE, [...args, ...urls])
  }

  test.each([
    { args: ['list'], status: 200, body: { data: [ITEM], nextCursor: null } },
    { args: ['show', 'x'], status: 200, body: ITEM },
    { args: ['replay', 'x'], status: 200, body: { ...ITEM, status: 'replayed', by: HOSTILE, at: HOSTILE } },
    { args: ['list'], status: 403, body: PROBLEM },
    { args: ['discard', 'x', '--reason', 'y'], status: 422, body: PROBLEM },
    { args: ['show', 'x'], status: 503, body: PROBLEM },
  ])('quarantine $args shows an answer $status with its characters spelled out', async ({ args, status, body }) => {
    const { printed, complained } = await asked(status, body, ...args)
    expect(found(printed, complained)).toEqual([])
    expect(printed + complained).toContain('\\x9f')
  })

  test.each([
    { args: ['list', '--json'], body: { data: [ITEM], nextCursor: null }, answer: [ITEM] },
    { args: ['show', 'x', '--json'], body: ITEM, answer: ITEM },
  ])('quarantine $args is JSON that says the same, without a character that a terminal would obey', async (row) => {
    const { printed } = await asked(200, row.body, ...row.args)
    expect(found(printed)).toEqual([])
    expect(JSON.parse(printed)).toEqual(row.answer)
  })
})

test('clients list shows names and merchants of another tool with their characters spelled out', async () => {
  const world = aClientsWorld()
  const terms = { kind: 'sign-in', scopes: [], tokenLifetimeSeconds: 1, redirectUris: [HOSTILE] } as const
  await world.clients.add({ ...terms, name: HOSTILE })
  const command = clients(() => world)
  const [asRows, asText] = [
    await runIn(command, CLIENTS_USAGE, ['list']),
    await runIn(command, CLIENTS_USAGE, ['list', '--json']),
  ]
  expect(found(asRows.printed, asText.printed)).toEqual([])
  expect(JSON.parse(asText.printed)).toMatchObject([{ name: HOSTILE, redirectUris: [HOSTILE] }])
})

test('reconcile shows ids, positions and faults with their characters spelled out', () => {
  const side = { totals: { creditsMinor: 0n, debitsMinor: 0n, entryCount: 0 }, digest: HOSTILE }
  const report = {
    book: aBookId({ merchantId: merchantId('m1') }),
    isEqual: false,
    journal: side,
    archive: side,
    archivedCopies: 0,
    setAsideCount: 0,
    differences: [{ entryId: HOSTILE, kind: 'different', inJournal: [HOSTILE], inArchive: [HOSTILE] }],
    faults: [HOSTILE],
  } as unknown as BookReport
  const output = anOutput()
  const terminal = processTerminal({ stdout: output.out, stderr: output.out })
  terminal.print(
    ...reconciliationLines('2026-11-20', {
      status: 'compared',
      isEqual: false,
      unreadableMerchants: [{ merchantId: merchantId('m1'), reason: HOSTILE }],
      books: [report],
      publishedAgain: 0,
      refused: [{ merchantId: merchantId('m1'), entryId: HOSTILE as never }],
    }),
  )
  terminal.print(
    ...reconciliationLines('2026-11-20', { status: 'unreadable', objects: [{ key: HOSTILE, reason: HOSTILE }] }),
  )
  expect(found(output.text())).toEqual([])
})

async function* answer() {
  yield {
    columns: ['a', HOSTILE],
    rows: [
      [HOSTILE, { [HOSTILE]: HOSTILE }],
      [null, 1n],
    ],
  }
}

const written = async (pieces: AsyncIterable<string>, form: Form, isTTY: boolean) => {
  const output = anOutput(isTTY)
  const terminal = processTerminal({ stdout: output.out, stderr: output.out })
  for await (const piece of pieces) await terminal.write(piece, form)
  return output.bytes()
}

test.each([true, false])(
  'sql shows cells and names of columns spelled out as a table and as JSON (a screen: %s)',
  async (isTTY) => {
    const [rows, json] = [
      (await written(asTable(answer()), 'lines', isTTY)).toString(),
      (await written(asJson(answer()), 'json', isTTY)).toString(),
    ]
    expect(found(rows, json)).toEqual([])
    expect(JSON.parse(json)).toEqual([
      { a: HOSTILE, [HOSTILE]: { [HOSTILE]: HOSTILE } },
      { a: null, [HOSTILE]: 1 },
    ])
  },
)

test('sql writes CSV to a file exactly, and to a screen spelled out with a record in each line', async () => {
  let exact = ''
  for await (const record of asCsv(answer())) exact += record
  expect(await written(asCsv(answer()), 'record', false)).toEqual(Buffer.from(exact))
  const shown = (await written(asCsv(answer()), 'record', true)).toString()
  expect([found(shown), shown.trimEnd().split('\n').length]).toEqual([[], 3])
})

test('a screen shows progress with its characters spelled out, and cut to one row', () => {
  const output = anOutput(true)
  processTerminal({ stdout: output.out, stderr: output.out }).status(`${HOSTILE}${'漢'.repeat(80)}`)
  const [, shown = ''] = output.text().split('\r\u001b[K')
  expect(found(shown)).toEqual([])
  expect(shown.endsWith('…')).toBe(true)
})

test('a table counts the columns of a screen: two for CJK and emoji, none for combining marks, all of what is spelled out', () => {
  const rows = [
    ['漢字', '1'],
    ['cafe\u0301', '22'],
    ['☕\uFE0F', '3'],
    ['a\u200bb', '4'],
  ]
  expect(table(['name', 'n'], rows)).toEqual([
    'name       n',
    '────────  ──',
    '漢字       1',
    'cafe\u0301      22',
    '☕\uFE0F         3',
    'a\\u200bb   4',
  ])
})

test.each([
  { what: 'words of any script', text: 'Café às 9h – São João, 漢字, עברית, हिन्दी, ₿' },
  { what: 'emoji with their colours', text: '☕️ ❤️ 👍🏽 🇧🇷' },
])('$what are shown as they are', ({ text }) => {
  expect(visible(text)).toBe(text)
})
