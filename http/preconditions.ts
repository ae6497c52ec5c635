/** The conditions that a client sets for a change (RFC 9110, section 13.1). */
import type { FieldProblem } from '#wire/json/fields'
import { invalid } from '#wire/http/problem'
import type { ServiceContext } from './context.ts'
import { isTagList, matchesTag, matchesTagStrongly } from './etag.ts'
import { ProblemError } from './problem-error.ts'

/** Both headers as the client sent them. */
export type Preconditions = { readonly ifMatch?: string; readonly ifNoneMatch?: string }

/**
 * Throws a ProblemError for a header that is not a list of tags: ignoring it could overwrite what the client protects.
 */
export const preconditionsOf = (c: ServiceContext): Preconditions => {
  const ifMatch = c.req.header('if-match')
  const ifNoneMatch = c.req.header('if-none-match')
  const errors = Object.entries({ 'if-match': ifMatch, 'if-none-match': ifNoneMatch })
    .filter(([, tags]) => tags !== undefined && !isTagList(tags))
    .map(([name]): FieldProblem => ({ pointer: `/${name}`, code: 'not-an-etag', detail: MUST_BE_TAGS }))
  if (errors.length > 0) throw new ProblemError(invalid('A precondition cannot be read.', errors))
  return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) }
}

/** Whether the preconditions hold for a resource with this tag; undefined when the resource does not exist. */
export const preconditionsHold = ({ ifMatch, ifNoneMatch }: Preconditions, etag: string | undefined): boolean =>
  etag === undefined
    ? ifMatch === undefined
    : (ifMatch === undefined || matchesTagStrongly(ifMatch, etag)) && !matchesTag(ifNoneMatch, etag)

const MUST_BE_TAGS = 'must be * or a list of ETags as they were answered, with their double quotes: "3"'
