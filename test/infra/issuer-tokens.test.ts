/** Tokens of systems from the real issuer, checked as the APIs check them. */
import { once } from 'node:events'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { notePassingClient, removeExpiredClients } from '#infra/local/issuer/passing-clients'
import { subjectOf } from '#ledger/clients'
import { aGrant } from '#test/builders'
import { anIssuer, aSystem, askForToken, AUDIENCE, partOf, SYSTEM_GRANT } from '#test/an-issuer'

/** An issuer that ends with the test. */
const started = async (options: Parameters<typeof anIssuer>[0] = {}) => {
  const issuer = await anIssuer(options)
  onTestFinished(issuer.stop)
  return issuer
}

describe('a token of a system', () => {
  test('has the claims of RFC 9068, and the APIs take it', async () => {
    const issuer = await started()
    const { client, secret } = await issuer.clients.add(aSystem({ tokenLifetimeSeconds: 120 }))
    const before = Math.floor(Date.now() / 1_000)
    const { status, answer } = await askForToken(
      issuer.url,
      { ...client, secret },
      { ...SYSTEM_GRANT, scope: 'entries:write' },
    )
    const after = Math.floor(Date.now() / 1_000)
    expect([status, answer]).toMatchObject([200, { token_type: 'Bearer', expires_in: 120, scope: 'entries:write' }])
    expect(partOf(answer.access_token, 0)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) })
    const claims = partOf(answer.access_token, 1)
    const { clientId } = client
    expect(claims).toEqual({
      iss: issuer.url,
      sub: clientId,
      aud: AUDIENCE,
      client_id: clientId,
      scope: 'entries:write',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    })
    expect(Number(claims['iat'])).toBeGreaterThanOrEqual(before)
    expect(Number(claims['iat'])).toBeLessThanOrEqual(after)
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(120)
    expect(await issuer.tokens().verify(String(answer.access_token))).toEqual({
      ok: true,
      value: expect.objectContaining({ subject: clientId, scopes: new Set(['entries:write']) }),
    })
  })

  test('has every scope of the client when it asks for none', async () => {
    const issuer = await started()
    const { client, secret } = await issuer.clients.add(aSystem())
    const { answer } = await askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT)
    expect(partOf(answer.access_token, 1)['scope']).toBe('entries:write ledger:read')
  })

  test.each([
    { asked: 'a scope that the client was not given', scope: 'ledger:read operations' },
    { asked: 'a scope that does not exist', scope: 'ledger:read everything' },
    { asked: 'a scope that is only for people', scope: 'openid' },
  ])('is refused to a client that asks for $asked', async ({ scope }) => {
    const issuer = await started()
    const { client, secret } = await issuer.clients.add(aSystem())
    const refused = await askForToken(issuer.url, { ...client, secret }, { ...SYSTEM_GRANT, scope })
    expect([refused.status, refused.answer]).toMatchObject([400, { error: 'invalid_scope' }])
    expect(refused.answer.access_token).toBeUndefined()
  })

  test('is refused with 401 for a wrong secret, a secret of another client and an unknown client', async () => {
    const issuer = await started()
    const { client, secret } = await issuer.clients.add(aSystem())
    const other = await issuer.clients.add(aSystem())
    for (const [clientId, text] of [
      [client.clientId, `${secret}x`],
      [client.clientId, other.secret],
      ['client-unknown', secret],
      ['../keys', secret],
    ] as const) {
      const { status, headers, answer } = await askForToken(issuer.url, { clientId, secret: text }, SYSTEM_GRANT)
      expect([clientId, status, answer.error]).toEqual([clientId, 401, 'invalid_client'])
      expect(headers.get('www-authenticate')).toMatch(/^Basic /)
    }
  })

  test('is given for both secrets while rotating, and at once not for the one that was dropped', async () => {
    const issuer = await started()
    const { client, secret: older } = await issuer.clients.add(aSystem())
    const added = await issuer.clients.addSecret(client.clientId)
    const newer = added.ok ? added.value.secret : ''
    const statuses = async () => {
      const answers = [older, newer].map((secret) => askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT))
      return (await Promise.all(answers)).map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 200])
    await issuer.clients.dropSecret(client.clientId, 'older')
    expect(await statuses()).toEqual([401, 200])
  })

  test('is refused at once to a client that was removed, without a restart', async () => {
    const issuer = await started()
    const { client, secret } = await issuer.clients.add(aSystem())
    expect((await askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT)).status).toBe(200)
    await issuer.clients.remove(client.clientId)
    expect((await askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT)).status).toBe(401)
  })

  test('is valid after a restart of the issuer, and so is the secret', async () => {
    const issuer = await started({ makesKeys: true })
    const { client, secret } = await issuer.clients.add(aSystem())
    const { answer } = await askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT)
    await issuer.restart()
    // A new verifier fetches the keys that are published now.
    expect(await issuer.tokens().verify(String(answer.access_token))).toMatchObject({ ok: true })
    expect((await askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT)).status).toBe(200)
  })
})

