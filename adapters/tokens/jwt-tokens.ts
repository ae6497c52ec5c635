import { JwtVerifier } from 'aws-jwt-verify'
import {
  JwtExpiredError,
  JwtInvalidSignatureAlgorithmError,
  JwtNotBeforeError,
  JwtParseError,
} from 'aws-jwt-verify/error'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import type { JwtHeader, JwtPayload } from 'aws-jwt-verify/jwt-model'
import { supportedSignatureAlgorithms } from 'aws-jwt-verify/jwt-verifier'
import { isScope, parseSubject, type Caller } from '#ledger/access'
import type { Tokens } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import { issuerKeys, type IssuerKeysParts } from './issuer-keys.ts'

export type JwtSettings = {
  /** As its tokens name it, to the letter. */
  readonly issuer: string
  readonly audience: string
  /** Undefined: a token of any client of the issuer is taken. */
  readonly clientIds: readonly string[] | undefined
  /** What the issuer writes in front of the name of a scope. */
  readonly scopePrefix: string
}

/**
 * Access tokens of one issuer, as JSON Web Tokens (RFC 9068), checked with the keys that it publishes. Cognito's are taken
 * as they are: with `token_use` and without an audience.
 */
export const jwtTokens = (settings: JwtSettings, world: Omit<IssuerKeysParts, 'onRead'> = {}): Tokens => {
  // Whom a token is meant for is checked below: Cognito's name no audience.
  const verifier = JwtVerifier.create([{ issuer: settings.issuer, audience: null }])
  // Keeping the keys here makes the library forget the old ones, those with the id of a new one included.
  const keys = issuerKeys(settings.issuer, { ...world, onRead: (read) => verifier.cacheJwks(read, settings.issuer) })

  return {
    ready: keys.ready,
    async verify(token) {
      const named = keyNamedBy(token, settings)
      if (!named.ok) return named
      const { keyId, header } = named.value
      if (!(await keys.has(keyId))) return refuse(UNKNOWN_KEY)
      const claims = verified(() => verifier.verifySync(token))
      return claims.ok ? callerOf(header, claims.value, settings) : claims
    },
  }
}

const UNKNOWN_KEY = 'The key that signed the token is not one that its issuer publishes (kid).'

type NamedKey = { readonly keyId: string; readonly header: JwtHeader }

/** Which key a token says that it was signed with, before anything of it is believed. */
const keyNamedBy = (token: string, { issuer }: JwtSettings): Result<NamedKey, string> => {
  try {
    const { header, payload } = decomposeUnverifiedJwt(token)
    // Strangers may name any key of any issuer. The keys are not read again for those.
    if (payload.iss !== issuer) return refuse('The token is of another issuer (iss).')
    if (!ALGORITHMS.has(header.alg)) return refuse(WRONG_ALGORITHM)
    // RFC 7515, section 4.1.11: who does not understand what is critical has to refuse. The library does not look at it.
    if ('crit' in header) return refuse('The token asks for what is not understood here (crit).')
    if (header.kid === undefined) return refuse('The token does not name the key that signed it (kid).')
    return ok({ keyId: header.kid, header })
  } catch (error) {
    if (error instanceof JwtParseError) return refuse('The token is not a signed JSON Web Token.')
    throw error
  }
}

// All of them sign with a private key. "none" and those that sign with a shared secret are not among them.
const ALGORITHMS: ReadonlySet<unknown> = new Set(supportedSignatureAlgorithms)

const WRONG_ALGORITHM = 'The token is not signed by an algorithm that is taken here (alg).'

/**
 * The claims that the library has verified. It reads nothing from elsewhere, so whatever it throws is due to the token: an
 * algorithm, for example, that does not go with the kind of the key.
 */
const verified = (verify: () => JwtPayload): Result<JwtPayload, string> => {
  try {
    return ok(verify())
  } catch (error) {
    return refuse(refusalOf(error))
  }
}

