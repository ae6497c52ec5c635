/** Tokens of a real issuer on loopback: which are taken, and how its keys are read. */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  FORGOTTEN_AFTER_MS,
  PAUSE_MS,
  REFRESH_AFTER_MS,
  RETRY_AFTER_MS,
  STALE_AFTER_MS,
} from '#adapters/tokens/issuer-keys'
import { jwtTokens, type JwtSettings } from '#adapters/tokens/jwt-tokens'
import type { Tokens } from '#ledger/ports'
import {
  anIssuer,
  aSigningKey,
  CONFIGURATION,
  KEYS,
  type Claims,
  type Issuer,
  type SigningKey,
} from './token-issuer.ts'

const NOW_MS = Date.parse('2026-11-20T12:30:00Z')
const NOW = NOW_MS / 1_000

let key: SigningKey
let next: SigningKey
let issuer: Issuer

// Making keys takes longer than all else.
beforeAll(async () => {
  key = await aSigningKey('k1')
  next = await aSigningKey('k2', 'ES256')
})

beforeEach(async () => {
  // Timers are those of the machine: the keys come over a real connection.
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW_MS })
  issuer = await anIssuer(key)
})

afterEach(async () => {
  vi.useRealTimers()
  await issuer.stop()
})

const tokensOf = (given: Partial<JwtSettings> = {}, world?: Parameters<typeof jwtTokens>[1]) =>
  jwtTokens({ ...issuer.settings, ...given }, world)

/** A token that outlives the test. */
const lasting = async (...[claims, header, by]: Parameters<Issuer['sign']>) =>
  await issuer.sign({ exp: NOW + 10 * 86_400, ...claims }, header, by)

/** How often the keys were read. */
const reads = () => issuer.asked.filter((path) => path === KEYS).length

describe('a caller is what its token says', () => {
  test('of itself, its scopes and its end', async () => {
    const token = await issuer.sign({ sub: 'till-7', scope: 'entries:write openid ledger:read', exp: NOW + 60 })
    expect(await tokensOf().verify(token)).toEqual({
      ok: true,
      value: { subject: 'till-7', scopes: new Set(['entries:write', 'ledger:read']), expiresAtMs: NOW_MS + 60_000 },
    })
  })

  test('without the prefix that Cognito puts in front of scopes, and nothing that lacks it', async () => {
    const token = await issuer.sign({ scope: 'daybook/entries:write ledger:read web/operations daybook/unknown' })
    expect(await tokensOf({ scopePrefix: 'daybook/' }).verify(token)).toMatchObject({
      value: { scopes: new Set(['entries:write']) },
    })
  })

  test.each([
    { given: 'no sub', claims: { sub: undefined }, subject: 'till' },
    { given: 'an end beyond all dates', claims: { exp: 1e300 }, expiresAtMs: 8.64e15 },
    { given: 'a fraction of a second', claims: { exp: NOW + 0.5 }, expiresAtMs: NOW_MS + 500 },
  ])('when it has $given', async ({ claims, given: _, ...wanted }) => {
    expect(await tokensOf().verify(await issuer.sign(claims))).toMatchObject({ ok: true, value: wanted })
  })

  test.each(['RS256', 'RS512', 'ES256', 'ES384', 'EdDSA'])('signed with %s', async (alg) => {
    const key = await aSigningKey('another', alg)
    issuer.publish(key.published)
    expect(await tokensOf().verify(await issuer.sign({}, {}, key))).toMatchObject({ ok: true })
  })

  test('of a user pool of Cognito', async () => {
    const pool = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34E'
    const jwksUri = `${pool}/.well-known/jwks.json`
    const documents: Record<string, unknown> = {
      [`${pool}/.well-known/openid-configuration`]: { issuer: pool, jwks_uri: jwksUri },
      [jwksUri]: { keys: [issuer.signing.published] },
    }
    const tokens = tokensOf(
      { issuer: pool, scopePrefix: 'daybook/', clientIds: ['4f2k'] },
      { fetch: async (url) => Response.json(documents[url]) },
    )
    // As the documentation of Cognito shows an access token of client credentials.
    const claims = {
      iss: pool,
      sub: '4f2k',
      client_id: '4f2k',
      aud: undefined,
      token_use: 'access',
      scope: 'daybook/ledger:read',
      version: 2,
    }
    const sign = async (given: Claims) => await issuer.sign({ ...claims, ...given }, { typ: undefined })
    expect(await tokens.verify(await sign({}))).toMatchObject({ value: { subject: '4f2k' } })
    for (const given of [{ token_use: 'id' }, { token_use: undefined }, { client_id: 'web' }, { aud: 'web' }]) {
      expect(await tokens.verify(await sign(given)), JSON.stringify(given)).toMatchObject({ ok: false })
    }
  })
})

