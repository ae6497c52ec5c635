import type { ServiceContext } from '#http/context'
import { ProblemError } from '#http/problem-error'
import { CLIENT_ID_RULE, isClientId } from '#ledger/identifiers'
import type { FieldProblem } from '#wire/json/fields'
import { invalid } from '#wire/http/problem'

/** Who asks, for the record of what was done: until there are tokens, whoever they say they are. */
export const operatorOf = (c: ServiceContext): string => {
  const named = c.req.header('x-operator')
  if (named === undefined) return 'unknown'
  // Refused rather than forgotten: an action that is kept under no name cannot be given one later.
  if (!isClientId(named)) throw new ProblemError(invalid('The header names nobody.', [MALFORMED_NAME]))
  return named
}

const MALFORMED_NAME: FieldProblem = {
  pointer: '/x-operator',
  code: 'malformed',
  detail: CLIENT_ID_RULE,
}
