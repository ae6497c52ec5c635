/** From what zod says of a value to what we say of it: every wrong field by its JSON pointer, a code and a sentence. */
import * as z from 'zod'
import { ok, refuse, type Result } from '#ledger/result'

/** One wrong field. `pointer` is an RFC 6901 pointer into the request body. */
export type FieldProblem = { readonly pointer: string; readonly code: string; readonly detail: string }

/** The value by its schema, or everything that is wrong with it. */
export const readFields = <T>(schema: z.ZodType<T>, value: unknown): Result<T, readonly FieldProblem[]> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const problems = parsed.error.issues.flatMap((issue) => fieldProblems(issue, value))
  // zod's own bound on integers fails together with ours; ours, the later one, says what we ask for.
  const distinct = new Map(problems.map((problem) => [`${problem.pointer} ${problem.code}`, problem]))
  return refuse([...distinct.values()].slice(0, MOST_PROBLEMS))
}

// Enough to mend a request by; a body full of unknown fields must not draw an answer many times its size.
const MOST_PROBLEMS = 50

/** What a schema's check says when it fails. */
export const fail = (code: string, message: string) => ({ message, params: { code } })

/** Text of at most `max` code points without lone surrogates. */
export const text = (max: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), fail('not-unicode', 'must not hold half of a surrogate pair'))
    .refine((value) => codePoints(value) <= max, fail('too-long', `must be at most ${max} characters`))

/** Text that has a meaning of its own. Refused under the code that its parser gives, in words of that code's or of all. */
export const parsed = <T, Code extends string>(
  parse: (text: string) => Result<T, Code>,
  detail: string | Readonly<Record<Code, string>>,
) =>
  z.string().transform((text, context) => {
    const value = parse(text)
    if (value.ok) return value.value
    const message = typeof detail === 'string' ? detail : detail[value.error]
    context.addIssue({ code: 'custom', ...fail(value.error, message) })
    return z.NEVER
  })

export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

// A text has at most as many code points as code units, so the usual short one is never taken apart.
const codePoints = (value: string): number => (value.length <= 40 ? value.length : Array.from(value).length)

const fieldProblems = (issue: z.core.$ZodIssue, value: unknown): FieldProblem[] => {
  const at = (code: string, detail: string, path = issue.path): FieldProblem => ({
    pointer: pointerTo(path),
    code,
    detail,
  })
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => at('unknown-field', 'is not a field of this request', [...issue.path, key]))
    case 'invalid_type':
      return valueAt(value, issue.path) === undefined
        ? [at('missing', 'is required')]
        : issue.expected === 'int' || isInexact(valueAt(value, issue.path))
          ? [at('not-an-integer', 'must be a whole number')]
          : [at('wrong-type', `must be ${nameOf(issue.expected)}`)]
    case 'invalid_value':
      return valueAt(value, issue.path) === undefined
        ? [at('missing', 'is required')]
        : [at('not-allowed', `must be one of ${issue.values.join(', ')}`)]
    case 'invalid_key':
      return issue.issues.flatMap((inner) => fieldProblems({ ...inner, path: issue.path }, value))
    case 'custom':
      return [at(String(issue.params?.['code'] ?? 'malformed'), issue.message)]
    default:
      return [at(CODES[issue.code] ?? 'malformed', issue.message)]
  }
}

// What `parseJson` makes of a number that is not whole, though it would have been rounded to one.
const isInexact = (value: unknown): boolean => typeof value === 'number' && !Number.isFinite(value)

const CODES: Readonly<Record<string, string>> = { too_small: 'out-of-range', too_big: 'out-of-range' }

const nameOf = (type: string): string =>
  ({
    string: 'text',
    object: 'an object',
    record: 'an object',
    array: 'an array',
    number: 'a number',
    int: 'an integer',
  })[type] ?? type

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  )
