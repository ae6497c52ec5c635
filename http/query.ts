import type { readFields } from '#wire/json/fields'
import type { ServiceContext } from './context.ts'
import { orInvalid } from './problem-error.ts'

/** What the parser reads in the query string. Throws a ProblemError that points at every parameter that is wrong. */
export const queryOf = <T>(c: ServiceContext, parse: (given: unknown) => ReturnType<typeof readFields<T>>): T => {
  // Hono's own `queries()` drops a parameter without a name, so it would be passed over.
  const { searchParams } = new URL(c.req.url)
  // A parameter that is given twice stays a list, which every parser refuses: the meant value would be a guess.
  const given = Array.from(new Set(searchParams.keys()), (name) => {
    const values = searchParams.getAll(name)
    return [name, values.length === 1 ? values[0] : values]
  })
  return orInvalid(parse(Object.fromEntries(given)), 'Some query parameters are not valid.')
}
