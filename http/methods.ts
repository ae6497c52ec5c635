import type { Handler } from 'hono'
import { MERGE_PATCH } from '#wire/json/json'
import { problemResponse, type Problem } from '#wire/http/problem'
import type { ServiceEnv } from './context.ts'

/**
 * Answers the methods that a path does not take. OPTIONS lists those that it takes; any other method is answered 405.
 * Register it after the handlers of the path.
 */
export const onlyMethods = (...methods: readonly string[]): Handler<ServiceEnv> => {
  const allow = [...methods, 'OPTIONS'].join(', ')
  const acceptPatch = methods.includes('PATCH') && { 'accept-patch': MERGE_PATCH }
  return (c) => {
    if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow, ...acceptPatch } })
    const problem: Problem = { code: 'method-not-allowed', detail: `${c.req.path} takes ${allow}.`, allow }
    return problemResponse(problem, c.get('requestId'))
  }
}

/** The methods that some path takes. */
export const ALL_METHODS = 'GET, HEAD, POST, PUT, PATCH, OPTIONS'
