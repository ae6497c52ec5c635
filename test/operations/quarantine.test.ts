/** `npm run quarantine` against both services, over HTTP and memory adapters. */
import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryTokens } from '#adapters/tokens/memory-tokens'
import { ianaZones } from '#adapters/zones/iana-zones'
import { serve } from '#http/serve'
import { ingest } from '#ingest/ingest'
import { SCOPES, type Scope } from '#ledger/access'
import { quarantineKey, quarantineState, type SetAside } from '#ledger/quarantine'
import { quarantine as command, USAGE } from '#operations/quarantine'
import { aGrant, aMerchant, anEntry, aSetAside, entryId, subject, utf8 } from '#test/builders'
import { aQueryApi, NOW_MS } from '#test/http/query-fixtures'
import { quarantineId } from '#wire/http/quarantine-id'
import { runIn } from './run.ts'

const at = (sequenceNumber: string) => ({ shardId: 'shardId-000000000000', sequenceNumber, index: 0 })
const conflict = aSetAside({ entry: anEntry({ amountMinor: 1_250n }), position: at('0') })
const stranger = aSetAside({
  entry: anEntry({ entryId: entryId('e2'), direction: 'debit', merchantId: 'm9' as never }),
  reason: 'unknown-merchant',
  position: at('0'),
})
const garbage = aSetAside({
  subject: 'unreadable',
  reason: 'undecodable-record',
  raw: Uint8Array.of(0, 255),
  position: at('0'),
})
const idOf = (item: SetAside) => quarantineId(quarantineKey(item))

/** A caller for every merchant. */
const callerWith = (name: string, scopes: readonly Scope[]) => ({
  subject: subject(name),
  scopes: new Set(scopes),
  expiresAtMs: Number.MAX_SAFE_INTEGER,
})

const access = {
  tokens: memoryTokens({
    'token.of.ana': callerWith('ana', SCOPES),
    'token.of.till': callerWith('till', ['entries:write', 'ledger:read']),
  }),
  grants: memoryGrants([aGrant('ana', '*'), aGrant('till', '*')]),
}

/** A file that holds this text. */
const fileWith = (text: string | Uint8Array): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'daybook-operator-')), 'file')
  writeFileSync(file, text)
  return file
}

/** Both services, on ports of their own. */
const startServices = async () => {
  const queries = aQueryApi({ access })
  const commands = ingest({
    access,
    zones: ianaZones,
    stream: memoryEntryStream(),
    merchants: memoryMerchants([aMerchant()]),
    quarantine: queries.quarantine,
    log: { error() {}, warn() {} },
    clock: () => NOW_MS,
  })
  const [query, command] = [await serve(queries.app, LOCALHOST), await serve(commands, LOCALHOST)]
  return {
    quarantine: queries.quarantine,
    urls: ['--ingest', `http://127.0.0.1:${command.port}`, '--query', `http://127.0.0.1:${query.port}`],
    stop: async () => void (await Promise.all([query.stop(), command.stop()])),
  }
}
const LOCALHOST = { host: '127.0.0.1', port: 0 }

let services: Awaited<ReturnType<typeof startServices>>
beforeEach(async () => {
  services = await startServices()
  for (const item of [conflict, stranger, garbage]) await services.quarantine.setAside(item)
})
afterEach(() => services.stop())

const runWith = (token: string, ...args: string[]) =>
  runIn(command, USAGE, [...args, ...services.urls, '--token-file', fileWith(`\uFEFF${token}\n`)])

const run = (...args: string[]) => runWith('token.of.ana', ...args)

const stateOf = async (item: SetAside) => {
  const found = await services.quarantine.find(quarantineKey(item))
  return found && quarantineState(found)
}

