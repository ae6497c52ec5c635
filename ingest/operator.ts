import type { ServiceContext } from '#http/context'
import type { Operator } from './decide-quarantine.ts'

/** The operator who sent a request: the subject of the token. */
export const operatorOf = (c: ServiceContext): Operator => ({
  by: c.get('access').caller.subject,
  merchants: c.get('merchants'),
})
