import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cognitoClients } from '#adapters/clients/cognito-clients'
import { fileClients } from '#adapters/clients/file-clients'
import { memoryClients } from '#adapters/clients/memory-clients'
import { parseSubject } from '#ledger/access'
import { parseClientId, type ClientId, type ClientTerms } from '#ledger/clients'
import { allListed } from '#ledger/listed'
import { UnknownFormat } from '#ledger/ports'
import { allClients, freshFolder } from './adapters.ts'
import { fakeCognito, SCOPE_PREFIX } from './cognito.ts'

const aSystem = (given: Partial<ClientTerms> = {}): ClientTerms => ({
  kind: 'system',
  name: 'Till of acme',
  scopes: ['entries:write', 'ledger:read'],
  tokenLifetimeSeconds: 86_400,
  redirectUris: [],
  ...given,
})

const signIn = { kind: 'sign-in', redirectUris: ['https://books.example.com/callback'] } as const
const NO_CLIENT = 'no1such2client' as ClientId
// Cognito takes no shorter one.
const SHORTEST_SECRET = 24

describe.each(allClients)('clients: $name', ({ fresh }) => {
  test.each([
    { what: 'a system', terms: aSystem(), secrets: 1 },
    {
      what: 'a system with the shortest name and token',
      terms: aSystem({ name: 'x', tokenLifetimeSeconds: 300 }),
      secrets: 1,
    },
    { what: 'a client at which people sign in', terms: aSystem(signIn), secrets: 1 },
    { what: 'a public client', terms: aSystem({ ...signIn, kind: 'public' }), secrets: 0 },
  ])('$what comes back as it was added, with $secrets secret', async ({ terms, secrets }) => {
    const clients = await fresh()
    const { client, secret } = await clients.add(terms)
    const { clientId, secretsMadeAtMs, ...rest } = client
    expect(rest).toEqual(terms)
    expect(secretsMadeAtMs).toHaveLength(secrets)
    expect(secret?.length ?? 0).toBeGreaterThanOrEqual(secrets * SHORTEST_SECRET)
    expect(await clients.find(clientId)).toEqual(client)
  })

  test('the id of a client is a client id and a subject, and the next client has another id and secret', async () => {
    const clients = await fresh()
    const [first, second] = [await clients.add(aSystem()), await clients.add(aSystem())]
    expect(first.client.clientId).not.toBe(second.client.clientId)
    expect(first.secret).not.toBe(second.secret)
    expect(parseClientId(first.client.clientId).ok && parseSubject(first.client.clientId).ok).toBe(true)
  })

  test.each(['', NO_CLIENT, '../secrets', 'a/b', 'a\0b', '%2e', 'x'.repeat(129), 'client 1'])(
    'no client is found under %j',
    async (text) => {
      const clients = await fresh()
      await clients.add(aSystem())
      expect(await clients.find(text)).toBeUndefined()
    },
  )

  test('a list comes page by page, each client once, and an empty one is empty', async () => {
    const clients = await fresh()
    expect(await clients.list({ limit: 2 })).toEqual({ items: [] })
    const added = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) added.push((await clients.add(aSystem({ name }))).client)
    const small = ({ after }: { readonly after?: string }) =>
      clients.list({ limit: 2, ...(after !== undefined && { after }) })
    const listed = await allListed(small)
    expect(new Set(listed.map(({ name }) => name))).toEqual(new Set(['a', 'b', 'c', 'd', 'e']))
    expect(listed).toHaveLength(5)
    expect(listed).toEqual(expect.arrayContaining(added))
    expect(await allListed(clients.list)).toHaveLength(5)
  })

  test('a second secret is another one and the first stays, and a third is refused', async () => {
    const clients = await fresh()
    const { client, secret } = await clients.add(aSystem())
    const added = await clients.addSecret(client.clientId)
    expect(added).toMatchObject({ ok: true })
    expect(added.ok && added.value.secret).not.toBe(secret)
    expect((await clients.find(client.clientId))?.secretsMadeAtMs).toEqual([
      ...client.secretsMadeAtMs,
      added.ok && added.value.madeAtMs,
    ])
    expect(await clients.addSecret(client.clientId)).toEqual({ ok: false, error: 'has-two-secrets' })
  })

  test.each(['older', 'newer'] as const)(
    'the %s of two secrets can be dropped, and the last one stays',
    async (which) => {
      const clients = await fresh()
      const { client } = await clients.add(aSystem())
      await clients.addSecret(client.clientId)
      const [older, newer] = (await clients.find(client.clientId))?.secretsMadeAtMs ?? []
      const [dropped, left] = which === 'older' ? [older, newer] : [newer, older]
      expect(await clients.dropSecret(client.clientId, which)).toEqual({ ok: true, value: { madeAtMs: dropped } })
      expect((await clients.find(client.clientId))?.secretsMadeAtMs).toEqual([left])
      expect(await clients.dropSecret(client.clientId, which)).toEqual({ ok: false, error: 'has-one-secret' })
    },
  )

  test('of two second secrets that are asked for at the same moment, one is made', async () => {
    const clients = await fresh()
    const { client } = await clients.add(aSystem())
    const answers = await Promise.all([clients.addSecret(client.clientId), clients.addSecret(client.clientId)])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
  })

  test('a public client has no secrets to add or drop', async () => {
    const clients = await fresh()
    const { client, secret } = await clients.add(aSystem({ ...signIn, kind: 'public' }))
    expect(secret).toBeUndefined()
    expect(await clients.addSecret(client.clientId)).toEqual({ ok: false, error: 'has-no-secrets' })
    expect(await clients.dropSecret(client.clientId, 'older')).toEqual({ ok: false, error: 'has-no-secrets' })
  })

  test('a client that is removed is gone, and removing it again is success', async () => {
    const clients = await fresh()
    const { client: gone } = await clients.add(aSystem())
    const { client: left } = await clients.add(aSystem())
    await clients.remove(gone.clientId)
    await clients.remove(gone.clientId)
    expect(await clients.find(gone.clientId)).toBeUndefined()
    expect(await clients.addSecret(gone.clientId)).toEqual({ ok: false, error: 'no-such-client' })
    expect(await clients.dropSecret(gone.clientId, 'older')).toEqual({ ok: false, error: 'no-such-client' })
    expect(await allListed(clients.list)).toEqual([left])
  })
})