// The library's own words repeat what stands in the token.
const refusalOf = (error: unknown): string => {
  if (error instanceof JwtExpiredError) return EXPIRED
  if (error instanceof JwtNotBeforeError) return 'The token is not valid yet (nbf).'
  if (error instanceof JwtInvalidSignatureAlgorithmError) return WRONG_ALGORITHM
  return 'The signature of the token is wrong.'
}

const EXPIRED = 'The token has expired.'

const callerOf = (header: JwtHeader, claims: JwtPayload, settings: JwtSettings): Result<Caller, string> => {
  const refusal = expiryRefusal(claims) ?? kindRefusal(header, claims) ?? recipientRefusal(claims, settings)
  if (refusal !== undefined) return refuse(refusal)
  const subject = parseSubject(claims.sub ?? clientOf(claims) ?? '')
  if (!subject.ok) return refuse('The token does not name its holder (sub).')
  return ok({
    subject: subject.value,
    scopes: scopesOf(claims, settings),
    expiresAtMs: Math.min((claims.exp ?? 0) * 1_000, END_OF_TIME_MS),
  })
}

/** The last instant that a Date can hold. */
const END_OF_TIME_MS = 8.64e15

/** The library takes a token that never expires, and one at the very moment at which it expires (RFC 7519, 4.1.4). */
const expiryRefusal = ({ exp }: JwtPayload): string | undefined => {
  if (exp === undefined) return 'The token does not say when it expires (exp).'
  return exp * 1_000 <= Date.now() ? EXPIRED : undefined
}

/**
 * An ID token tells a client who has signed in, and allows nothing. RFC 9068 gives access tokens a type of their own;
 * issuers from before it, Cognito among them, give none, or `JWT` for every token. Then an access token is known by its
 * scopes, and by `token_use` where there is one.
 */
const kindRefusal = ({ typ }: JwtHeader, claims: JwtPayload): string | undefined => {
  // RFC 8705 and RFC 9449: such a token is worth nothing without the key of its holder, for which we do not ask.
  if (claims['cnf'] !== undefined) return BOUND_TO_A_KEY
  const type = typeOf(typ)
  const isOlder = type === 'jwt' && claims.scope !== undefined && ID_TOKEN_CLAIMS.every((name) => !(name in claims))
  const isUsedSo = claims['token_use'] === undefined || claims['token_use'] === 'access'
  return isUsedSo && (type === 'at+jwt' || isOlder) ? undefined : NOT_AN_ACCESS_TOKEN
}

/** RFC 7515, section 4.1.9: the case does not count, and `application/` may be left out. */
const typeOf = (typ: unknown = 'JWT'): string =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : ''

const BOUND_TO_A_KEY = 'The token is bound to a key of its holder (cnf), and only bearer tokens are taken.'

const NOT_AN_ACCESS_TOKEN = 'The token is not an access token (typ, token_use, scope).'

/** OpenID Connect Core 1.0, sections 2 and 3.3.2.11. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash'] as const

/** A token is for Daybook when its audience says so; one of Cognito, which may have none, when its scopes do. */
const recipientRefusal = (claims: JwtPayload, { audience, clientIds }: JwtSettings): string | undefined => {
  const isWithoutAudience = claims.aud === undefined && claims['token_use'] === 'access'
  if (!isWithoutAudience && ![claims.aud].flat().includes(audience))
    return 'The token is meant for another service (aud).'
  const client = clientOf(claims)
  if (isWithoutAudience && client === undefined) return UNKNOWN_CLIENT
  return clientIds === undefined || (client !== undefined && clientIds.includes(client)) ? undefined : UNKNOWN_CLIENT
}

const UNKNOWN_CLIENT = 'The token is of a client that is not known here (client_id).'

/** RFC 9068 calls it `client_id`; issuers from before, `azp`. */
const clientOf = (claims: JwtPayload): string | undefined => {
  const client = claims['client_id'] ?? claims['azp']
  return typeof client === 'string' ? client : undefined
}

const scopesOf = ({ scope = '' }: JwtPayload, { scopePrefix }: JwtSettings): Caller['scopes'] => {
  const ours = scope.split(' ').filter((name) => name.startsWith(scopePrefix))
  return new Set(ours.map((name) => name.slice(scopePrefix.length)).filter(isScope))
}
