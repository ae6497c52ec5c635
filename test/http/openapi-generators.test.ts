/**
 * What generators of clients need of the documents beyond validity. Each rule was broken once, and a generator then left a
 * route out or wrote a client that did not compile: docs/client-generators.md. `npm run test:generators` runs them.
 */
import { describe, expect, test } from 'vitest'
import type { OpenApiDocument } from '#wire/http/openapi/document'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { queryDocument } from '#wire/http/openapi/query-document'
import { publishedApi } from './published-api.ts'

type Node = { readonly [keyword: string]: unknown }

type Place = { readonly at: string; readonly schema: Node }

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keywords that hold schemas by names, in a list, or alone. */
const NAMED = ['properties', 'patternProperties', '$defs']
const LISTED = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const ALONE = ['items', 'additionalProperties', 'propertyNames', 'not']

const withInner = (at: string, schema: Node): Place[] => {
  const inner = [
    ...NAMED.flatMap((keyword) =>
      Object.entries((schema[keyword] ?? {}) as Node).map(([name, value]) => [`${keyword}/${name}`, value] as const),
    ),
    ...LISTED.flatMap((keyword) =>
      ((schema[keyword] ?? []) as unknown[]).map((value, index) => [`${keyword}/${index}`, value] as const),
    ),
    ...ALONE.map((keyword) => [keyword, schema[keyword]] as const),
  ]
  return [{ at, schema }, ...inner.flatMap(([path, value]) => (isNode(value) ? withInner(`${at}/${path}`, value) : []))]
}

/** Every schema of a document, in components, parameters, headers and bodies. Examples hold none. */
const schemasOf = (node: unknown, at = '#'): Place[] => {
  if (Array.isArray(node)) return node.flatMap((value, index) => schemasOf(value, `${at}/${index}`))
  if (!isNode(node)) return []
  return Object.entries(node).flatMap(([key, value]) => {
    const path = `${at}/${key}`
    if (key === 'example' || key === 'examples') return []
    if (key === 'schema' && isNode(value)) return withInner(path, value)
    if (key === 'schemas' && isNode(value))
      return Object.entries(value).flatMap(([name, schema]) => withInner(`${path}/${name}`, schema as Node))
    return schemasOf(value, path)
  })
}

type Response = { readonly headers?: Node; readonly content?: Record<string, Node> }

const responsesOf = ({ paths }: OpenApiDocument) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap((operation) =>
      Object.entries((operation as { responses: Record<string, Response> }).responses).map(([status, response]) => ({
        where: `${(operation as { operationId: string }).operationId} ${status}`,
        status,
        response,
      })),
    ),
  )

/** The name that a generator makes of a name on the wire: the words joined, without regard to how. */
const identifier = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase()