describe.each([
  { name: 'memory', fresh: () => memoryClients() },
  { name: 'files', fresh: () => fileClients(join(freshFolder(), 'clients')) },
])('secrets of clients: $name', ({ fresh }) => {
  test('both secrets are accepted while a client rotates, and then only the one that is left', async () => {
    const clients = fresh()
    const { client, secret: first = '' } = await clients.add(aSystem())
    const added = await clients.addSecret(client.clientId)
    const second = added.ok ? added.value.secret : ''
    const accepted = () => Promise.all([first, second].map((secret) => clients.accepts(client.clientId, secret)))
    expect(await accepted()).toEqual([true, true])
    await clients.dropSecret(client.clientId, 'older')
    expect(await accepted()).toEqual([false, true])
    await clients.remove(client.clientId)
    expect(await accepted()).toEqual([false, false])
  })

  test('another text, the secret of another client, and any secret of a public client are refused', async () => {
    const clients = fresh()
    const [{ client, secret = '' }, other] = [await clients.add(aSystem()), await clients.add(aSystem())]
    const open = await clients.add(aSystem({ ...signIn, kind: 'public' }))
    expect(await clients.accepts(client.clientId, secret)).toBe(true)
    for (const wrong of ['', secret.slice(1), `${secret}=`, secret.toUpperCase(), other.secret ?? '']) {
      expect(await clients.accepts(client.clientId, wrong)).toBe(false)
    }
    expect(await clients.accepts(open.client.clientId, '')).toBe(false)
    expect(await clients.accepts('../x', secret)).toBe(false)
  })

  test('a secret is 256 bits in base64url', async () => {
    const { secret = '' } = await fresh().add(aSystem())
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  })
})