describe('a refusal', () => {
  const SECRET = 'tell-nobody'

  test.each<[why: string, text: string, claims: Claims, header?: object]>([
    ['an expired token', 'The token has expired.', { exp: NOW }],
    ['no expiry', 'The token does not say when it expires (exp).', { exp: undefined }],
    ['a token of tomorrow', 'The token is not valid yet (nbf).', { nbf: NOW + 86_400 }],
    ['another issuer', 'The token is of another issuer (iss).', { iss: `https://${SECRET}` }],
    ['another audience', 'The token is meant for another service (aud).', { aud: SECRET }],
    ['another client', 'The token is of a client that is not known here (client_id).', { client_id: SECRET }],
    ['a list as client', 'The token is of a client that is not known here (client_id).', { client_id: ['till'] }],
    ['an ID token', 'The token is not an access token (typ, token_use, scope).', { token_use: SECRET }],
    [
      'a hash of an ID token',
      'The token is not an access token (typ, token_use, scope).',
      { at_hash: 'a' },
      { typ: 'JWT' },
    ],
    ['another type', 'The token is not an access token (typ, token_use, scope).', {}, { typ: SECRET }],
    ['a name that is none', 'The token does not name its holder (sub).', { sub: `${SECRET} ` }],
    [
      'an unknown key',
      'The key that signed the token is not one that its issuer publishes (kid).',
      {},
      { kid: SECRET },
    ],
    ['no key', 'The token does not name the key that signed it (kid).', {}, { kid: undefined }],
    [
      'a key of its holder',
      'The token is bound to a key of its holder (cnf), and only bearer tokens are taken.',
      { cnf: {} },
    ],
    ['claims that are none', 'The token is not a signed JSON Web Token.', { scope: [SECRET] }],
  ])('of %s says so in plain words, and repeats nothing of the token', async (_, text, claims, header) => {
    const answer = await tokensOf({ clientIds: ['till'] }).verify(await issuer.sign(claims, header))
    expect(answer).toEqual({ ok: false, error: text })
    expect(JSON.stringify(answer)).not.toContain(SECRET)
  })

  test.each([
    { what: 'nothing', token: '' },
    { what: 'three empty parts', token: '..' },
    { what: 'parts that are no JSON', token: 'YQ.YQ.YQ' },
    { what: 'lists', token: 'W10.W10.YQ' },
    { what: 'null', token: 'bnVsbA.bnVsbA.YQ' },
    { what: 'a very deep object', token: `${Buffer.from('['.repeat(9_000)).toString('base64url')}.e30.YQ` },
  ])('of $what is not a failure of ours', async ({ token }) => {
    expect(await tokensOf().verify(token)).toEqual({ ok: false, error: 'The token is not a signed JSON Web Token.' })
  })

  test('comes for a header that asks for what is not understood', async () => {
    const [head = '', claims = ''] = (await issuer.sign()).split('.')
    const given = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
    const critical = Buffer.from(JSON.stringify({ ...given, crit: ['exp-not'], 'exp-not': true })).toString('base64url')
    const { sign } = crypto.subtle
    const signature = await sign.call(
      crypto.subtle,
      'RSASSA-PKCS1-v1_5',
      issuer.signing.privateKey,
      Buffer.from(`${critical}.${claims}`),
    )
    const token = `${critical}.${claims}.${Buffer.from(signature).toString('base64url')}`
    expect(await tokensOf().verify(token)).toEqual({
      ok: false,
      error: 'The token asks for what is not understood here (crit).',
    })
  })

  test('comes for an algorithm that does not fit the key, also when the key names none', async () => {
    const [rsa, ec] = [issuer.signing, await aSigningKey('ec', 'ES256')]
    const { alg: _, ...nameless } = rsa.published
    const { alg: __, ...ecNameless } = ec.published
    issuer.publish(nameless, ecNameless)
    const tokens = tokensOf()
    const swapped = async (by: typeof rsa, alg: string) => {
      const [, claims, signature] = (await issuer.sign({}, {}, by)).split('.')
      const head = Buffer.from(JSON.stringify({ alg, kid: by.id, typ: 'at+jwt' })).toString('base64url')
      return `${head}.${claims}.${signature}`
    }
    for (const alg of ['ES256', 'EdDSA', 'RS512']) {
      expect(await tokens.verify(await swapped(rsa, alg)), alg).toMatchObject({ ok: false })
    }
    for (const alg of ['RS256', 'EdDSA', 'ES512']) {
      expect(await tokens.verify(await swapped(ec, alg)), alg).toMatchObject({ ok: false })
    }
  })
})

