/** `npm run clients` over memory adapters, and as a process of its own. */
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { fileClients } from '#adapters/clients/file-clients'
import { memoryClients } from '#adapters/clients/memory-clients'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { secretHash, type Clients } from '#ledger/clients'
import { clients as command, USAGE, type ClientsWorld } from '#operations/clients'
import { aGrant, subject } from '#test/builders'
import { freshStream, freshTable } from '#test/contracts/adapters'
import { runIn } from './run.ts'

const NOW = '2026-11-20T12:00:00.000Z'

const aWorld = <Given extends Partial<ClientsWorld>>(given: Given = {} as Given) => {
  let minutes = 0
  // Each secret is made a minute after the one before.
  const clients = memoryClients(() => Date.parse(NOW) + 60_000 * minutes++)
  const clock = () => Date.parse(NOW)
  const actor = { by: 'os:ana', from: 'desk-7' }
  return { clients, grants: memoryGrants(), auditTrail: memoryAuditTrail(), clock, actor, ...given }
}

const run = (world: ClientsWorld, ...args: string[]) =>
  runIn(
    command(() => world),
    USAGE,
    args,
  )

const TILL = ['--name', 'Till of acme', '--scope', 'entries:write', '--merchant', 'acme-*'] as const
const WEB = ['--name', 'Web', '--scope', 'ledger:read', '--redirect-uri', 'https://books.example.com/callback'] as const

const onlyClient = async ({ clients }: Pick<ClientsWorld, 'clients'>) => {
  const { items } = await clients.list({ limit: 2 })
  const [client] = items
  if (client === undefined || items.length > 1) throw new Error('There is not exactly one client.')
  return client
}

const aWorldWithTill = async <Given extends Partial<ClientsWorld>>(given: Given = {} as Given) => {
  const world = aWorld(given)
  const { printed: secret } = await run(world, 'add', ...TILL)
  return { world, secret, id: (await onlyClient(world)).clientId }
}

test('add prints the secret alone, says the rest on standard error, and grants the merchants', async () => {
  const world = aWorld()
  const { exit, printed, complained } = await run(world, 'add', ...TILL, '--merchant', 'beta', '--ttl', '3600')
  const client = await onlyClient(world)
  expect({ exit, printed }).toEqual({ exit: 0, printed: expect.stringMatching(/^[\w-]{43}$/) as string })
  expect(await world.clients.accepts(client.clientId, printed)).toBe(true)
  expect(complained).toContain(`Added ${client.clientId} (Till of acme), for acme-*, beta.`)
  expect(complained).not.toContain(printed)
  expect(client).toMatchObject({ kind: 'system', scopes: ['entries:write'], tokenLifetimeSeconds: 3_600 })
  expect(await world.grants.find(subject(client.clientId))).toEqual(aGrant(client.clientId, 'acme-*', 'beta'))
})

test('scopes may be separated by spaces or repeated, each counts once, and a token lives a day unless --ttl says else', async () => {
  const world = aWorld()
  await run(world, 'add', ...TILL, '--scope', ' ledger:read  entries:write', '--scope', 'operations')
  expect(await onlyClient(world)).toMatchObject({
    scopes: ['entries:write', 'ledger:read', 'operations'],
    tokenLifetimeSeconds: 86_400,
  })
})

test.each([
  { args: WEB, kind: 'sign-in', secrets: 1 },
  { args: [...WEB, '--public'], kind: 'public', secrets: 0 },
])('add with --redirect-uri makes a $kind client without a grant of its own', async ({ args, kind, secrets }) => {
  const world = aWorld()
  const { exit, printed } = await run(world, 'add', ...args)
  const client = await onlyClient(world)
  expect(exit).toBe(0)
  expect(printed === '' ? 0 : 1).toBe(secrets)
  expect(client).toMatchObject({ kind, redirectUris: ['https://books.example.com/callback'] })
  expect(await world.grants.find(subject(client.clientId))).toBeUndefined()
})

