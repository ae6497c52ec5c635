/**
 * Values by a JSON schema (2020-12), for the part of it that our documents use. A keyword that is not known here is
 * refused, because values made without it would be called valid and might not be.
 */
import * as fc from 'fast-check'
import type { PublishedApi, Schema } from '#test/http/published-api'

/** JSON, or a text that stands in its place as it is. */
export type Json = null | boolean | number | string | Raw | readonly Json[] | { readonly [key: string]: Json }

/** JSON that no value can say: a key that stands there twice, a number beyond every double. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export const jsonTextOf = (value: Json): string => {
  if (value instanceof Raw) return value.text
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(jsonTextOf).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${jsonTextOf(inner)}`)
  return `{${members.join(',')}}`
}

export type Known = ReadonlyMap<string, readonly unknown[]>

/** Valid values. Under the names in `known`, most values are those of the list. */
export const valuesOf = (api: PublishedApi, known: Known): ((schema: Schema, name?: string) => fc.Arbitrary<Json>) => {
  const byName = (schema: Schema, name: string): fc.Arbitrary<Json> => {
    const errorsOf = api.check(schema)
    const values = (known.get(name) ?? []).filter((value) => errorsOf(value) === undefined) as Json[]
    const any = byKeywords(api.resolve(schema))
    return values.length === 0 ? any : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, any)
  }

  const byKeywords = (schema: Schema): fc.Arbitrary<Json> => {
    refuseUnknown(schema)
    const { const: only, enum: listed, anyOf, oneOf, type, $ref } = schema as Keywords
    if ($ref !== undefined) return byKeywords(api.resolve(schema))
    if (only !== undefined) return fc.constant(only)
    if (listed !== undefined) return fc.constantFrom(...listed)
    const choices = anyOf ?? oneOf
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => byKeywords(api.resolve(choice))))
    switch (type) {
      case 'string':
        return text(schema)
      case 'integer':
        return integer(schema)
      case 'boolean':
        return fc.boolean()
      case 'null':
        return fc.constant(null)
      case 'array':
        return array(schema)
      case 'object':
        return object(schema)
      default:
        throw new Error(`the fuzzer makes no values of type ${String(type)}`)
    }
  }

  const text = (schema: Schema): fc.Arbitrary<string> => {
    const { pattern, format, minLength, maxLength } = schema as Keywords
    const errorsOf = api.check(schema)
    if (pattern !== undefined) {
      // A format beside a pattern says more than the pattern: that a date exists.
      return fc.stringMatching(new RegExp(pattern)).filter((value) => errorsOf(value) === undefined)
    }
    if (format === 'date') return fc.date({ min: FIRST_DAY, max: LAST_DAY, noInvalidDate: true }).map(dayText)
    if (format !== undefined) throw new Error(`the fuzzer makes no texts of format ${format}`)
    const bounds = { minLength: minLength ?? 0, maxLength: maxLength ?? 80 }
    return fc.oneof(fc.string(bounds), fc.string({ unit: CODE_POINT, ...bounds }))
  }

  const integer = (schema: Schema): fc.Arbitrary<number> => {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema as Keywords
    return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
  }

  const array = (schema: Schema): fc.Arbitrary<Json> => {
    const { items = {}, minItems = 0, maxItems = MOST_ITEMS } = schema as Keywords
    return fc.array(byKeywords(api.resolve(items)), { minLength: minItems, maxLength: Math.min(maxItems, MOST_ITEMS) })
  }

  const object = (schema: Schema): fc.Arbitrary<Json> => {
    const { properties = {}, required = [], additionalProperties, propertyNames, maxProperties } = schema as Keywords
    if (typeof additionalProperties === 'object') {
      const keys = byKeywords({ type: 'string', ...propertyNames }) as fc.Arbitrary<string>
      return fc.dictionary(
        keys.filter((key) => key !== '__proto__'),
        byKeywords(additionalProperties),
        { maxKeys: maxProperties ?? MOST_ITEMS, noNullPrototype: true },
      )
    }
    const fields = Object.entries(properties).map(([name, property]) => [name, byName(property, name)] as const)
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true })
  }

  return (schema, name = '') => byName(schema, name)
}

// Not the unit `binary` of fast-check, which first makes a table of all of them.
const CODE_POINT = fc
  .nat(0x10ffff - 0x800)
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800))

// The days that the answers of the query API can name.
const FIRST_DAY = new Date('0001-01-01T00:00:00Z')
const LAST_DAY = new Date('9998-12-31T00:00:00Z')
const MOST_ITEMS = 4

const dayText = (date: Date): string => date.toISOString().slice(0, 10)

export type Keywords = {
  readonly $ref?: string
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly type?: string
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly propertyNames?: Schema
  readonly maxProperties?: number
}

const KEYWORDS: Readonly<Record<keyof Keywords, true>> = {
  $ref: true,
  const: true,
  enum: true,
  anyOf: true,
  oneOf: true,
  type: true,
  pattern: true,
  format: true,
  minLength: true,
  maxLength: true,
  minimum: true,
  maximum: true,
  items: true,
  minItems: true,
  maxItems: true,
  properties: true,
  required: true,
  additionalProperties: true,
  propertyNames: true,
  maxProperties: true,
}

/** Keywords that say nothing of which values are valid. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'default', 'examples'])

const refuseUnknown = (schema: Schema): void => {
  const unknown = Object.keys(schema).filter(
    (keyword) => !Object.hasOwn(KEYWORDS, keyword) && !ANNOTATIONS.has(keyword),
  )
  if (unknown.length > 0) {
    throw new Error(
      `a schema of a request uses ${unknown.join(', ')}, which test/fuzz/json-schema.ts does not know: ` +
        'teach it to make values by that keyword',
    )
  }
}