describe('list', () => {
  test('list shows each waiting item with its id', async () => {
    const { exit, printed } = await run('list')
    expect(exit).toBe(0)
    expect(printed).toMatch(/waiting +content-conflict +m1 +2026-11-20 +e1 +1250 BRL/)
    expect(printed).toMatch(/waiting +unknown-merchant +m9 +2026-11-20 +e2 +-100 BRL/)
    expect(printed).toMatch(/waiting +undecodable-record +— +— +— +—/)
    for (const item of [conflict, stranger, garbage]) expect(printed).toContain(`\n  ${idOf(item)}`)
    expect(printed).toMatch(/\n3 items$/)
  })

  test('list filters by merchant, reason and status', async () => {
    await run('discard', idOf(stranger), '--reason', 'a test')
    const ids = async (...filter: string[]) => {
      const { exit, printed } = await run('list', '--json', ...filter)
      expect(exit).toBe(0)
      return (JSON.parse(printed) as { quarantineId: string }[]).map(({ quarantineId }) => quarantineId).toSorted()
    }
    expect(await ids()).toEqual([idOf(conflict), idOf(garbage)].toSorted())
    expect(await ids('--status', 'all')).toEqual([conflict, stranger, garbage].map(idOf).toSorted())
    expect(await ids('--status', 'discarded')).toEqual([idOf(stranger)])
    expect(await ids('--merchant', 'm1')).toEqual([idOf(conflict)])
    expect(await ids('--reason', 'undecodable-record')).toEqual([idOf(garbage)])
    expect((await run('list', '--merchant', 'm2')).printed).toBe('No items.')
  })

  test('list reads all pages of a thousand items', async () => {
    for (let index = 0; index < 1_000; index += 1) {
      await services.quarantine.setAside(aSetAside({ entry: anEntry({ entryId: entryId(`x${index}`) }) }))
    }
    expect((await run('list', '--merchant', 'm1')).printed).toMatch(/\n1001 items$/)
  })

  test('list refuses a reason that does not exist', async () => {
    expect(await run('list', '--reason', 'bad-luck')).toMatchObject({
      exit: 1,
      printed: '',
      complained: expect.stringContaining('/reason') as string,
    })
  })
})

describe('show', () => {
  test('show prints all fields of one item', async () => {
    const { exit, printed } = await run('show', idOf(conflict))
    expect(exit).toBe(0)
    for (const part of ['content-conflict', '"amount": 1250', '{"entry":{"amount":1250'])
      expect(printed).toContain(part)
  })

  test('show prints bytes that are not text in base64, and the actions taken', async () => {
    await run('discard', idOf(garbage), '--reason', 'noise')
    const { printed } = await run('show', idOf(garbage))
    expect(printed).toContain('(base64) AP8=')
    expect(printed).toMatch(/ana {2}127.0.0.1 {2}discarded {2}{"reason":"noise"}/)
  })

  test('show refuses an unknown id', async () => {
    expect(await run('show', 'nothing')).toMatchObject({
      exit: 1,
      complained: expect.stringMatching(/^not-found/) as string,
    })
  })
})