test('add takes the client away again when its merchants cannot be granted, and shows no secret', async () => {
  const world = aWorld({
    grants: { ...memoryGrants(), put: () => Promise.reject(new Error('grants are out of reach')) },
  })
  expect(await run(world, 'add', ...TILL)).toEqual({ exit: 3, printed: '', complained: 'grants are out of reach' })
  expect(await world.clients.list({ limit: 1 })).toEqual({ items: [] })
})

test('list shows clients with their merchants, and never a secret or its hash', async () => {
  const { world, secret, id } = await aWorldWithTill()
  const { printed: second } = await run(world, 'rotate', id)
  await run(world, 'add', ...WEB)
  const [asTable, asJson] = [await run(world, 'list'), await run(world, 'list', '--json')]
  expect(asTable.printed).toMatch(
    new RegExp(
      `^${id} +system +Till of acme +entries:write +acme-\\* +86400 +2026-11-20T12:00:00.000Z 2026-11-20T12:01:00.000Z$`,
      'm',
    ),
  )
  expect(asTable.printed).toMatch(
    /^client-\w+ +sign-in +Web +ledger:read +the person’s +86400 +2026-11-20T12:02:00.000Z$/m,
  )
  expect(asTable.complained).toBe('2 clients.')
  expect(JSON.parse(asJson.printed)).toContainEqual({
    clientId: id,
    kind: 'system',
    name: 'Till of acme',
    scopes: ['entries:write'],
    merchants: ['acme-*'],
    tokenLifetimeSeconds: 86_400,
    redirectUris: [],
    secretsMadeAt: [NOW, '2026-11-20T12:01:00.000Z'],
  })
  for (const one of [secret, second].flatMap((text) => [text, secretHash(text)])) {
    expect(asTable.printed + asTable.complained + asJson.printed + asJson.complained).not.toContain(one)
  }
})

test('list without clients says so, and prints an empty array as JSON', async () => {
  expect(await run(aWorld(), 'list')).toEqual({ exit: 0, printed: '', complained: '0 clients.' })
  expect(await run(aWorld(), 'list', '--json')).toEqual({ exit: 0, printed: '[]', complained: '' })
})

test('list spells out control characters in a name that another tool has given', async () => {
  const world = aWorld()
  const terms = { kind: 'system', scopes: [], tokenLifetimeSeconds: 1, redirectUris: [] } as const
  await world.clients.add({ ...terms, name: 'red \u001b[31m\nor\u202e not' })
  expect((await run(world, 'list')).printed).toContain('red \\x1b[31m\\nor\\u202e not')
})

test('rotate makes a second secret, --finish drops the older one, and both answers say what comes next', async () => {
  const { world, secret, id } = await aWorldWithTill()
  const rotated = await run(world, 'rotate', id)
  const accepted = () => Promise.all([secret, rotated.printed].map((text) => world.clients.accepts(id, text)))
  expect(rotated).toMatchObject({ exit: 0, printed: expect.stringMatching(/^[\w-]{43}$/) as string })
  expect(rotated.complained).toContain(`npm run clients -- rotate ${id} --finish`)
  expect(await accepted()).toEqual([true, true])
  expect(await run(world, 'rotate', id, '--finish')).toEqual({
    exit: 0,
    printed: '',
    complained: `The older secret of ${id}, made at ${NOW}, is not valid any more.`,
  })
  expect(await accepted()).toEqual([false, true])
})

test('rotate --cancel drops the newer secret, so the program goes on with the one that it has', async () => {
  const { world, secret, id } = await aWorldWithTill()
  const { printed: lost } = await run(world, 'rotate', id)
  expect((await run(world, 'rotate', id, '--cancel')).exit).toBe(0)
  expect(await Promise.all([secret, lost].map((text) => world.clients.accepts(id, text)))).toEqual([true, false])
})

test('rotate is refused while two secrets are valid, and --finish while there is one', async () => {
  const { world, id } = await aWorldWithTill()
  expect(await run(world, 'rotate', id, '--finish')).toMatchObject({
    exit: 1,
    complained: expect.stringMatching(/has one secret/) as string,
  })
  await run(world, 'rotate', id)
  const { exit, printed, complained } = await run(world, 'rotate', id)
  expect({ exit, printed }).toEqual({ exit: 1, printed: '' })
  expect(complained).toMatch(/has two secrets already.*--finish.*--cancel/)
})

