/** Valid JSON values with one thing wrong. */
import type { PublishedApi, Schema } from '#test/http/published-api'
import { Raw, type Json, type Keywords } from './json-schema.ts'

export type Mutant = {
  /** What is wrong, for people. */
  readonly what: string
  /** The names and indexes that lead to the changed place. */
  readonly at: readonly (string | number)[]
  /** The whole value, changed. */
  readonly value: Json
  /**
   * Whether the change is wrong for a reason that no schema says. Otherwise it is wrong only if the schema says so: an
   * unknown member of an object is, except where the object takes any.
   */
  readonly isBeyondSchema: boolean
}

type Change = { readonly what: string; readonly to: Json; readonly isBeyondSchema?: boolean }

/** The mutant of this number. Which place it changes, and how, follow from the two numbers. */
export const mutantOf = (api: PublishedApi, schema: Schema, value: Json, where: number, how: number): Mutant => {
  const places = placesIn(api, schema, value, [])
  const place = places[where % places.length] as Place
  const changes = changesOf(place)
  const { what, to, isBeyondSchema = false } = changes[how % changes.length] as Change
  return { what, at: place.at, value: replaced(value, place.at, to), isBeyondSchema }
}

type Place = { readonly at: readonly (string | number)[]; readonly keywords: Keywords; readonly value: Json }

/** Every place of a value that a schema describes, the whole first. */
const placesIn = (api: PublishedApi, schema: Schema, value: Json, at: Place['at']): Place[] => {
  const keywords: Keywords = api.resolve(schema)
  const choices = keywords.anyOf ?? keywords.oneOf
  if (choices !== undefined) {
    const fitting = choices.find((choice) => api.check(choice)(value) === undefined)
    return placesIn(api, fitting ?? {}, value, at)
  }
  const inner = Object.entries(value !== null && typeof value === 'object' ? value : {}).flatMap(([key, item]) => {
    const name = Array.isArray(value) ? Number(key) : key
    const { items, properties = {}, additionalProperties } = keywords
    const rest = typeof additionalProperties === 'object' ? additionalProperties : {}
    const schema = Array.isArray(value)
      ? (items ?? {})
      : Object.hasOwn(properties, key)
        ? (properties[key] ?? {})
        : rest
    return placesIn(api, schema, item as Json, [...at, name])
  })
  return [{ at, keywords, value }, ...inner]
}

const changesOf = (place: Place): Change[] => [
  ...ofType(place),
  ...ofText(place),
  ...ofNumber(place),
  ...ofArray(place),
  ...ofObject(place),
  { what: 'nested 20,000 deep', to: new Raw('['.repeat(20_000) + ']'.repeat(20_000)) },
  { what: 'nested 1,000 deep, in objects', to: new Raw('{"a":'.repeat(1_000) + '1' + '}'.repeat(1_000)) },
]

const ofType = ({ value }: Place): Change[] =>
  [null, true, 0, 1.5, '', 'text', [], {}, [value], { value }].map((to) => ({ what: 'another type', to }))

const ofText = ({ keywords: { maxLength }, value }: Place): Change[] => {
  if (typeof value !== 'string') return []
  return [
    ...['', '\n', ' ', '~a', '..', 'a b', 'á', '\u0000', '2026-02-30', '2026-11-20T09:30:00', '24:00', '1e9'].map(
      (to) => ({ what: 'another text', to }),
    ),
    { what: 'a line break at the end', to: `${value}\n` },
    { what: 'a space in front', to: ` ${value}` },
    { what: 'other letters', to: value.toUpperCase() },
    // JSON can write it and UTF-8 cannot.
    { what: 'half of a surrogate pair', to: `${value.slice(0, 20)}\ud800`, isBeyondSchema: true },
    { what: 'half of a surrogate pair, alone', to: '\udfff', isBeyondSchema: true },
    ...(maxLength === undefined
      ? []
      : [
          { what: 'too long', to: 'x'.repeat(maxLength + 1) },
          { what: 'too long by code points', to: '\u{1F600}'.repeat(maxLength + 1) },
        ]),
    { what: 'far too long', to: 'x'.repeat(100_000) },
  ]
}

const ofNumber = ({ keywords: { minimum = 0, maximum = 0 }, value }: Place): Change[] => {
  if (typeof value !== 'number') return []
  return [
    { what: 'below the minimum', to: minimum - 1 },
    { what: 'above the maximum', to: maximum + 1 },
    { what: 'no whole number', to: value + 0.5 },
    ...['-0', '1e400', '-1e400', '1e308', '-1', '9007199254740993', '1e-400', '9'.repeat(400)].map((text) => ({
      what: `the number ${text.slice(0, 20)}`,
      to: new Raw(text),
    })),
    // Read as a double it is 1, which the schema takes. The number is not whole.
    { what: 'a number that rounds to a whole one', to: new Raw('1.00000000000000001'), isBeyondSchema: true },
    // Such texts are no JSON, so the whole body is none.
    ...['NaN', '+1', '01', '0x10', '1_000', 'Infinity', '1.', '.5'].map((text) => ({
      what: `the number ${text}`,
      to: new Raw(text),
    })),
  ]
}

const ofArray = ({ keywords: { maxItems }, value }: Place): Change[] => {
  if (!Array.isArray(value)) return []
  const items = value as readonly Json[]
  return [
    { what: 'no items', to: [] },
    ...(maxItems === undefined
      ? []
      : [{ what: 'too many items', to: Array.from({ length: maxItems + 1 }, () => items[0] ?? null) }]),
  ]
}

const ofObject = ({ keywords: { required = [], maxProperties, properties = {} }, value }: Place): Change[] => {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Raw) return []
  const members = value as { readonly [key: string]: Json }
  const without = (name: string) => Object.fromEntries(Object.entries(members).filter(([key]) => key !== name))
  return [
    ...required.map((name) => ({ what: `without ${name}`, to: without(name) })),
    ...['colour', '', 'constructor', 'toString', 'ENTRYID', ...Object.keys(properties).map((name) => `${name} `)].map(
      (name) => ({ what: 'an unknown member', to: { ...members, [name]: 'x' } }),
    ),
    { what: 'a member called __proto__', to: withMembers(members, '"__proto__":{"amount":1}'), isBeyondSchema: true },
    ...(maxProperties === undefined
      ? []
      : [
          {
            what: 'too many members',
            to: Object.fromEntries(Array.from({ length: maxProperties + 1 }, (_, index) => [`k${index}`, 'v'])),
          },
        ]),
    // Of a key that is given twice, the last one counts. What is wrong here is so with the first one only.
    ...Object.keys(members).map((name) => ({
      what: `${name} given twice, the first time wrong`,
      to: new Raw(`{${JSON.stringify(name)}:[null],${jsonMembers(members)}`),
    })),
    ...Object.keys(members).map((name) => ({
      what: `${name} given twice, the second time wrong`,
      to: withMembers(members, `${JSON.stringify(name)}:[[null]]`),
    })),
  ]
}

const withMembers = (members: { readonly [key: string]: Json }, more: string): Raw => {
  const text = JSON.stringify(members)
  return new Raw(text === '{}' ? `{${more}}` : `${text.slice(0, -1)},${more}}`)
}

const jsonMembers = (members: { readonly [key: string]: Json }): string => JSON.stringify(members).slice(1)

const replaced = (value: Json, [first, ...rest]: Place['at'], to: Change['to']): Json => {
  if (first === undefined) return to
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item, index) => (index === first ? replaced(item, rest, to) : item))
  }
  const members = value as { readonly [key: string]: Json }
  return { ...members, [first]: replaced(members[first] as Json, rest, to) }
}
