/** Errors as clients read them: application/problem+json (RFC 9457). The list holds every code that a route answers. */
import type { BusinessDay } from '#ledger/identifiers'
import { jsonText } from '../json/json.ts'
import type { FieldProblem } from '../json/fields.ts'

export const PROBLEMS = {
  'not-json': { status: 400, title: 'The body or line is not JSON' },
  'malformed-request': { status: 400, title: 'The request is not well-formed HTTP' },
  unauthenticated: { status: 401, title: 'The request has no valid token' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  'refused-by-firewall': { status: 403, title: 'The firewall refused the request' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This path does not take this method' },
  'too-slow': { status: 408, title: 'The request took too long to arrive' },
  'not-applied-yet': { status: 409, title: 'The entry is accepted but not yet counted' },
  'not-exact-in-json': { status: 409, title: 'A sum is too large for a JSON number' },
  'currency-fixed': { status: 409, title: 'The currency of a merchant never changes' },
  'already-decided': { status: 409, title: 'The item was already decided differently' },
  'changed-meanwhile': { status: 409, title: 'Another request changed the resource at the same time' },
  'precondition-failed': { status: 412, title: 'The resource does not match If-Match or If-None-Match' },
  'too-large': { status: 413, title: 'The body or line is too large' },
  'unsupported-encoding': { status: 415, title: 'The content encoding is not supported' },
  'unsupported-type': { status: 415, title: 'The media type of the body is not supported' },
  invalid: { status: 422, title: 'Some fields are not valid' },
  'nothing-accepted': { status: 422, title: 'None of the entries was accepted' },
  'expectation-failed': { status: 417, title: 'What the Expect header asks for cannot be done' },
  'headers-too-large': { status: 431, title: 'URL and headers are too large' },
  'rate-limited': { status: 429, title: 'Too many within a short time' },
  'unexpected-error': { status: 500, title: 'Something went wrong on our side' },
  'stream-unavailable': { status: 503, title: 'Entries cannot be taken at the moment' },
  'access-unavailable': { status: 503, title: 'Tokens cannot be checked at the moment' },
  'too-busy': { status: 503, title: 'More is waiting than can be held' },
  'register-unavailable': { status: 503, title: 'The register of merchants cannot be reached at the moment' },
  'calendar-ended': { status: 503, title: "The merchant's calendar ends before this time" },
  'closing-unavailable': { status: 503, title: 'Days cannot be closed at the moment' },
  'store-unavailable': { status: 503, title: 'Books cannot be read at the moment' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

export type Problem = {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors?: readonly FieldProblem[]
  /** The business days that the problem is about. */
  readonly days?: readonly BusinessDay[]
  /** The seconds until the next try; the header Retry-After carries them. */
  readonly retryAfterSeconds?: number
  /** The media type that a PATCH must have; the header Accept-Patch carries it. */
  readonly acceptPatch?: string
  /** The methods that are taken instead; the header Allow carries them. */
  readonly allow?: string
  /** What a token has to be (RFC 6750); becomes the header WWW-Authenticate. */
  readonly wwwAuthenticate?: string
}

/** The members of a problem document. A problem inside the results of a batch has no `requestId`. */
export const problemBody = ({ code, detail, errors, days }: Problem, requestId?: string) => ({
  type: `/docs/problems#${code}`,
  title: PROBLEMS[code].title,
  status: PROBLEMS[code].status,
  code,
  detail,
  ...(requestId !== undefined && { requestId }),
  ...(errors !== undefined && { errors }),
  ...(days !== undefined && { days }),
})

export const problemResponse = (problem: Problem, requestId: string): Response =>
  new Response(jsonText(problemBody(problem, requestId)), {
    status: PROBLEMS[problem.code].status,
    headers: problemHeaders(problem, requestId),
  })

/** The headers of an answer that is this problem. */
export const problemHeaders = (problem: Problem, requestId: string): Record<string, string> => ({
  'content-type': 'application/problem+json',
  'x-request-id': requestId,
  'cache-control': 'no-store',
  ...(problem.retryAfterSeconds !== undefined && { 'retry-after': String(problem.retryAfterSeconds) }),
  ...(problem.allow !== undefined && { allow: problem.allow }),
  ...(problem.wwwAuthenticate !== undefined && { 'www-authenticate': problem.wwwAuthenticate }),
  ...(problem.acceptPatch !== undefined && { 'accept-patch': problem.acceptPatch }),
})

export const jsonResponse = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(jsonText(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** The problem of a body that cannot be read as JSON. An empty one often means that the client sent no length. */
export const notJsonBody = (text: string): Problem => ({
  code: 'not-json',
  detail: text.trim() === '' ? 'The body is empty.' : 'The body is not valid JSON.',
})

export const invalid = (detail: string, errors: readonly FieldProblem[]): Problem => ({
  code: 'invalid',
  detail,
  errors,
})