describe('replay', () => {
  test('replay sends an item again as it was', async () => {
    const { exit, printed } = await run('replay', idOf(conflict))
    expect(exit).toBe(0)
    expect(printed).toMatch(/^replayed as e1 of m1 on 2026-11-20, position .*, by ana at /)
    expect(await stateOf(conflict)).toMatchObject({
      status: 'replayed',
      replayedAs: { entry: { amountMinor: 1_250n } },
    })
  })

  test('replay takes corrected fields from a file and from --set', async () => {
    const file = fileWith(JSON.stringify({ amount: 7, description: 'mended' }))
    const set = ['--set', 'amount=8', '--set', 'entryId=e1-b', '--set', 'reference="4711"', '--set', 'category=null']
    expect((await run('replay', idOf(conflict), '--entry', file, ...set)).exit).toBe(0)
    expect(await stateOf(conflict)).toMatchObject({
      replayedAs: { entry: { entryId: 'e1-b', amountMinor: 8n, description: 'mended', reference: '4711' } },
    })
  })

  test.each([
    { set: ['entryId=20261126001'], entry: { entryId: '20261126001' } },
    { set: ['terminalId=7', 'terminalSeq=7'], entry: { terminalId: '7', terminalSeq: 7 } },
    { set: ['description=true', 'reference={"a":1}'], entry: { description: 'true', reference: '{"a":1}' } },
    { set: ['reference="null"', 'category=1e3'], entry: { reference: 'null', category: '1e3' } },
    { set: ['metadata={"table":"7"}', 'amount=12'], entry: { metadata: { table: '7' }, amountMinor: 12n } },
  ])('replay --set $set has the type of the field, whatever the value looks like', async ({ set, entry }) => {
    const { exit } = await run('replay', idOf(conflict), ...set.flatMap((one) => ['--set', one]))
    expect(exit).toBe(0)
    expect(await stateOf(conflict)).toMatchObject({ replayedAs: { entry } })
  })

  test.each([
    { set: 'amount=12.50', says: 'amount takes a whole number of minor units, not 12.50.' },
    { set: 'amount="12"', says: 'amount takes a whole number of minor units, not "12".' },
    { set: 'terminalSeq=9007199254740993', says: 'terminalSeq takes a whole number, not 9007199254740993.' },
    { set: 'metadata=7', says: 'metadata takes a JSON object such as {"table":"7"}, not 7.' },
    {
      set: 'amout=5',
      says: 'amout is not a field of an entry. The fields are entryId, merchantId, direction, amount, ',
    },
  ])('replay --set $set is refused with "$says"', async ({ set, says }) => {
    const { exit, complained } = await run('replay', idOf(conflict), '--set', set)
    expect({ exit, complained }).toEqual({ exit: 2, complained: expect.stringContaining(says) as string })
  })

  test('replay reads a file with a byte order mark', async () => {
    const file = fileWith(`\uFEFF${JSON.stringify({ entryId: 'e1-b' })}`)
    expect((await run('replay', idOf(conflict), '--entry', file)).exit).toBe(0)
    expect(await stateOf(conflict)).toMatchObject({ replayedAs: { entry: { entryId: 'e1-b' } } })
  })

  test.each([
    { bytes: Buffer.from('\uFEFF{"amount":7}', 'utf16le'), says: 'is UTF-16 text. Save it as UTF-8.' },
    { bytes: Buffer.from('{"amount":7}', 'utf16le'), says: 'is UTF-16 text. Save it as UTF-8.' },
    { bytes: Buffer.from('\uFEFF{"amount":7}', 'utf16le').swap16(), says: 'is UTF-16 text. Save it as UTF-8.' },
    { bytes: Buffer.from('{"description":"caf\u00e9"}', 'latin1'), says: 'is not UTF-8 text. Save it as UTF-8.' },
    { bytes: Buffer.from('{"amount":}'), says: 'is not JSON: ' },
    { bytes: Buffer.from('[7]'), says: 'does not hold a JSON object.' },
  ])('replay of a file that $says is refused in one sentence', async ({ bytes, says }) => {
    const { exit, complained } = await run('replay', idOf(conflict), '--entry', fileWith(bytes))
    expect({ exit, complained }).toEqual({ exit: 2, complained: expect.stringContaining(says) as string })
  })

  test('replay of an unreadable item names the field that is missing', async () => {
    expect(await run('replay', idOf(garbage))).toEqual({
      exit: 1,
      printed: '',
      complained:
        'invalid: The item cannot be replayed unchanged.\n' +
        '  /entry is required, because the item cannot be read as an entry',
    })
  })

  test('replay of a discarded item is refused', async () => {
    await run('discard', idOf(conflict), '--reason', 'a test')
    expect(await run('replay', idOf(conflict))).toMatchObject({
      exit: 1,
      complained: expect.stringMatching(/^already-decided/) as string,
    })
  })
})

test('discard stores the reason, and prints JSON with --json', async () => {
  const { exit, printed } = await run('discard', idOf(stranger), '--reason', 'a “test” till', '--json')
  expect(exit).toBe(0)
  expect(JSON.parse(printed)).toMatchObject({ status: 'discarded', by: 'ana', reason: 'a “test” till' })
  expect(await stateOf(stranger)).toEqual({ status: 'discarded', reason: 'a “test” till' })
})

test.each([
  [],
  ['burn'],
  ['list', 'x'],
  ['show'],
  ['show', 'x', 'y'],
  ['replay'],
  ['discard', 'x'],
  ['discard', 'x', '--reason', ' '],
  ['replay', 'x', '--set', 'amount'],
  ['replay', 'x', '--entry', '/no/such/file'],
  ['list', '--colour', 'red'],
  ['list', '--merchant'],
  ['list', '--by', 'ana'],
])(
  'npm run quarantine with the wrong arguments %s says so in a sentence, names --help, and ends with exit code 2',
  async (...args) => {
    const { exit, printed, complained } = await run(...args)
    expect({ exit, printed }).toEqual({ exit: 2, printed: '' })
    expect(complained).toMatch(/^.+\nHow it is used: npm run quarantine -- --help$/)
  },
)

