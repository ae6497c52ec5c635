/** The examples of both documents: there for everything, valid by their schemas, and what the services really answer. */
import { describe, expect, test } from 'vitest'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { FIELD_TEXTS } from '#wire/http/openapi/problem-texts'
import { queryDocument } from '#wire/http/openapi/query-document'
import { exampleAnswers } from './example-answers.ts'
import { publishedApi, type Schema } from './published-api.ts'

type Media = {
  readonly schema: Schema
  readonly example?: unknown
  readonly examples?: Record<string, { value: unknown }>
}
type Described = { readonly description?: string; readonly schema: Schema; readonly example?: unknown }
type Answer = { readonly headers?: Record<string, Described>; readonly content?: Record<string, Media> }
type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly (Described & { readonly name: string })[]
  readonly requestBody?: { readonly description?: string; readonly content: Record<string, Media> }
  readonly responses: Record<string, Answer & { readonly description: string }>
}

describe.each([
  { service: 'ingest', made: ingestDocument() },
  { service: 'the query API', made: queryDocument() },
])('the document of $service', ({ made }) => {
  const api = publishedApi(made)
  const document = api.document as { components: Record<string, Record<string, unknown>> }

  /** The same object, or the one that it refers to. */
  const resolved = <T>(object: T): T => {
    const reference = (object as { $ref?: string }).$ref
    const [kind = '', name = ''] = reference?.split('/').slice(-2) ?? []
    return reference === undefined ? object : (document.components[kind]?.[name] as T)
  }
  const operations = Object.values(made.paths).flatMap((methods) => Object.values(methods) as Operation[])
  const examplesOf = ({ example, examples }: Media): readonly unknown[] =>
    example === undefined ? Object.values(examples ?? {}).map(({ value }) => value) : [example]

  /** What is wrong with an example of a body: each line of NDJSON and each event is looked at by itself. */
  const faultsOf = (type: string, { schema }: Media, example: unknown): (string | undefined)[] => {
    const named = (name: string) => ({ $ref: `#/components/schemas/${name}` })
    if (type === 'application/x-ndjson') {
      const lines = String(example).trimEnd().split('\n')
      const isRequest = String(example).startsWith('{"entryId"')
      return lines.map((line) => api.checkAnswer(named(isRequest ? 'Entry' : 'StreamAnswer'))(JSON.parse(line)))
    }
    if (type === 'text/event-stream') {
      const events = Array.from(String(example).matchAll(/^data: (.*)$/gm), ([, data = '']) => data)
      expect(events).not.toEqual([])
      return events.map((data) => api.checkAnswer(named('Day'))(JSON.parse(data)))
    }
    return [api.checkAnswer(schema)(example)]
  }

  test('describes every operation', () => {
    const silent = operations.filter(({ summary, description }) => !summary || !description)
    expect(silent.map(({ operationId }) => operationId)).toEqual([])
  })

  test('describes every parameter and header, with an example that its schema takes', () => {
    const described = operations.flatMap(({ operationId, parameters = [], responses }) => [
      ...parameters.map(resolved).map((parameter) => [`${operationId} ${parameter.name}`, parameter] as const),
      ...Object.entries(responses).flatMap(([status, { headers = {} }]) =>
        Object.entries(headers).map(
          ([name, header]) => [`${operationId} ${status} ${name}`, resolved(header)] as const,
        ),
      ),
    ])
    expect(described.length).toBeGreaterThan(50)
    for (const [where, { description, schema, example }] of described) {
      expect(description, where).toBeTruthy()
      expect(example, where).toBeDefined()
      expect(api.check(schema)(example), where).toBeUndefined()
    }
  })

  test('has an example for every body, of each status and media type, and each is as its schema says', () => {
    const bodies = operations.flatMap(({ operationId, requestBody, responses }) => [
      ...Object.entries(requestBody?.content ?? {}).map(
        ([type, media]) => [`${operationId} body`, type, media] as const,
      ),
      ...Object.entries(responses).flatMap(([status, { content = {} }]) =>
        Object.entries(content).map(([type, media]) => [`${operationId} ${status}`, type, media] as const),
      ),
    ])
    expect(bodies.length).toBeGreaterThan(50)
    for (const [where, type, media] of bodies) {
      const examples = examplesOf(media)
      expect(examples, `${where} ${type}`).not.toEqual([])
      for (const example of examples) {
        expect(faultsOf(type, media, example).filter(Boolean), `${where} ${type}`).toEqual([])
      }
    }
  })

  test('has examples of schemas that are what they are examples of', () => {
    for (const [name, schema] of Object.entries(document.components['schemas'] ?? {})) {
      const { examples = [] } = schema as { examples?: readonly unknown[] }
      for (const example of examples) {
        expect(api.checkAnswer({ $ref: `#/components/schemas/${name}` })(example), name).toBeUndefined()
      }
    }
  })

  test('shows in each example of `invalid` which fields are wrong, and why', () => {
    const invalid = operations.flatMap(({ operationId, responses }) => {
      const { examples = {} } = responses['422']?.content?.['application/problem+json'] ?? {}
      return examples['invalid'] === undefined ? [] : [[operationId, examples['invalid'].value] as const]
    })
    expect(invalid.length).toBeGreaterThan(5)
    for (const [operationId, problem] of invalid) {
      const { errors } = problem as { errors: Record<string, string>[] }
      expect(errors, operationId).toEqual([
        { pointer: expect.stringMatching(/^\//), code: expect.any(String), detail: expect.stringMatching(/./) },
      ])
      expect(Object.keys(FIELD_TEXTS)).toContain(errors[0]?.['code'])
    }
  })
})

test('the examples of answers are what the services answer to the examples of requests', async () => {
  const answers = JSON.stringify(await exampleAnswers(), null, 2)
  const text = `${HEADER}export const RECORDED_ANSWERS: RecordedAnswers = ${answers}\n`
  await expect(text).toMatchFileSnapshot('../../wire/http/openapi/recorded-answers.ts')
})

const HEADER = `/**
 * What both services answer to the requests that the documents give as examples. Written by a test:
 * npm test -- test/http/openapi-examples --update
 */
type RecordedAnswers = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>

`
