/** `npm run token` and `npm run people`, against the local issuer and a store. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { keySchema, tableKeys } from '#adapters/dynamodb/tables'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { localToken } from '#infra/local/local-token'
import { isPassword } from '#infra/local/issuer/people'
import { people, USAGE as PEOPLE_USAGE } from '#operations/people'
import { token, USAGE } from '#operations/token'
import { announceSystem, anIssuer, partOf, type AnIssuer } from '#test/an-issuer'
import { runIn } from './run.ts'

const environment = { ...process.env }
const store = documentClient()
const table = `grants-${randomUUID()}`
const grants = dynamoGrants(store, table)
let issuer: AnIssuer
let system: Awaited<ReturnType<typeof announceSystem>>

// Starting the system costs more than a test, so all tests share one. Each finds it without clients and people.
beforeAll(async () => {
  await store.send(
    new CreateTableCommand({ TableName: table, ...keySchema(tableKeys.grants), BillingMode: 'PAY_PER_REQUEST' }),
  )
  issuer = await anIssuer()
  system = await announceSystem(issuer.dataFolder, issuer.url)
  Object.assign(process.env, { GRANTS_TABLE: table, DAYBOOK_DATA: issuer.dataFolder })
})
afterEach(() => {
  process.env['DAYBOOK_DATA'] = issuer.dataFolder
  for (const kept of ['clients', 'passing-clients', 'people', 'second-factors']) {
    rmSync(join(issuer.folder, kept), { recursive: true, force: true })
  }
})
afterAll(async () => {
  process.env = { ...environment }
  await system.stop()
  await issuer.stop()
  await store.send(new DeleteTableCommand({ TableName: table }))
})

const run = (...args: readonly string[]) => runIn(token, USAGE, args)
const runPeople = (...args: readonly string[]) => runIn(people, PEOPLE_USAGE, args)

describe('npm run token', () => {
  test('prints a token alone, whose client has the grant and whose lifetime is its own', async () => {
    const { exit, printed, complained } = await run(
      '--scope',
      'entries:write ledger:read',
      '--merchant',
      'm1',
      '--merchant',
      'acme-*',
      '--ttl',
      '3600',
    )
    expect([exit, complained]).toEqual([0, ''])
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    const verified = await issuer.tokens().verify(printed)
    expect(verified).toMatchObject({ ok: true, value: { scopes: new Set(['entries:write', 'ledger:read']) } })
    const { iat, exp, sub } = partOf(printed, 1)
    expect(Number(exp) - Number(iat)).toBe(3_600)
    expect(await grants.find(sub as never)).toEqual({ subject: sub, merchants: ['m1', 'acme-*'] })
  })

  test('makes a client of its own for each token, so tokens never change each other', async () => {
    const tokens = [await run('--scope', 'ledger:read', '--merchant', '*'), await run('--scope', 'operations')]
    const [all, none] = tokens.map(({ printed }) => partOf(printed, 1)['sub'])
    expect(all).not.toBe(none)
    expect((await grants.find(all as never))?.merchants).toEqual(['*'])
    expect((await grants.find(none as never))?.merchants).toEqual([])
  })

  test('gives a token of a day when no lifetime is asked for, and notes when its client may go', async () => {
    const { printed } = await run('--scope', 'ledger:read', '--merchant', 'm1')
    const { iat, exp, sub } = partOf(printed, 1)
    expect(Number(exp) - Number(iat)).toBe(86_400)
    const [note = ''] = readdirSync(join(issuer.folder, 'passing-clients'))
    expect(note).toContain(String(sub))
    expect(Number.parseInt(note, 10)).toBeGreaterThan(Number(exp) * 1_000)
  })

  test.each([
    { args: [], says: 'Missing --scope. The scopes are entries:write, transfers:write, ledger:read,' },
    { args: ['--scope', ' '], says: 'Missing --scope. The scopes are' },
    { args: ['--scope', 'ledger:read everything'], says: '"everything" is no scope. The scopes are entries:write,' },
    {
      args: ['--scope', 'ledger:read', '--merchant', 'a*b'],
      says: '--merchant "a*b" must be the id of a merchant, the beginning of ids followed by "*", or "*".',
    },
    ...['0', '-5', '86401', '1e3', 'soon', ''].map((ttl) => ({
      args: ['--scope', 'ledger:read', `--ttl=${ttl}`],
      says: `--ttl "${ttl}" must be a whole number of seconds from 1 to 86400.`,
    })),
    { args: ['--scope', 'ledger:read', '--client', 'x'], says: "Unknown option '--client'" },
  ])('refuses $args and says what to write', async ({ args, says }) => {
    const { exit, printed, complained } = await run(...args)
    expect([exit, printed]).toEqual([2, ''])
    expect(complained).toContain(says)
    expect(readdirSync(issuer.folder)).not.toContain('clients')
  })

  test('says in one sentence that no system runs', async () => {
    process.env['DAYBOOK_DATA'] = join(issuer.dataFolder, 'nothing')
    const { exit, complained } = await run('--scope', 'ledger:read')
    expect([exit, complained]).toEqual([
      3,
      `No Daybook is running on the data in ${process.env['DAYBOOK_DATA']}; start it with npm start.`,
    ])
  })

  test('says where tokens come from when the system runs no issuer of its own', async () => {
    const system = await announceSystem(join(issuer.dataFolder, 'other'))
    onTestFinished(system.stop)
    process.env['DAYBOOK_DATA'] = join(issuer.dataFolder, 'other')
    const { exit, complained } = await run('--scope', 'ledger:read')
    expect([exit, complained]).toEqual([3, expect.stringContaining('the issuer that TOKEN_ISSUER names')])
  })

  test('works as a process of its own, and shows no secret in its arguments or output', async () => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['operations/token.ts', '--scope', 'ledger:read', '--merchant', 'm1'],
      { env: process.env },
    )
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  })

  test('is one call for code as well', async () => {
    const text = await localToken({ scopes: ['entries:write'], merchants: ['*'], ttlSeconds: 60 })
    expect(await issuer.tokens().verify(text)).toMatchObject({ ok: true })
    await expect(localToken({ scopes: ['entries:write'], merchants: ['not one'] })).rejects.toThrow('is no merchant')
  })
})

describe('npm run people', () => {
  const add = (name = 'ana') => runPeople('add', name, '--scope', 'ledger:read operations', '--merchant', 'acme-*')

  test('adds a person with a grant, and shows the password once', async () => {
    const { exit, printed, complained } = await add()
    expect([exit, complained]).toEqual([0, 'This is the password of ana. It is shown only now.'])
    expect(printed).toMatch(/^([a-z0-9]{5}-){3}[a-z0-9]{5}$/)
    const person = issuer.people.find('ana')
    expect(person?.scopes).toEqual(['ledger:read', 'operations'])
    expect(await isPassword(person, printed)).toBe(true)
    expect(await isPassword(person, `${printed}x`)).toBe(false)
    expect((await grants.find(person?.subject as never))?.merchants).toEqual(['acme-*'])
    const { printed: listed } = await runPeople('list')
    expect(listed).toMatch(/^ana +ledger:read operations +acme-\* +not yet +person:ana:/m)
    expect(listed).not.toContain(printed)
  })

  test('gives another password at a reset, after which the old one and the app count for nothing', async () => {
    const { printed: old } = await add()
    const before = issuer.people.find('ana')
    if (before !== undefined) issuer.people.saveSecondFactor(before, { secret: 'A', lastStep: 1 })
    const { exit, printed } = await runPeople('reset', 'ana')
    const person = issuer.people.find('ana')
    expect(exit).toBe(0)
    expect([await isPassword(person, old), await isPassword(person, printed)]).toEqual([false, true])
    expect(person && issuer.people.secondFactor(person)).toBeUndefined()
    expect(person?.subject).toBe(before?.subject)
  })

  test('removes a person with the grant, and the same name later is another subject', async () => {
    await add()
    const before = issuer.people.find('ana')
    expect(await runPeople('remove', 'ana')).toMatchObject({ exit: 0, printed: 'ana is removed.' })
    expect(issuer.people.find('ana')).toBeUndefined()
    expect(await grants.find(before?.subject as never)).toBeUndefined()
    await add()
    expect(issuer.people.find('ana')?.subject).not.toBe(before?.subject)
  })

  test.each([
    { args: [], exit: 2, says: 'Missing the action: add, list, reset or remove.' },
    { args: ['make'], exit: 2, says: 'make is not an action.' },
    { args: ['add'], exit: 2, says: 'Missing NAME' },
    { args: ['add', '../keys', '--scope', 'ledger:read'], exit: 2, says: '"../keys" cannot be a name' },
    { args: ['add', 'bob'], exit: 2, says: 'Missing --scope.' },
    { args: ['list', 'bob'], exit: 2, says: 'list takes no NAME.' },
    { args: ['reset', 'bob', '--scope', 'operations'], exit: 2, says: 'Only add takes --scope and --merchant.' },
    { args: ['reset', 'bob'], exit: 1, says: 'bob does not exist.' },
    { args: ['remove', 'bob'], exit: 1, says: 'bob does not exist.' },
    { args: ['add', 'ana', '--scope', 'ledger:read'], exit: 1, says: 'ana exists already.' },
  ])('refuses $args with exit code $exit', async ({ args, exit, says }) => {
    await issuer.addPerson({ login: 'ana' })
    const outcome = await runPeople(...args)
    expect(outcome).toMatchObject({ exit, printed: '', complained: expect.stringContaining(says) })
  })
})