describe('clients in files', () => {
  const aFolder = () => join(freshFolder(), 'issuer', 'clients')
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

  test('only their owner can read them, and no secret is in them', async () => {
    const folder = aFolder()
    const { client, secret = 'none' } = await fileClients(folder).add(aSystem())
    const file = join(folder, `${client.clientId}.json`)
    expect([modeOf(folder), modeOf(file)]).toEqual(['700', '600'])
    expect(readFileSync(file, 'utf8')).not.toContain(secret)
    expect(readdirSync(folder)).toEqual([`${client.clientId}.json`])
  })

  test('what another process changes is seen at once', async () => {
    const folder = aFolder()
    const [issuer, command] = [fileClients(folder), fileClients(folder)]
    expect(await issuer.find(NO_CLIENT)).toBeUndefined()
    const { client, secret = '' } = await command.add(aSystem())
    expect(await issuer.accepts(client.clientId, secret)).toBe(true)
    await command.remove(client.clientId)
    expect(await issuer.accepts(client.clientId, secret)).toBe(false)
  })

  test('a change waits until no other process changes a client, and then sees what that has done', async () => {
    const folder = aFolder()
    const clients = fileClients(folder)
    const { client } = await clients.add(aSystem())
    const [lock, file] = [join(folder, 'lock'), join(folder, `${client.clientId}.json`)]
    writeFileSync(lock, '999')
    const asked = clients.addSecret(client.clientId)
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { secrets: object[] }
    writeFileSync(file, JSON.stringify({ ...stored, secrets: [...stored.secrets, ...stored.secrets] }))
    rmSync(lock)
    expect(await asked).toEqual({ ok: false, error: 'has-two-secrets' })
  })

  test('a lock and a draft that a killed process left behind are no clients and stop no change', async () => {
    const folder = aFolder()
    const clients = fileClients(folder)
    const { client } = await clients.add(aSystem())
    writeFileSync(join(folder, `${client.clientId}.json.999`), '{"format":')
    writeFileSync(join(folder, 'lock'), '999')
    utimesSync(join(folder, 'lock'), new Date(0), new Date(0))
    expect(await clients.addSecret(client.clientId)).toMatchObject({ ok: true })
    expect(await allListed(clients.list)).toHaveLength(1)
  })

  test.each([
    { stored: 'another version', text: '{"format":2}', says: 'format 2' },
    { stored: 'half a file', text: '{"format":1', says: 'client-1.json is not JSON' },
  ])('a client stored in $stored is not guessed at', async ({ text, says }) => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'client-1.json'), text)
    const found = fileClients(folder).find('client-1')
    await expect(found).rejects.toThrow(UnknownFormat)
    await expect(found).rejects.toThrow(says)
  })
})

describe('clients on Cognito', () => {
  test('clients that another tool made are read as they are, and those without an OAuth flow are not ours', async () => {
    const others = [
      { ClientId: 'console', ClientName: 'no flow' },
      {
        ClientId: 'hours',
        ClientName: 'by hand',
        ClientSecret: 'x',
        AllowedOAuthFlows: ['client_credentials' as const],
        AllowedOAuthScopes: ['daybook/ledger:read', 'other/ledger:read', 'daybook/unheard:of'],
        AccessTokenValidity: 2,
      },
    ]
    const clients = cognitoClients(fakeCognito(others), { userPoolId: 'pool', scopePrefix: SCOPE_PREFIX })
    expect(await allListed(clients.list)).toMatchObject([
      { clientId: 'hours', kind: 'system', name: 'by hand', scopes: ['ledger:read'], tokenLifetimeSeconds: 7_200 },
    ])
    expect(await clients.find('console')).toBeUndefined()
  })
})
