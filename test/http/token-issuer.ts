/** An OpenID Connect issuer on loopback, which signs whatever a test asks for. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose'
import type { JwtSettings } from '#adapters/tokens/jwt-tokens'

type KeyPair = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey }

/** A key with which tokens are signed, and as it is published. */
export type SigningKey = KeyPair & { readonly id: string; readonly alg: string; readonly published: JWK }

export const aSigningKey = async (id: string, alg = 'RS256'): Promise<SigningKey> => {
  const pair = await generateKeyPair(alg, { extractable: true })
  return { ...pair, id, alg, published: { ...(await exportJWK(pair.publicKey)), kid: id, alg, use: 'sig' } }
}

type Answer = { readonly status?: number; readonly body?: string; readonly headers?: Record<string, string> }

export const anIssuer = async (key?: SigningKey) => {
  const signing = key ?? (await aSigningKey('k1'))
  /** What is answered at a path; `hang` for a request that gets no answer. */
  const answers = new Map<string, Answer | 'hang'>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = answers.get(path) ?? { status: 404 }
    if (answer === 'hang') return
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    response.end(answer.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const answer = (path: string, body: unknown, more: Answer = {}) =>
    answers.set(path, { body: JSON.stringify(body), ...more })
  const publish = (...keys: readonly unknown[]) => answer(KEYS, { keys })
  answer(CONFIGURATION, { issuer, jwks_uri: `${issuer}${KEYS}` })
  publish(signing.published)

  return {
    issuer,
    signing,
    settings: { issuer, audience: 'daybook', clientIds: undefined, scopePrefix: '' } satisfies JwtSettings,
    /** The paths that were asked for, in order. */
    asked,
    answers,
    answer,
    /** Publishes these keys and no others. */
    publish,
    goAway: () => {
      for (const path of [CONFIGURATION, KEYS]) answers.set(path, { status: 500 })
    },
    comeBack: (...keys: readonly SigningKey[]) => {
      answer(CONFIGURATION, { issuer, jwks_uri: `${issuer}${KEYS}` })
      publish(...keys.map(({ published }) => published))
    },
    /** An access token as `oidc-provider` makes them, with these claims and headers instead. `undefined` leaves one out. */
    sign: async (claims: Claims = {}, header: object = {}, by: SigningKey = signing): Promise<string> =>
      await new SignJWT(claimsOf(issuer, claims))
        .setProtectedHeader({ alg: by.alg, kid: by.id, typ: 'at+jwt', ...header })
        .sign(by.privateKey),
    /** The attack on libraries that take the public key for a shared secret. */
    signWithPublicKey: async (claims: Claims = {}): Promise<string> =>
      await new SignJWT(claimsOf(issuer, claims))
        .setProtectedHeader({ alg: 'HS256', kid: signing.id, typ: 'at+jwt' })
        .sign(Buffer.from(await exportSPKI(signing.publicKey))),
    /** A token that says of itself that it is not signed. */
    unsigned: (claims: Claims = {}, signature = ''): string =>
      [
        ...[{ alg: 'none', kid: signing.id, typ: 'at+jwt' }, claimsOf(issuer, claims)].map((part) =>
          Buffer.from(JSON.stringify(part)).toString('base64url'),
        ),
        signature,
      ].join('.'),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type Issuer = Awaited<ReturnType<typeof anIssuer>>

export type Claims = Record<string, unknown>

export const CONFIGURATION = '/.well-known/openid-configuration'
export const KEYS = '/jwks'

const claimsOf = (issuer: string, claims: Claims): JWTPayload => {
  const now = Math.floor(Date.now() / 1_000)
  const all = {
    iss: issuer,
    sub: 'till',
    client_id: 'till',
    aud: 'daybook',
    scope: 'ledger:read',
    iat: now,
    exp: now + 3_600,
    ...claims,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