describe.each([
  { service: 'ingest', made: ingestDocument() },
  { service: 'the query API', made: queryDocument() },
])('in the document of $service', ({ made }) => {
  const document = JSON.parse(JSON.stringify(made)) as OpenApiDocument
  const schemas = schemasOf(document)
  const places = (matches: (schema: Node) => boolean) =>
    schemas.filter(({ schema }) => matches(schema)).map(({ at }) => at)

  test('schemas are found wherever they stand', () => {
    const kinds = ['#/components/schemas', '#/components/headers', '#/paths'].map((start) =>
      schemas.some(({ at }) => at.startsWith(start)),
    )
    expect([schemas.length > 200, ...kinds]).toEqual([true, true, true, true])
  })

  test('every constant and every list of values has a type', () => {
    expect(places((schema) => ('const' in schema || 'enum' in schema) && schema['type'] === undefined)).toEqual([])
  })

  test('every code to which more may be added is open text, and lists the codes of today for programs', () => {
    const isCode = /\/properties\/(code|reason)$/
    const named = (document['components'] as { schemas: Record<string, Node> }).schemas
    const codes = schemas
      .filter(({ at, schema }) => isCode.test(at) && typeof schema['$ref'] === 'string')
      .map(({ schema }) => named[(schema['$ref'] as string).split('/').at(-1) ?? ''] ?? {})
    expect(codes.length).toBeGreaterThan(2)
    for (const { type, description, ...code } of codes) {
      const known = code['x-extensible-enum'] as string[]
      expect([type, 'enum' in code, known.length > 5]).toEqual(['string', false, true])
      expect(known.filter((value) => !String(description).includes(`\n- \`${value}\`: `))).toEqual([])
    }
  })

  test('only values that a client has to tell apart are closed lists', () => {
    const closed = places((schema) => 'enum' in schema)
      .filter((at) => at.startsWith('#/components/schemas/'))
      .map((at) =>
        at
          .replace(/\/anyOf\/\d$/, '')
          .split('/')
          .at(-1),
      )
    const expected = ['direction', 'lateEntries', 'method', 'size', 'status']
    expect(closed.filter((name) => !expected.includes(name ?? ''))).toEqual([])
  })

  test('every integer is one of 64 bits, and no number is a fraction', () => {
    const isOther = ({ type, format }: Node) =>
      type === 'number' || ([type].flat().includes('integer') && format !== 'int64')
    expect(places(isOther)).toEqual([])
  })

  test('every object of an answer or a body that has properties has a name of its own, but the two words of health', () => {
    const isInside = ({ at, schema }: Place) =>
      'properties' in schema && !/^#\/components\/schemas\/\w+$|^#\/paths\/\/(healthz|readyz)\//.test(at)
    expect(schemas.filter(isInside).map(({ at }) => at)).toEqual([])
  })

  test('every choice of objects says which property tells them apart, with its value for each', () => {
    const named = (document['components'] as { schemas: Record<string, { properties: Record<string, Node> }> }).schemas
    const choices = schemas.filter(({ schema }) => 'oneOf' in schema)
    expect(choices.length).toBeGreaterThan(0)
    for (const { at, schema } of choices) {
      const { propertyName, mapping } = schema['discriminator'] as {
        propertyName: string
        mapping: Record<string, string>
      }
      const values = (schema['oneOf'] as { $ref: string }[]).map(({ $ref }) => [
        named[$ref.split('/').at(-1) ?? '']?.properties[propertyName]?.['const'],
        $ref,
      ])
      expect(mapping, at).toEqual(Object.fromEntries(values))
    }
  })

  test('a response that any request may get is the same everywhere', () => {
    const defaults = responsesOf(document).filter(({ status }) => status === 'default')
    expect(defaults.length).toBeGreaterThan(10)
    expect(new Set(defaults.map(({ response }) => JSON.stringify(response))).size).toBe(1)
  })

  test('every problem has the same headers, besides those that its status brings', () => {
    const ofStatus = new Set(['retry-after', 'www-authenticate'])
    const sets = responsesOf(document)
      .filter(({ response }) => 'application/problem+json' in (response.content ?? {}))
      .map(({ response }) =>
        Object.keys(response.headers ?? {})
          .filter((name) => !ofStatus.has(name))
          .toSorted(),
      )
    expect(new Set(sets.map((names) => names.join())).size).toBe(1)
  })

  test('every body that is read line by line is bytes, not one text', () => {
    const bodies = schemas.filter(({ at }) => at.includes('/application/x-ndjson/'))
    expect(bodies.map(({ schema }) => schema)).toEqual(bodies.map(() => ({ type: 'string', format: 'binary' })))
  })

  test('the parameters of an operation have different names in every language', () => {
    for (const { operationId, parameters } of publishedApi(made).operations) {
      const names = parameters.map((parameter) =>
        identifier((parameter as { 'x-go-name'?: string })['x-go-name'] ?? parameter.name),
      )
      expect(names, operationId).toEqual([...new Set(names)])
    }
  })
})
