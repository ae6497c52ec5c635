import type { Handler } from 'hono'
import { MERGE_PATCH } from '#wire/json/json'
import { problemResponse, type Problem } from '#wire/http/problem'
import type { ServiceEnv } from './service.ts'

/**
 * For the methods that a path does not take, registered after those that it does: OPTIONS says which there are, any
 * other is answered 405.
 */
export const onlyMethods = (...methods: readonly string[]): Handler<ServiceEnv> => {
  const allow = [...methods, 'OPTIONS'].join(', ')
  const acceptPatch = methods.includes('PATCH') && { 'accept-patch': MERGE_PATCH }
  return (c) => {
    if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow, ...acceptPatch } })
    const problem: Problem = { code: 'method-not-allowed', detail: `${c.req.path} takes ${allow}.` }
    const response = problemResponse(problem, c.get('requestId'))
    response.headers.set('allow', allow)
    return response
  }
}
