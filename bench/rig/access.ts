/**
 * Access as in production, for a system over memory: tokens that are signed as Cognito signs them (RS256), verified with
 * the key set of an issuer on this machine, and grants.
 */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { jwtTokens } from '#adapters/tokens/jwt-tokens'
import type { AccessParts } from '#http/access'
import { SCOPES } from '#ledger/access'
import { aGrant } from '#test/builders'

export type MeasuredAccess = {
  readonly access: Pick<AccessParts, 'tokens' | 'grants'>
  /** Another token each time, of the one client that may do everything for the granted merchants. */
  token(): string
}

const CLIENT = 'bench-client'
const AUDIENCE = 'daybook'

export const measuredAccess = async (...merchants: string[]): Promise<MeasuredAccess> => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const kid = randomUUID()
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }] }
  const issuer = await serveIssuer(keys)
  const header = part({ alg: 'RS256', typ: 'at+jwt', kid })

  return {
    access: {
      tokens: jwtTokens({ issuer, audience: AUDIENCE, clientIds: undefined, scopePrefix: '' }),
      grants: memoryGrants([aGrant(CLIENT, ...(merchants.length > 0 ? merchants : ['*']))]),
    },
    token() {
      const now = Math.floor(Date.now() / 1_000)
      const signed = `${header}.${part({
        jti: randomUUID(),
        sub: CLIENT,
        iss: issuer,
        aud: AUDIENCE,
        client_id: CLIENT,
        scope: SCOPES.join(' '),
        iat: now,
        exp: now + 24 * 3_600,
      })}`
      return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
    },
  }
}

const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')

/** The URL of an issuer that publishes these keys where its configuration says (OpenID Connect Discovery). It ends with the process. */
const serveIssuer = async (keys: object): Promise<string> => {
  const server = createServer(({ url }, response) => {
    const answer = url === '/.well-known/openid-configuration' ? { issuer, jwks_uri: `${issuer}/jwks` } : keys
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return issuer
}