test('revoke takes the grant before the client, so a crash between the two leaves nothing allowed', async () => {
  const { world, id } = await aWorldWithTill()
  const dying = { ...world, clients: { ...world.clients, remove: () => Promise.reject(new Error('killed')) } }
  expect(await run(dying, 'revoke', id)).toMatchObject({ exit: 3, complained: 'killed' })
  expect(await world.grants.find(subject(id))).toBeUndefined()
  expect((await run(world, 'list')).printed).toMatch(/ none +86400 /)
  expect((await run(world, 'revoke', id)).exit).toBe(0)
  expect(await world.clients.find(id)).toBeUndefined()
})

test.each([
  { args: ['revoke', 'client-unknown'], id: 'client-unknown' },
  { args: ['rotate', 'client-unknown'], id: 'client-unknown' },
  { args: ['rotate', '../x', '--finish'], id: '../x' },
  { args: ['revoke', 'a\u001b[2J'], id: 'a\\x1b[2J' },
])('$args of a client that does not exist is refused, and takes no grant', async ({ args, id }) => {
  const grants = memoryGrants([aGrant('client-unknown', 'm1')])
  const { exit, printed, complained } = await run(aWorld({ grants }), ...args)
  expect({ exit, printed }).toEqual({ exit: 1, printed: '' })
  expect(complained).toBe(`${id}: there is no such client. Write list to see all.`)
  expect(await grants.find(subject('client-unknown'))).toBeDefined()
})

test('the archive is told who did what, when and from where, and never a secret or its hash', async () => {
  const { world, secret, id } = await aWorldWithTill()
  const { printed: second } = await run(world, 'rotate', id)
  await run(world, 'rotate', id, '--finish')
  await run(world, 'revoke', id)
  const { published } = world.auditTrail
  const who = { by: 'os:ana', from: 'desk-7' }
  const [first, later] = [Date.parse(NOW), Date.parse(NOW) + 60_000]
  expect(published.map(({ eventId, kind, body }) => ({ eventId, kind, body }))).toEqual([
    {
      eventId: `client.added/${id}`,
      kind: 'client.added',
      body: {
        clientId: id,
        kind: 'system',
        name: 'Till of acme',
        scopes: ['entries:write'],
        merchants: ['acme-*'],
        tokenLifetimeSeconds: 86_400,
        redirectUris: [],
        ...who,
      },
    },
    {
      eventId: `client.secret-added/${id}/${later}`,
      kind: 'client.secret-added',
      body: { clientId: id, madeAtMs: later, ...who },
    },
    {
      eventId: `client.secret-dropped/${id}/${first}`,
      kind: 'client.secret-dropped',
      body: { clientId: id, madeAtMs: first, ...who },
    },
    { eventId: `client.revoked/${id}`, kind: 'client.revoked', body: { clientId: id, name: 'Till of acme', ...who } },
  ])
  expect(published.every(({ decidedAtMs }) => decidedAtMs === Date.parse(NOW))).toBe(true)
  for (const one of [secret, second].flatMap((text) => [text, secretHash(text)])) {
    expect(JSON.stringify(published)).not.toContain(one)
  }
})

test('a secret is shown even when the archive cannot be told, which is said, with exit code 1', async () => {
  const world = aWorld({ auditTrail: { publish: () => Promise.reject(new Error('the stream is out of reach')) } })
  const { exit, printed, complained } = await run(world, 'add', ...TILL)
  expect(exit).toBe(1)
  expect(await world.clients.accepts((await onlyClient(world)).clientId, printed)).toBe(true)
  expect(complained).toMatch(/^This is done, but the archive was not told who did it: the stream is out of reach$/m)
})

const without = (option: string): string[] => TILL.toSpliced(TILL.indexOf(option as never), 2)

