/** Callers for tests: in each, the token of a caller is its name. */
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryTokens } from '#adapters/tokens/memory-tokens'
import type { AccessParts } from '#http/access'
import { SCOPES, type Caller } from '#ledger/access'
import { aGrant, subject } from './builders.ts'

/** The headers of a request that a caller sends. */
export const sentBy = (name: string) => ({ authorization: `Bearer ${name}` })

/**
 * Callers with these grants, each of whom may do everything for its merchants until `expiresAtMs`, unless `given` says
 * otherwise.
 */
export const accessOf = (granted: Readonly<Record<string, readonly string[]>>, given: Partial<Caller> = {}) => ({
  tokens: memoryTokens(callersOf(Object.keys(granted), given)),
  grants: memoryGrants(Object.entries(granted).map(([name, merchants]) => aGrant(name, ...merchants))),
})

const callersOf = (names: readonly string[], given: Partial<Caller> = {}): Readonly<Record<string, Caller>> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      { subject: subject(name), scopes: new Set(SCOPES), expiresAtMs: Number.MAX_SAFE_INTEGER, ...given },
    ]),
  )

/** For tests that ask another question than who may do what. */
const MAY_DO_EVERYTHING = ['tester', 'ana', 'ben']

export const ALLOWED: Pick<AccessParts, 'tokens' | 'grants'> = {
  tokens: memoryTokens({
    ...callersOf([...MAY_DO_EVERYTHING, 'without-grant']),
    ...callersOf(['without-scopes'], { scopes: new Set() }),
  }),
  grants: memoryGrants(MAY_DO_EVERYTHING.map((name) => aGrant(name, '*'))),
}

export const { authorization: AUTHORIZATION } = sentBy('tester')

/** The headers of callers who may do nothing, each for a reason of its own. */
export const REFUSED = {
  unauthenticated: { authorization: '' },
  withoutScopes: sentBy('without-scopes'),
  withoutGrant: sentBy('without-grant'),
} as const

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