describe('the keys of an issuer', () => {
  test('are read once for all who ask at the same time, and not again while they are young', async () => {
    const tokens = tokensOf()
    const token = await lasting()
    const answers = await Promise.all(Array.from({ length: 100 }, async () => await tokens.verify(token)))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    vi.advanceTimersByTime(REFRESH_AFTER_MS - 1)
    await tokens.verify(token)
    expect(issuer.asked).toEqual([CONFIGURATION, KEYS])
  })

  test('are found at an issuer whose name ends in a slash, and has a path', async () => {
    const name = `${issuer.issuer}/tenant/`
    issuer.answer(`/tenant${CONFIGURATION}`, { issuer: name, jwks_uri: `${issuer.issuer}${KEYS}` })
    const tokens = tokensOf({ issuer: name })
    expect(await tokens.verify(await issuer.sign({ iss: name }))).toMatchObject({ ok: true })
    expect(await tokens.verify(await issuer.sign({ iss: name.slice(0, -1) }))).toMatchObject({ ok: false })
  })

  test('are the usable ones of those that it publishes', async () => {
    const { published } = issuer.signing
    issuer.publish(
      null,
      'a key',
      { kty: 'oct', kid: 'shared', k: Buffer.from('secret').toString('base64url'), alg: 'HS256' },
      { kty: 'AKP', kid: 'of-tomorrow', alg: 'ML-DSA-44', pub: 'AA' },
      { kty: 'RSA', kid: 'broken', n: '', e: 'AQAB' },
      { ...published, kid: 'for-encryption', use: 'enc' },
      { ...published, kid: undefined },
      { ...published, x5c: ['MIIB'] },
    )
    const tokens = tokensOf()
    expect(await tokens.verify(await issuer.sign())).toMatchObject({ ok: true })
    for (const kid of ['shared', 'of-tomorrow', 'broken', 'for-encryption']) {
      expect(await tokens.verify(await issuer.sign({}, { kid })), kid).toMatchObject({ ok: false })
    }
  })

  test('are read no more often than every 10 s, whatever keys the tokens of strangers name', async () => {
    const tokens = tokensOf()
    const strangers = await Promise.all(
      Array.from({ length: 200 }, async (_, number) => await lasting({}, { kid: `made-up-${number}` })),
    )
    for (let flood = 0; flood < 3; flood += 1) {
      const answers = await Promise.all(strangers.map(async (token) => await tokens.verify(token)))
      expect(answers.filter(({ ok }) => ok)).toEqual([])
      expect(reads()).toBe(flood + 1)
      vi.advanceTimersByTime(PAUSE_MS)
    }
  })

  test('are not read again for tokens of other issuers, or without a signature', async () => {
    const tokens = tokensOf()
    await tokens.verify(await lasting())
    vi.advanceTimersByTime(PAUSE_MS)
    await tokens.verify(await lasting({ iss: 'https://issuer.example' }, { kid: 'made-up' }))
    await tokens.verify(issuer.unsigned())
    await tokens.verify(await issuer.signWithPublicKey())
    expect(reads()).toBe(1)
  })

  test('are found within 10 s of their first use, also during a flood of unknown ones', async () => {
    const tokens = tokensOf()
    const [stranger, rotated] = [await lasting({}, { kid: 'made-up' }), await lasting({}, {}, next)]
    await tokens.verify(stranger)
    issuer.publish(issuer.signing.published, next.published)
    vi.advanceTimersByTime(PAUSE_MS - 1)
    expect(await tokens.verify(rotated)).toMatchObject({ ok: false })
    vi.advanceTimersByTime(1)
    expect(await tokens.verify(rotated)).toMatchObject({ ok: true })
    expect(await tokens.verify(await lasting())).toMatchObject({ ok: true })
  })

  test('are read in the background after 5 minutes: no request waits, and a key that was withdrawn counts no more', async () => {
    const tokens = tokensOf()
    const [old, fresh] = [await lasting(), await lasting({}, {}, next)]
    await tokens.verify(old)
    issuer.publish(next.published)
    vi.advanceTimersByTime(REFRESH_AFTER_MS)
    expect(await tokens.verify(old)).toMatchObject({ ok: true })
    // It waits for the read that has begun.
    expect(await tokens.verify(fresh)).toMatchObject({ ok: true })
    expect(await tokens.verify(old)).toMatchObject({ ok: false })
    expect(reads()).toBe(2)
  })

  test('that were not used for 10 minutes are read again before they count', async () => {
    const tokens = tokensOf()
    const old = await lasting()
    await tokens.verify(old)
    issuer.publish(next.published)
    vi.advanceTimersByTime(STALE_AFTER_MS)
    expect(await tokens.verify(old)).toMatchObject({ ok: false })
  })

  test('are forgotten also when the issuer gives a new key the name of an old one', async () => {
    const [tokens, next] = [tokensOf(), await aSigningKey(key.id, 'ES256')]
    const [old, fresh] = [await lasting(), await lasting({}, {}, next)]
    await tokens.verify(old)
    issuer.publish(next.published)
    vi.advanceTimersByTime(STALE_AFTER_MS)
    expect(await tokens.verify(old)).toMatchObject({ ok: false })
    expect(await tokens.verify(fresh)).toMatchObject({ ok: true })
  })
})

