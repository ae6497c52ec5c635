/** Callers who may do everything, for tests that ask another question than who may do what. */
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryTokens } from '#adapters/tokens/memory-tokens'
import type { AccessParts } from '#http/access'
import { SCOPES, type Caller } from '#ledger/access'
import { aGrant, subject } from './builders.ts'

const TOKEN = 'may-do-everything'

export const AUTHORIZATION = `Bearer ${TOKEN}`

/** Two more who may do everything. */
const OPERATORS = ['ana', 'ben'] as const

/** The headers of a request that an operator sends. */
export const sentBy = (operator: (typeof OPERATORS)[number]) => ({ authorization: `Bearer ${operator}` })

const mayDoEverything = (name: string): Caller => ({
  subject: subject(name),
  scopes: new Set(SCOPES),
  expiresAtMs: Number.MAX_SAFE_INTEGER,
})

export const ALLOWED: Pick<AccessParts, 'tokens' | 'grants'> = {
  tokens: memoryTokens({
    [TOKEN]: mayDoEverything('tester'),
    ...Object.fromEntries(OPERATORS.map((name) => [name, mayDoEverything(name)])),
  }),
  grants: memoryGrants(['tester', ...OPERATORS].map((name) => aGrant(name, '*'))),
}

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