test.each([
  { args: [], names: 'add, list, rotate or revoke' },
  { args: ['burn'], names: 'burn is not an action' },
  { args: ['--json', 'list'], names: '--json is not an action' },
  { args: ['add', ...without('--name')], names: '--name' },
  { args: ['add', ...TILL, '--name', 'São João'], names: '--name' },
  { args: ['add', ...TILL, '--name', ' '], names: '--name' },
  { args: ['add', ...TILL, '--name', 'x'.repeat(129)], names: '--name' },
  { args: ['add', ...without('--scope')], names: '--scope' },
  { args: ['add', ...TILL, '--scope', 'entries:write,ledger:read'], names: '--scope' },
  { args: ['add', ...without('--merchant')], names: '--merchant' },
  { args: ['add', ...TILL, '--merchant', '*-acme'], names: '--merchant' },
  { args: ['add', ...TILL, '--ttl', '0'], names: '--ttl' },
  { args: ['add', ...TILL, '--ttl', '86401'], names: '--ttl' },
  { args: ['add', ...TILL, '--ttl', '1h'], names: '--ttl' },
  { args: ['add', ...TILL, '--public'], names: '--redirect-uri' },
  { args: ['add', ...WEB, '--merchant', 'acme-*'], names: '--merchant' },
  { args: ['add', ...WEB, '--redirect-uri', 'http://books.example.com/'], names: '--redirect-uri' },
  { args: ['add', ...TILL, 'x'], names: 'x' },
  { args: ['list', 'x'], names: 'x' },
  { args: ['list', '--ttl', '1'], names: '--ttl' },
  { args: ['rotate'], names: 'ID' },
  { args: ['rotate', 'x', 'y'], names: 'y is one argument too many' },
  { args: ['rotate', 'x', '--finish', '--cancel'], names: '--finish and --cancel' },
  { args: ['revoke'], names: 'ID' },
  { args: ['revoke', 'x', '--finish'], names: '--finish' },
])('clients $args names $names, changes nothing, and ends with exit code 2', async ({ args, names }) => {
  const world = aWorld()
  const { exit, printed, complained } = await run(world, ...args)
  expect({ exit, printed }).toEqual({ exit: 2, printed: '' })
  expect(complained.split('\n')).toEqual([expect.stringContaining(names), 'How it is used: npm run clients -- --help'])
  expect(await world.clients.list({ limit: 1 })).toEqual({ items: [] })
})

test('add keeps to the lifetimes that the issuer can keep', async () => {
  const { clients, ...rest } = aWorld()
  const strict: Clients = { ...clients, lifetimeSeconds: { least: 300, most: 86_400 } }
  const { exit, complained } = await run({ clients: strict, ...rest }, 'add', ...TILL, '--ttl', '299')
  expect(exit).toBe(2)
  expect(complained).toMatch(/^--ttl must be 300 to 86400 seconds, not 299\./)
})

test.each([
  { what: 'without a running system', given: {}, says: /^No Daybook is running/ },
  {
    what: 'with a user pool and no SCOPE_PREFIX',
    given: { USER_POOL_ID: 'us-east-1_x' },
    says: /^USER_POOL_ID is set and/,
  },
])('clients as a process $what says so and ends with exit code 3', async ({ given, says }) => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _d, ...rest } = process.env
  const env = { ...rest, DAYBOOK_DATA: mkdtempSync(join(tmpdir(), 'daybook-empty-')), ...given }
  const ended = promisify(execFile)(process.execPath, ['operations/clients.ts', 'revoke', 'x'], { env })
  const failed = await ended.catch((error: { code: number; stdout: string; stderr: string }) => error)
  expect(failed).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(says) as string })
})

test('clients as a process writes the secret of a new client to standard output and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-clients-'))
  const [grants, stream] = [await freshTable('grants'), await freshStream({ shards: 1 })]
  const env = { ...process.env, DAYBOOK_DATA: folder, GRANTS_TABLE: grants, STREAM_NAME: stream }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['operations/clients.ts', 'add', ...TILL], {
    env,
  })
  const clients = fileClients(join(folder, 'issuer', 'clients'))
  const { clientId } = await onlyClient({ clients })
  expect(stdout).toMatch(/^[\w-]{43}\n$/)
  expect(await clients.accepts(clientId, stdout.trim())).toBe(true)
  expect(stderr).toContain(clientId)
  expect(await dynamoGrants(documentClient(), grants).find(subject(clientId))).toEqual(aGrant(clientId, 'acme-*'))
})
