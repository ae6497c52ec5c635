import { JwtVerifier } from 'aws-jwt-verify'
import { JwtBaseError } from 'aws-jwt-verify/error'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import type { JwtPayload } from 'aws-jwt-verify/jwt-model'
import { isScope, parseSubject, type Caller } from '#ledger/access'
import type { Tokens } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'

export type JwtSettings = {
  readonly issuer: string
  readonly audience: string
  readonly clientIds: readonly string[] | undefined
  readonly scopePrefix: string
}

/** JSON Web Tokens of one issuer, checked with its published keys. */
export const jwtTokens = ({ issuer, audience, clientIds, scopePrefix }: JwtSettings): Tokens => {
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: fetchBytes } })
  const verifier = JwtVerifier.create([{ issuer, audience, jwksUri: `${issuer}/jwks` }], { jwksCache })
  return {
    async verify(token) {
      try {
        return callerOf(await verifier.verify(token), { clientIds, scopePrefix })
      } catch (error) {
        if (error instanceof JwtBaseError) return refuse(error.message)
        throw error
      }
    },
  }
}

const callerOf = (
  claims: JwtPayload,
  { clientIds, scopePrefix }: Pick<JwtSettings, 'clientIds' | 'scopePrefix'>,
): Result<Caller, string> => {
  const subject = parseSubject(String(claims.sub ?? claims['client_id'] ?? ''))
  if (!subject.ok) return refuse('The token names no subject.')
  if (clientIds !== undefined && !clientIds.includes(String(claims['client_id']))) return refuse('Unknown client.')
  if (claims.exp === undefined) return refuse('The token never expires.')
  const names = String(claims['scope'] ?? '').split(' ')
  const ours = names.filter((name) => name.startsWith(scopePrefix)).map((name) => name.slice(scopePrefix.length))
  return ok({ subject: subject.value, scopes: new Set(ours.filter(isScope)), expiresAtMs: claims.exp * 1_000 })
}

const fetchBytes = async (uri: string): Promise<ArrayBuffer> => {
  const response = await fetch(uri, { signal: AbortSignal.timeout(3_000) })
  if (!response.ok) throw new Error(`${uri} answers ${response.status}`)
  return await response.arrayBuffer()
}