test('npm run quarantine -- --help prints the usage', async () => {
  expect(await run('--help')).toEqual({ exit: 0, printed: USAGE, complained: '' })
})

test('npm run quarantine ends with exit code 3 when the services do not answer', async () => {
  await services.stop()
  expect(await run('list')).toMatchObject({ exit: 3, complained: expect.stringMatching(/does not answer/) as string })
})

describe('the token of an operator', () => {
  test('a token is read from the file that DAYBOOK_TOKEN_FILE names', async () => {
    const [, ingestUrl = '', , queryUrl = ''] = services.urls
    const env = {
      ...process.env,
      INGEST_URL: ingestUrl,
      QUERY_URL: queryUrl,
      DAYBOOK_TOKEN_FILE: fileWith('token.of.ana'),
    }
    const { stdout } = await promisify(execFile)(process.execPath, ['operations/quarantine.ts', 'list'], { env })
    expect(stdout).toMatch(/\n3 items\n$/)
  })

  test('services that are named need a token file', async () => {
    expect(await runIn(command, USAGE, ['list', ...services.urls])).toEqual({
      exit: 2,
      printed: '',
      complained:
        'Missing --token-file or DAYBOOK_TOKEN_FILE: a file with a token for the services that are named.\n' +
        'How it is used: npm run quarantine -- --help',
    })
  })

  test('one named service beside the running local system needs a token file', async () => {
    const { exit, complained } = await runIn(command, USAGE, ['list', ...services.urls.slice(0, 2)])
    expect(exit).toBe(2)
    expect(complained).toMatch(/^Missing --token-file/)
  })

  test.each([
    { holding: 'nothing', text: '' },
    { holding: 'two lines', text: 'token.of.ana\ntoken.of.ana' },
    { holding: 'a header', text: 'Bearer token.of.ana' },
  ])('a token file that holds $holding is refused, and its text is not shown', async ({ text }) => {
    const { exit, printed, complained } = await runWith(text, 'list')
    expect({ exit, printed }).toEqual({ exit: 2, printed: '' })
    expect(complained).toMatch(/does not hold a token: one line as `npm run -s token` prints it\./)
    expect(complained).not.toContain('token.of.ana')
  })

  test('a token file that does not exist is refused', async () => {
    const { exit, complained } = await runIn(command, USAGE, [
      'list',
      ...services.urls,
      '--token-file',
      '/no/such/file',
    ])
    expect(exit).toBe(2)
    expect(complained).toMatch(/^\/no\/such\/file cannot be read: ENOENT/)
  })

  test.each([
    { what: 'unknown', token: 'token.of.a.stranger', problem: /^unauthenticated: / },
    { what: 'not allowed to operate', token: 'token.of.till', problem: /^forbidden: .* scope operations/ },
  ])(
    'with a token that is $what, the services refuse every action, and nothing is decided',
    async ({ token, problem }) => {
      for (const args of [['list'], ['show', idOf(conflict)], ['discard', idOf(conflict), '--reason', 'a test']]) {
        const { exit, complained } = await runWith(token, ...args)
        expect(exit).toBe(1)
        expect(complained).toMatch(problem)
      }
      expect(await stateOf(conflict)).toEqual({ status: 'waiting' })
    },
  )
})

test('npm run quarantine without a running system says so and ends with exit code 3', async () => {
  const { INGEST_URL: _i, QUERY_URL: _q, ...rest } = process.env
  const env = { ...rest, DAYBOOK_DATA: mkdtempSync(join(tmpdir(), 'daybook-empty-')) }
  const ended = promisify(execFile)(process.execPath, ['operations/quarantine.ts', 'list'], { env })
  const failed = await ended.catch((error: { code: number; stderr: string }) => error)
  expect(failed).toMatchObject({ code: 3, stderr: expect.stringMatching(/^No Daybook is running/) as string })
})

test('show prints bytes that are text as text', async () => {
  const item = aSetAside({
    subject: 'unreadable',
    reason: 'invalid-entry',
    raw: utf8('{"amount":-1}'),
    position: at('5'),
  })
  await services.quarantine.setAside(item)
  expect((await run('show', idOf(item))).printed).toMatch(/\n {2}\{"amount":-1\}$/)
})
