/** From what zod says of a value to what we say of it: every wrong field by its JSON pointer, a code and a sentence. */
import * as z from 'zod'
import { holdsCardNumber } from '#ledger/card-number'
import { CLIENT_ID, CLIENT_ID_RULE, isClientId } from '#ledger/identifiers'
import { parseCurrency } from '#ledger/money'
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

/** The problems in one line, for those who read logs. */
export const explainFields = (problems: readonly FieldProblem[]): string =>
  problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')

/** What a schema's check says when it fails. */
export const fail = (code: string, message: string) => ({ message, params: { code } })

/** Text of at most `max` code points without lone surrogates. */
export const text = (max: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), fail('not-unicode', 'must not hold half of a surrogate pair'))
    .refine((value) => codePoints(value) <= max, fail('too-long', `must be at most ${max} characters`))
    // For the published document, which sees no refinement; JSON Schema counts code points, too.
    .meta({ maxLength: max })

/** The same, for what clients write for people. It is kept for ever, so it must not hold a card number. */
export const freeText = (max: number) =>
  text(max).refine(
    (value) => !holdsCardNumber(value),
    fail('card-number', 'must not hold the number of a payment card'),
  )

/** Text that has a meaning of its own. A refusal has the parser's code, and the words of `detail`, for each code or for all. */
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

/** An id that a client has made. */
export const clientId = z
  .string()
  .refine(isClientId, fail('malformed', CLIENT_ID_RULE))
  .meta({ pattern: CLIENT_ID.source })

export const currencyCode = parsed(parseCurrency, 'must be an active ISO 4217 code in capitals').meta({
  pattern: '^[A-Z]{3}$',
})

/** Pairs of texts, bounded in number and in length. `valueText` makes the rule of a value. */
export const textPairs = (
  { pairs, key, value }: { pairs: number; key: number; value: number },
  valueText: (max: number) => z.ZodString = text,
) =>
  z
    .custom<Record<string, string>>((given) => typeof given === 'object' && given !== null && !Array.isArray(given), {
      message: 'must be an object of text values',
      params: { code: 'wrong-type' },
      abort: true,
    })
    // zod drops this key without a word, and so does any JavaScript program that assigns it to an object. A client that
    // sends it must not believe that it is kept, and nothing on the way may compute another hash without it.
    .refine((given) => !Object.hasOwn(given, '__proto__'), fail('unknown-field', 'must not have a key "__proto__"'))
    .pipe(z.record(text(key), valueText(value)))
    .refine((given) => Object.keys(given).length <= pairs, fail('too-long', `must have at most ${pairs} pairs`))
    .meta({
      type: 'object',
      maxProperties: pairs,
      propertyNames: { maxLength: key },
      additionalProperties: { type: 'string', maxLength: value },
    })

/**
 * Well-formed, whatever the names in it are: an answer with half of a surrogate pair is one that many clients cannot read.
 * A name that holds a card number is not repeated: the pointer ends at what holds the name.
 */
const pointerTo = (path: readonly PropertyKey[]): string => {
  const names = path.map((key) => String(key).toWellFormed())
  const end = names.findIndex(holdsCardNumber)
  const shown = end === -1 ? names : names.slice(0, end)
  return shown.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

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

// `parseJson` makes NaN or Infinity of a number that is not whole but would have been rounded to a whole one.
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
