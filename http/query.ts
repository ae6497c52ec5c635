import type { readFields } from '#wire/json/fields'
import { invalid } from '#wire/http/problem'
import { ProblemError, type ServiceContext } from './service.ts'

/** The query string as its parser reads it. Throws a ProblemError that points at every parameter that is wrong. */
export const queryOf = <T>(c: ServiceContext, parse: (given: unknown) => ReturnType<typeof readFields<T>>): T => {
  // A parameter given twice stays a list, which no parser takes: we would have to guess which one is meant.
  const given = Object.entries(c.req.queries()).map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ])
  const query = parse(Object.fromEntries(given))
  if (query.ok) return query.value
  throw new ProblemError(invalid('Some query parameters are not valid.', query.error))
}