describe('an issuer that does not answer', () => {
  const thrownBy = async (tokens: Tokens, token: string): Promise<string> =>
    await tokens.verify(token).then(
      ({ ok }) => (ok ? 'taken' : 'refused'),
      (error: unknown) => `thrown: ${String(error)}`,
    )

  test('leaves every token unchecked while its keys were never read, and is asked once a second', async () => {
    issuer.goAway()
    const heard: unknown[] = []
    const [tokens, token] = [tokensOf({}, { onTrouble: (error) => heard.push(error) }), await lasting()]
    const answers = await Promise.all(Array.from({ length: 50 }, async () => await thrownBy(tokens, token)))
    expect(new Set(answers)).toEqual(new Set([`thrown: Error: ${issuer.issuer}${CONFIGURATION} answers 500`]))
    await expect(tokens.ready()).rejects.toThrow('answers 500')
    expect([issuer.asked, heard.length]).toEqual([[CONFIGURATION], 1])

    issuer.comeBack(issuer.signing)
    vi.advanceTimersByTime(RETRY_AFTER_MS)
    expect(await thrownBy(tokens, token)).toBe('taken')
    await tokens.ready()
  })

  test('leaves known keys as they are for a day, and of another key it is not known whether it is genuine', async () => {
    const [tokens, token] = [tokensOf(), await lasting()]
    const unknown = await lasting({}, { kid: 'perhaps' })
    await tokens.verify(token)
    issuer.goAway()
    vi.advanceTimersByTime(FORGOTTEN_AFTER_MS - 1)
    expect(await thrownBy(tokens, token)).toBe('taken')
    expect(await thrownBy(tokens, unknown)).toContain('thrown')
    await tokens.ready()
    vi.advanceTimersByTime(1)
    expect(await thrownBy(tokens, token)).toContain('thrown')
    issuer.comeBack(issuer.signing)
    vi.advanceTimersByTime(RETRY_AFTER_MS)
    expect(await thrownBy(tokens, token)).toBe('taken')
  })

  test('is waited for 3 s, the configuration and the keys together', async () => {
    const patience = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal)
    issuer.answers.set(KEYS, 'hang')
    const answer = thrownBy(tokensOf(), await lasting())
    await vi.waitUntil(() => issuer.asked.includes(KEYS))
    patience.abort(new Error('took too long'))
    expect(await answer).toBe('thrown: Error: took too long')
    expect(timeout.mock.calls).toEqual([[3_000]])
    timeout.mockRestore()
  })

  test.each<[what: string, answered: (given: Issuer) => void, text: string]>([
    [
      'the configuration of another issuer',
      (given) => given.answer(CONFIGURATION, { issuer: 'https://other' }),
      'https://other',
    ],
    [
      'a configuration without a place of keys',
      (given) => given.answer(CONFIGURATION, { issuer: given.issuer }),
      'no place',
    ],
    [
      'a place that is no URL of the web',
      (given) => given.answer(CONFIGURATION, { issuer: given.issuer, jwks_uri: 'file:///keys' }),
      'no place',
    ],
    ['a list', (given) => given.answer(CONFIGURATION, []), 'no JSON object'],
    ['no JSON', (given) => void given.answers.set(KEYS, { body: '<html>' }), 'SyntaxError'],
    ['no list of keys', (given) => given.answer(KEYS, { keys: {} }), 'no list'],
    [
      'a redirect',
      (given) => void given.answers.set(KEYS, { status: 302, headers: { location: CONFIGURATION } }),
      'fetch failed',
    ],
    [
      'more than anyone needs',
      (given) => given.answer(KEYS, { keys: [], more: 'x'.repeat(256 * 1024) }),
      'more than 262144 bytes',
    ],
  ])('is one that answers %s', async (_, answered, text) => {
    answered(issuer)
    const answer = await thrownBy(tokensOf(), await lasting())
    expect(answer).toContain('thrown')
    expect(answer).toContain(text)
  })

  test('is one that names a place without TLS for its keys, when it has TLS itself', async () => {
    const secure = 'https://issuer.example'
    const asked: string[] = []
    const tokens = tokensOf(
      { issuer: secure },
      {
        fetch: async (url) => {
          asked.push(url)
          return Response.json({ issuer: secure, jwks_uri: 'http://issuer.example/jwks' })
        },
      },
    )
    expect(await thrownBy(tokens, await lasting({ iss: secure }))).toContain('no place')
    expect(asked).toEqual([`${secure}${CONFIGURATION}`])
  })
})
