import type { ServiceContext } from '#http/context'
import { ProblemError } from '#http/problem-error'
import { CLIENT_ID_RULE, isClientId } from '#ledger/identifiers'
import type { FieldProblem } from '#wire/json/fields'
import { invalid } from '#wire/http/problem'

/**
 * The name of the operator, for the item's list of actions. Until there are tokens, it is the name that the client
 * sends.
 */
export const operatorOf = (c: ServiceContext): string => {
  const named = c.req.header('x-operator')
  if (named === undefined) return 'unknown'
  // A malformed name is refused, not ignored: an action that is stored without a name cannot be given one later.
  if (!isClientId(named)) throw new ProblemError(invalid('The header x-operator is not valid.', [MALFORMED_NAME]))
  return named
}

const MALFORMED_NAME: FieldProblem = {
  pointer: '/x-operator',
  code: 'malformed',
  detail: CLIENT_ID_RULE,
}