test('the discovery document names what is offered, and the published keys have no private part', async () => {
  const issuer = await started()
  const read = async (path: string) => (await (await fetch(issuer.url + path)).json()) as Record<string, unknown>
  expect(await read('/.well-known/openid-configuration')).toMatchObject({
    issuer: issuer.url,
    token_endpoint: `${issuer.url}/token`,
    jwks_uri: `${issuer.url}/jwks`,
    grant_types_supported: ['authorization_code', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: expect.arrayContaining(['entries:write', 'transfers:write', 'operations']),
  })
  const { keys } = (await read('/jwks')) as { keys: object[] }
  expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']])
})

test('only their owner can read the files and folders of the issuer', async () => {
  const issuer = await started({ makesKeys: true })
  await issuer.clients.add(aSystem())
  await issuer.addPerson()
  notePassingClient(issuer.folder, { clientId: 'client-1' as never, expiresAtMs: 1 })
  const modes = new Map(
    readdirSync(issuer.folder, { recursive: true }).map((name) => {
      const stat = statSync(join(issuer.folder, String(name)))
      return [String(name), `${stat.isDirectory() ? 'folder' : 'file'} ${(stat.mode & 0o777).toString(8)}`]
    }),
  )
  expect([...modes.keys()]).toEqual(expect.arrayContaining(['keys.json', 'clients', 'people/ana.json']))
  expect(new Set(modes.values())).toEqual(new Set(['folder 700', 'file 600']))
})

test('a request under another host name is refused, so that a page of another site gets no answer', async () => {
  const issuer = await started()
  const asked = request(`${issuer.url}/jwks`, { headers: { host: 'evil.example' } }).end()
  const [response] = (await once(asked, 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  expect(response.statusCode).toBe(421)
})

test('the issuer prints nothing and has no fault while it gives and refuses tokens', async () => {
  const spies = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
  const issuer = await started()
  const { client, secret } = await issuer.clients.add(aSystem())
  await askForToken(issuer.url, { ...client, secret }, SYSTEM_GRANT)
  await askForToken(issuer.url, { ...client, secret: 'wrong' }, SYSTEM_GRANT)
  await fetch(`${issuer.url}/auth?client_id=unknown`, { headers: { accept: 'text/html' } })
  await fetch(`${issuer.url}/no-such-page`)
  expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([])
  for (const spy of spies) spy.mockRestore()
  expect(issuer.faults).toEqual([])
})

test('the issuer does not start on keys of an unknown format, and says which file', async () => {
  const issuer = await started()
  const file = join(issuer.folder, 'keys.json')
  writeFileSync(file, '{"format":2}')
  await expect(issuer.restart()).rejects.toThrow(`${file} has format 2, and only 1 is known here.`)
  writeFileSync(file, '{"format":1,"signing":[],"cookies":[]}')
})

test('a client that was made for one token goes when the token has expired, with its grant', async () => {
  const { clients, folder } = await started()
  const [{ client: expired }, { client: valid }] = [await clients.add(aSystem()), await clients.add(aSystem())]
  const grants = memoryGrants([aGrant(expired.clientId, 'm1'), aGrant(valid.clientId, 'm1')])
  notePassingClient(folder, { clientId: expired.clientId, expiresAtMs: 1_000_000_000_000 })
  notePassingClient(folder, { clientId: valid.clientId, expiresAtMs: 1_000_000_000_001 })
  await removeExpiredClients(folder, { clients, grants, nowMs: 1_000_000_000_000 })
  expect(await clients.find(expired.clientId)).toBeUndefined()
  expect(await grants.find(subjectOf(expired.clientId))).toBeUndefined()
  expect(await clients.find(valid.clientId)).toBeDefined()
  expect(await grants.find(subjectOf(valid.clientId))).toBeDefined()
  expect(readdirSync(join(folder, 'passing-clients'))).toHaveLength(1)
})
