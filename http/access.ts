/** Who sent a request, and whether the route is theirs to use (RFC 6750: bearer tokens). */
import type { Caller, GrantedMerchants, Scope } from '#ledger/access'
import type { MerchantId } from '#ledger/identifiers'
import { BOTH_CLOCKS, momentOf, shortMemory } from '#ledger/memory/short-memory'
import type { Clock, Grants, Tokens } from '#ledger/ports'
import { coversScope } from '#ledger/quarantine'
import type { Problem } from '#wire/http/problem'
import { parseQuarantineId } from '#wire/http/quarantine-id'
import type { Route } from '#wire/http/routes'
import type { Access, ServiceContext } from './context.ts'
import { noSuchItem, noSuchMerchant } from './hidden.ts'
import { knownGrants } from './known-grants.ts'
import { ProblemError } from './problem-error.ts'
import { orUnavailable, type Dependency } from './unavailable.ts'

export type AccessParts = {
  readonly tokens: Tokens
  readonly grants: Pick<Grants, 'find'>
  readonly clock?: Clock
  /** Whether `/metrics` needs no token. */
  readonly metricsOpen?: boolean
}

export type Door = {
  /**
   * Lets a request through to its route, and puts what the route may know of its sender into the context. Throws the
   * problem to answer when the sender may not use the route.
   */
  enter(c: ServiceContext, route: Route): void | Promise<void>
}

/**
 * How long a token that was verified is taken without looking at its signature again, at most; never longer than it is
 * valid. An issuer that withdraws a key is heard after this time.
 */
const TOKEN_KNOWN_FOR_MS = 5 * 60_000

// A token usually takes 1 KB, with its entry in the memory. The two bound what the tokens of a generous issuer take.
const MOST_TOKENS = 10_000
const LONGEST_KNOWN_TOKEN = 4_096

export const accessDoor = ({ tokens, grants, clock = Date.now, metricsOpen = false }: AccessParts): Door => {
  const callers = shortMemory<string, Caller>({ lifetimeMs: TOKEN_KNOWN_FOR_MS, maxCount: MOST_TOKENS })
  const known = knownGrants(grants)

  const verify = async (token: string): Promise<Caller> => {
    const readAt = momentOf(BOTH_CLOCKS)
    const caller = await orUnavailable(tokens.verify(token), ISSUER)
    if (!caller.ok) throw new ProblemError(invalidToken(caller.error))
    if (token.length <= LONGEST_KNOWN_TOKEN) callers.keep(token, caller.value, readAt)
    return caller.value
  }

  const requireValid = ({ expiresAtMs }: Caller): void => {
    if (clock() >= expiresAtMs) throw new ProblemError(invalidToken('The token has expired.'))
  }

  const accessOf = (caller: Caller): Access => ({
    caller,
    merchants() {
      requireValid(caller)
      return known.of(caller.subject)
    },
  })

  return {
    async enter(c, { path, access: rule }) {
      if (rule === 'open' || (rule.openBy === 'METRICS_OPEN' && metricsOpen)) return
      const token = bearerToken(c.req.header('authorization'))
      const caller = callers.get(token) ?? (await verify(token))
      requireValid(caller)
      if (!caller.scopes.has(rule.scope)) throw new ProblemError(insufficientScope(rule.scope))
      const access = accessOf(caller)
      const merchants = await access.merchants()
      if (rule.merchants === 'in-path' && !merchants.covers(merchantInPath(c, path))) throw noSuchMerchant()
      if (rule.merchants === 'of-item' && !coversItem(merchants, c.req.param('quarantineId') ?? '')) throw noSuchItem()
      if (rule.merchants === 'all' && !merchants.coversAll) throw new ProblemError(NOT_FOR_EVERY_MERCHANT)
      c.set('access', access)
      c.set('merchants', merchants)
    },
  }
}

const coversItem = (merchants: GrantedMerchants, id: string): boolean => {
  const key = parseQuarantineId(id)
  // The handler says what is wrong with an id that no item can have.
  return !key.ok || coversScope(merchants, key.value.scope)
}

// What the path says need not be an id. Then the handler says so, to those who may name such an id.
const merchantInPath = (c: ServiceContext, path: string): MerchantId => {
  const [, name = ''] = /\{(\w+)\}/.exec(path) ?? []
  return (c.req.param(name) ?? '') as MerchantId
}

/** The token of the header (RFC 6750, section 2.1). The name of the scheme may be written in any case (RFC 9110, 11.1). */
const bearerToken = (header = ''): string => {
  // Credentials of another scheme are no token either.
  if (!/^bearer(?![^ ,])/i.test(header)) throw new ProblemError(NO_TOKEN)
  const [, token] = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header) ?? []
  if (token === undefined) throw new ProblemError(invalidToken('The header has to be "Authorization: Bearer <token>".'))
  return token
}

const NO_TOKEN: Problem = {
  code: 'unauthenticated',
  detail: 'This route needs a token: "Authorization: Bearer <token>".',
  // Without an error code, as RFC 6750, section 3.1 asks where a client did not know that a token is needed.
  wwwAuthenticate: 'Bearer realm="daybook"',
}

const invalidToken = (detail: string): Problem => ({
  code: 'unauthenticated',
  detail,
  wwwAuthenticate: `Bearer realm="daybook", error="invalid_token", error_description="${quotable(detail)}"`,
})

const insufficientScope = (scope: Scope): Problem => ({
  code: 'forbidden',
  detail: `The token does not have the scope ${scope}.`,
  wwwAuthenticate: `Bearer realm="daybook", error="insufficient_scope", scope="${scope}"`,
})

const NOT_FOR_EVERY_MERCHANT: Problem = {
  code: 'forbidden',
  detail: 'The answer is about all merchants, and this client may act only for some.',
}

// RFC 6750, section 3: an error_description holds no quotes and no backslashes.
const quotable = (text: string): string => text.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")

const ISSUER: Dependency = {
  name: 'the issuer of tokens',
  unavailable: {
    code: 'access-unavailable',
    detail:
      'The keys of the issuer cannot be read, so no token can be checked. Sending the same request again is safe.',
    retryAfterSeconds: 1,
  },
}
