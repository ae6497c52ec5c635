/** Callers who may do everything, for tests that ask another question than who may do what. */
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryTokens } from '#adapters/tokens/memory-tokens'
import type { AccessParts } from '#http/access'
import { SCOPES, type Caller, type Scope } from '#ledger/access'
import { aGrant, subject } from './builders.ts'

const [TOKEN, WITHOUT_SCOPES, WITHOUT_GRANT] = ['may-do-everything', 'has-no-scope', 'has-no-grant']

export const AUTHORIZATION = `Bearer ${TOKEN}`

/** Two more who may do everything. */
const OPERATORS = ['ana', 'ben'] as const

/** The headers of a request that an operator sends. */
export const sentBy = (operator: (typeof OPERATORS)[number]) => ({ authorization: `Bearer ${operator}` })

/** Of callers who may do nothing, each for a reason of its own. */
export const REFUSED = {
  unauthenticated: { authorization: '' },
  withoutScopes: { authorization: `Bearer ${WITHOUT_SCOPES}` },
  withoutGrant: { authorization: `Bearer ${WITHOUT_GRANT}` },
} as const

const caller = (name: string, scopes: readonly Scope[] = SCOPES): Caller => ({
  subject: subject(name),
  scopes: new Set(scopes),
  expiresAtMs: Number.MAX_SAFE_INTEGER,
})

export const ALLOWED: Pick<AccessParts, 'tokens' | 'grants'> = {
  tokens: memoryTokens({
    [TOKEN]: caller('tester'),
    [WITHOUT_SCOPES]: caller('tester', []),
    [WITHOUT_GRANT]: caller('stranger'),
    ...Object.fromEntries(OPERATORS.map((name) => [name, caller(name)])),
  }),
  grants: memoryGrants(['tester', ...OPERATORS].map((name) => aGrant(name, '*'))),
}

/**
 * Callers who may do everything for the merchants that are granted to them. The token of each is its name, and lasts
 * until `expiresAtMs`.
 */
export const accessOf = (granted: Readonly<Record<string, readonly string[]>>, given: Partial<Caller> = {}) => {
  const lasting = { scopes: new Set(SCOPES), expiresAtMs: Number.MAX_SAFE_INTEGER, ...given }
  const callers = Object.keys(granted).map((name) => [name, { ...lasting, subject: subject(name) }])
  return {
    tokens: memoryTokens(Object.fromEntries(callers)),
    grants: memoryGrants(Object.entries(granted).map(([name, merchants]) => aGrant(name, ...merchants))),
  }
}

/** The header with which such a caller comes. */
export const by = (name: string) => ({ authorization: `Bearer ${name}` })

type App = {
  readonly fetch: (request: Request, ...rest: never[]) => Response | Promise<Response>
}

/** The app, to which every request without a token comes with the one that may do everything. */
export const withToken = <T extends App>(app: T): T => {
  const { fetch } = app
  const tokened = ((request: Request, ...rest: never[]) => {
    if (!request.headers.has('authorization')) request.headers.set('authorization', AUTHORIZATION)
    return fetch(request, ...rest)
  }) as T['fetch']
  return Object.assign(app, { fetch: tokened })
}
