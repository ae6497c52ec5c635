/**
 * OpenAPI 3.1 documents, made from the schemas that check requests. So the description of a field always agrees with
 * how the field is read.
 */
import * as z from 'zod'
import { PROBLEMS, type ProblemCode } from '../problem.ts'
import { SERVICE_ROUTES, type Access, type Route, type Routes } from '../routes.ts'
import { EXAMPLE_DAY, EXAMPLE_SHOP } from './example-shop.ts'
import { EXAMPLE_REQUEST_ID, problemExample } from './problem-examples.ts'
import { PROBLEM_TEXTS, SCOPE_TEXTS } from './problem-texts.ts'
import { RECORDED_ANSWERS } from './recorded-answers.ts'
import type { Published } from './values.ts'

export type OpenApiDocument = {
  readonly info: Json
  readonly paths: Readonly<Record<string, Json>>
  readonly [member: string]: unknown
}

export type Json = { readonly [member: string]: unknown }

export type Api<Table extends Routes> = {
  readonly title: string
  readonly description: string
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly routes: Table
  /** What the document says of each route beside its path, method and access. */
  readonly operations: Operations<Table>
  readonly schemas: Readonly<Record<string, Published>>
  /** Headers that any problem may have. */
  readonly problemHeaders?: Json
}

export type Operation = {
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters?: readonly Json[]
  readonly requestBody?: Json
  /** The answers that are no problems, by status. */
  readonly responses: Json
  /** The problems that may come beside those of access, and those that any request may draw. */
  readonly problems?: readonly ProblemCode[]
  /** The schema of these problems, by default `Problem`. */
  readonly problemSchema?: string
}

type Operations<Table extends Routes> = { readonly [Name in keyof Table]: Operation }

/** The whole document of a service: its own routes, and those that every service has. */
export const openApiDocument = <Table extends Routes>({
  title,
  description,
  tags,
  routes,
  operations,
  schemas,
  problemHeaders = {},
}: Api<Table>): OpenApiDocument => {
  const paths = {
    ...pathsOf(routes, operations, problemHeaders),
    ...pathsOf(PUBLISHED_SERVICE_ROUTES, SERVICE_OPERATIONS, problemHeaders),
  }
  return {
    openapi: '3.1.1',
    info: { title, version: '1', description: `${description}\n\n${COMMON_DESCRIPTION}` },
    // The folder from which the client read the document, so that a stage or a prefix before the paths stays.
    servers: [{ url: '.' }],
    tags: [...tags, { name: 'Service', description: 'The state of the service, and its documents.' }],
    paths,
    components: {
      schemas: componentsOf(schemas),
      headers: usedIn(paths, 'headers', HEADERS),
      parameters: usedIn(paths, 'parameters', CONDITIONAL_PARAMETERS),
      securitySchemes: { token: SECURITY_SCHEME },
    },
  }
}

/** Those components to which the paths refer. */
const usedIn = (paths: Json, kind: string, components: Json): Json => {
  const text = JSON.stringify(paths)
  return Object.fromEntries(
    Object.entries(components).filter(([name]) => text.includes(`"#/components/${kind}/${name}"`)),
  )
}

const pathsOf = <Table extends Routes>(
  routes: Table,
  operations: Operations<Table>,
  problemHeaders: Json,
): Record<string, Json> => {
  const rows = Object.entries<Route>(routes).map(([name, route]) => ({
    route,
    operation: operationOf(name, route, operations[name] as Operation, problemHeaders),
  }))
  const byPath = Map.groupBy(rows, ({ route }) => route.path)
  return Object.fromEntries(
    Array.from(byPath, ([path, ofPath]) => [
      path,
      Object.fromEntries(ofPath.map(({ route, operation }) => [route.method.toLowerCase(), operation])),
    ]),
  )
}

const operationOf = (operationId: string, { access }: Route, operation: Operation, problemHeaders: Json): Json => {
  const { problems = [], problemSchema = 'Problem', responses, ...rest } = operation
  const codes = new Set([...problemsOfAccess(access), ...problems])
  return {
    operationId,
    ...rest,
    security: access === 'open' ? [] : [{ token: [access.scope] }],
    responses: {
      ...mapped(responses as Readonly<Record<string, Json>>, (response, status) =>
        withExamples(response, RECORDED_ANSWERS[operationId]?.[status]),
      ),
      ...problemAnswers([...codes], {
        schema: problemSchema,
        headers: problemHeaders,
        example: (code) => problemExample(code, operationId, access),
      }),
    },
  }
}

/** The response with what the services really answer, in each media type that it has. */
const withExamples = (response: Json, answers: Readonly<Record<string, unknown>> = {}): Json => {
  const content = response['content'] as Readonly<Record<string, Json>> | undefined
  const [first, ...more] = Object.values(answers)
  if (content === undefined || first === undefined) return response
  const examples = more.length === 0 ? { example: first } : { examples: mapped(answers, (value) => ({ value })) }
  return { ...response, content: mapped(content, (media) => ({ ...media, ...examples })) }
}

const mapped = <T, R>(object: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]))

const problemsOfAccess = (access: Access): readonly ProblemCode[] => {
  if (access === 'open') return []
  const hides = access.merchants === 'in-path' || access.merchants === 'of-item'
  return ['unauthenticated', 'forbidden', 'access-unavailable', ...(hides ? (['not-found'] as const) : [])]
}

const SECURITY_SCHEME: Json = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description:
    'A token of the issuer, which names what its holder may do: ' +
    Object.entries(SCOPE_TEXTS)
      .map(([scope, means]) => `\`${scope}\` ${means}`)
      .join('; ') +
    '. For which merchants is not in the token: it is granted, and what is granted or taken away counts within a minute.',
}

export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

export const jsonContent = (name: string, examples: Json = {}): Json => ({
  'application/json': { schema: ref(name), ...examples },
})

/** A response whose JSON body is the schema `name`. */
export const jsonAnswer = (description: string, name: string, headers: Json = {}): Json => ({
  description,
  headers: { ...headers, ...REQUEST_ID },
  content: jsonContent(name),
})

/** References to headers of the document, by the names that they have on the wire. */
export const headers = (...names: readonly (keyof typeof HEADERS)[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** The responses for these problems, by status. `default` holds the problems that any request may get. */
const problemAnswers = (codes: readonly ProblemCode[], parts: ProblemParts): Json => {
  const byStatus = Map.groupBy(codes, (code) => String(PROBLEMS[code].status))
  const answers = Array.from(byStatus, ([status, same]) => [status, problemAnswer(same, parts)])
  return { ...Object.fromEntries(answers), default: problemAnswer(ALWAYS_POSSIBLE, { ...parts, schema: 'Problem' }) }
}

type ProblemParts = {
  /** The name of the schema. */
  readonly schema: string
  readonly headers: Json
  readonly example: (code: ProblemCode) => unknown
}

/** The parameters that a schema of a query takes. */
export const queryParameters = (schema: z.ZodType): readonly Json[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', override: withInt64 })
  return Object.entries(properties).map(([name, property]) => {
    const { description, example, ...bare } = property as Json
    return { name, in: 'query', required: required.includes(name), description, schema: bare, example }
  })
}

export const pathParameter = (name: string, description: string, schema: Json, example: string): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
  example,
})

/** For a client that may have the answer already, or that can wait for a fresh answer. */
export const conditionalParameters = (): readonly Json[] =>
  Object.keys(CONDITIONAL_PARAMETERS).map((name) => ({ $ref: `#/components/parameters/${name}` }))

const componentsOf = (published: Readonly<Record<string, Published>>): Json => {
  const registry = z.registry<{ id: string }>()
  for (const [id, { schema }] of Object.entries(published)) registry.add(schema, { id })
  // The input of a schema describes requests as clients send them, and answers as they are before a client reads them.
  const uri = (id: string) => `#/components/schemas/${id}`
  const { schemas } = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any', uri, override: withInt64 })
  const withoutIds = Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  )
  return Object.fromEntries(
    Object.entries(withoutIds).map(([id, schema]) => {
      const example = published[id]?.example
      const whole = { ...schema, ...discriminatorOf(schema, withoutIds) }
      return [id, example === undefined ? whole : { ...whole, examples: [example] }]
    }),
  )
}

type JsonSchema = z.core.JSONSchema.BaseSchema

// Amounts go up to 2^53 - 1. Without a format, clients in Java and C# would read them into 32 bits.
const withInt64 = ({ jsonSchema }: { readonly jsonSchema: JsonSchema }): void => {
  if (jsonSchema.type === 'integer') jsonSchema.format ??= 'int64'
}

/**
 * The property by whose value a reader tells the alternatives of a `oneOf` apart. JSON Schema needs no such hint. Without
 * it, many generated clients try all alternatives in turn.
 */
const discriminatorOf = ({ oneOf }: JsonSchema, schemas: Readonly<Record<string, JsonSchema>>): Json => {
  if (oneOf === undefined) return {}
  const alternatives = oneOf.map(({ $ref }) => ({ $ref, schema: schemas[$ref?.split('/').at(-1) ?? ''] }))
  const valueOf = (schema: JsonSchema | undefined, name: string): unknown => {
    const property = schema?.properties?.[name]
    return typeof property === 'object' ? property.const : undefined
  }
  const propertyName = Object.keys(alternatives[0]?.schema?.properties ?? {}).find((name) =>
    alternatives.every(({ schema }) => valueOf(schema, name) !== undefined),
  )
  if (propertyName === undefined) throw new Error(`nothing tells apart ${JSON.stringify(oneOf)}`)
  const mapping = alternatives.map(({ $ref, schema }) => [valueOf(schema, propertyName), $ref])
  return { discriminator: { propertyName, mapping: Object.fromEntries(mapping) } }
}

const problemAnswer = (codes: readonly ProblemCode[], { schema, headers: more, example }: ProblemParts): Json => {
  const mayComeAgain = codes.some((code) => RETRY_AFTER.has(code))
  const challenges = codes.some((code) => CHALLENGED.has(code))
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEM_TEXTS[code].means}`).join('\n\n'),
    headers: {
      ...more,
      ...REQUEST_ID,
      ...(mayComeAgain && headers('retry-after')),
      ...(challenges && headers('www-authenticate')),
    },
    content: {
      'application/problem+json': {
        schema: ref(schema),
        examples: Object.fromEntries(
          codes.map((code) => [
            code,
            { summary: PROBLEMS[code].title, description: PROBLEM_TEXTS[code].remedy, value: example(code) },
          ]),
        ),
      },
    },
  }
}

const RETRY_AFTER: ReadonlySet<ProblemCode> = new Set([
  'not-applied-yet',
  'changed-meanwhile',
  'rate-limited',
  'stream-unavailable',
  'too-busy',
  'register-unavailable',
  'access-unavailable',
  'calendar-ended',
  'store-unavailable',
])

const CHALLENGED: ReadonlySet<ProblemCode> = new Set(['unauthenticated', 'forbidden'])

const ALWAYS_POSSIBLE = [
  'malformed-request',
  'refused-by-firewall',
  'too-slow',
  'expectation-failed',
  'headers-too-large',
  'unexpected-error',
] as const satisfies ProblemCode[]

const HEADERS = {
  'x-request-id': {
    description:
      'The id under which our log knows the request. It is the id that you sent, if that had 1 to 64 id characters.',
    required: true,
    schema: { type: 'string' },
    example: EXAMPLE_REQUEST_ID,
  },
  'retry-after': {
    description: 'The seconds to wait before you try again.',
    required: false,
    schema: { type: 'integer', format: 'int64', minimum: 1 },
    example: 1,
  },
  'www-authenticate': {
    description:
      'What is wrong with the token (RFC 6750): `error="invalid_token"`, or `error="insufficient_scope"` with the `scope` ' +
      'that is needed. Without an `error`, the request has no token. Absent where only the grant is missing.',
    required: false,
    schema: { type: 'string' },
    example: 'Bearer realm="daybook", error="insufficient_scope", scope="entries:write"',
  },
  location: {
    description:
      'The absolute URL of the entry in the query API. The query API answers 404 there until the entry is ' +
      'counted. The header is absent when ingest was not told the address of the query API.',
    required: false,
    schema: { type: 'string', format: 'uri' },
    example: `http://127.0.0.1:8788/v1/merchants/${EXAMPLE_SHOP}/days/${EXAMPLE_DAY}/entries/sale-0001`,
  },
  etag: {
    description:
      'The tag changes whenever the answer changes; how fresh the answer is does not matter. Send it back as ' +
      '`If-None-Match`. The tag of a merchant is strong, so ingest also takes it as `If-Match`.',
    required: true,
    schema: { type: 'string' },
    example: '"1"',
  },
  'merchant-etag': {
    description: 'The revision of the merchant, in quotes, for `If-Match`. Absent in a preview.',
    required: false,
    schema: { type: 'string' },
    example: '"3"',
  },
  'cache-control': {
    description:
      '`no-cache`: you may keep the answer, but have to ask before each use whether it has changed. `private`, where a ' +
      'token is needed: only for the caller, which `Vary: Authorization` says as well.',
    required: true,
    schema: { type: 'string' },
    example: 'private, no-cache',
  },
  'daybook-as-of': {
    description: 'When the books were read.',
    required: true,
    schema: { type: 'string', format: 'date-time' },
    example: '2026-11-20T15:00:00.500Z',
  },
  'daybook-applied-through': {
    description:
      "Everything that had arrived on the merchant's shard by this time is applied. Absent when the time is not known.",
    required: false,
    schema: { type: 'string', format: 'date-time' },
    example: '2026-11-20T15:00:00.100Z',
  },
  'preference-applied': {
    description: 'The wait that was taken from `Prefer`. Absent when there was nothing to wait for.',
    required: false,
    schema: { type: 'string' },
    example: 'wait=10',
  },
} as const

const REQUEST_ID = headers('x-request-id')

const CONDITIONAL_PARAMETERS = {
  'if-none-match': {
    name: 'if-none-match',
    in: 'header',
    required: false,
    description: 'ETags that you know. When one of them still holds, the answer is 304 without a body.',
    schema: { type: 'string' },
    example: 'W/"2.bOMYFvyYC2oNdfuI"',
  },
  prefer: {
    name: 'prefer',
    in: 'header',
    required: false,
    description: '`wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).',
    schema: { type: 'string' },
    example: 'wait=10',
  },
}

// Folded, so that a reader comes to the operations first. Markdown needs the blank lines.
const COMMON_DESCRIPTION = `
Amounts are whole minor units: 1250 is 12.50. Every error has a code: [what the codes mean](docs/problems).

<details><summary>Rules for every request</summary>

- Amounts are JSON integers within ±(2^53 − 1), so that every client reads them exactly.
- An entry that is answered 4xx is never counted. An entry that is answered 5xx, or not at all, may be counted, but only
  once: send it again with the same \`entryId\` and the same content.
- Errors are \`application/problem+json\` (RFC 9457). \`code\` is for programs. Where fields are wrong, \`errors\` names each
  of them, with a [code of its own](docs/problems#codes-of-fields).
- A request may carry your own \`x-request-id\`. The answer repeats it, and our log knows the request by it.
- A path that takes GET also takes HEAD. OPTIONS lists the methods of a path. Any other method is answered 405
  \`method-not-allowed\`.
- A body is read as the type that its operation names. Only PATCH looks at \`Content-Type\`, which says what a patch means.

</details>`.trim()

const status = (value: string): Json => ({
  'application/json': {
    schema: { type: 'object', properties: { status: { type: 'string', const: value } }, required: ['status'] },
    example: { status: value },
  },
})

const readiness = (value: 'ready' | 'not-ready'): Json => ({
  'application/json': {
    schema: {
      type: 'object',
      properties: {
        status: { type: 'string', const: value },
        dependencies: {
          type: 'array',
          description: 'Every system that the service needs.',
          items: {
            type: 'object',
            properties: {
              name: { type: 'string', description: 'The system, such as `stream` or `register`.' },
              status: { type: 'string', enum: ['ok', 'failed'] },
              cannot: { type: 'string', description: 'What the service cannot do without it. Absent when it is ok.' },
              reason: { type: 'string', description: 'Why it cannot be used. Absent when it is ok.' },
            },
            required: ['name', 'status'],
          },
        },
      },
      required: ['status', 'dependencies'],
    },
    example: {
      status: value,
      dependencies: [value === 'ready' ? STREAM_OK : STREAM_FAILED, { name: 'register', status: 'ok' }],
    },
  },
})

const STREAM_OK: Json = { name: 'stream', status: 'ok' }
const STREAM_FAILED: Json = {
  name: 'stream',
  status: 'failed',
  cannot: 'accept entries',
  reason: 'no answer within 1.5 s',
}

/** Something that does not change while the service runs. A client that has it need not get it again. */
const kept = (summary: string, description: string, type: string, media: Json): Operation => {
  const keptHeaders = { ...headers('etag', 'cache-control'), ...REQUEST_ID }
  return {
    summary,
    description,
    tags: ['Service'],
    responses: {
      200: { description: summary, headers: keptHeaders, content: { [type]: media } },
      304: { description: 'The answer has not changed since you got the ETag that you sent.', headers: keptHeaders },
    },
  }
}

/** The files of the pages, and the ways that lead people to them, are no part of the contract. */
const { readAsset: _, readRoot: __, readDocsFolder: ___, ...PUBLISHED_SERVICE_ROUTES } = SERVICE_ROUTES

const METRICS_EXAMPLE = `# HELP daybook_ingest_entries_accepted_total Entries that the stream has acknowledged.
# TYPE daybook_ingest_entries_accepted_total counter
daybook_ingest_entries_accepted_total{via="batch"} 4711
`

const SERVICE_OPERATIONS: Operations<typeof PUBLISHED_SERVICE_ROUTES> = {
  isAlive: {
    summary: 'Whether the process is alive',
    description: 'It looks at nothing else: restart a process that does not answer.',
    tags: ['Service'],
    responses: { 200: { description: 'The process is alive.', headers: REQUEST_ID, content: status('ok') } },
  },
  isReady: {
    summary: 'Whether requests can be served',
    description:
      'Asks every system that the service needs. The answer comes within 2 s, whatever hangs. Send requests elsewhere until the answer is 200.',
    tags: ['Service'],
    responses: {
      200: { description: 'Requests can be served.', headers: REQUEST_ID, content: readiness('ready') },
      503: {
        description: 'Some requests cannot be served at the moment: the answer says which and why.',
        headers: REQUEST_ID,
        content: readiness('not-ready'),
      },
    },
  },
  readMetrics: {
    summary: 'Measurements, for Prometheus',
    description: 'About all merchants together, so the token needs a grant of all. A setting opens it to everyone.',
    tags: ['Service'],
    responses: {
      200: {
        description: 'The measurements in the text format of Prometheus.',
        headers: REQUEST_ID,
        content: { 'text/plain': { schema: { type: 'string' }, example: METRICS_EXAMPLE } },
      },
    },
  },
  readDocument: kept(
    'This document',
    'The contract of the service in OpenAPI 3.1. Make a client from it.',
    'application/json',
    {
      schema: { type: 'object' },
      example: { openapi: '3.1.1', info: { title: 'Daybook ingest', version: '1' }, paths: {} },
    },
  ),
  readDocs: kept('A page on which every request can be tried', 'For people. It shows this document.', 'text/html', {
    schema: { type: 'string' },
    example: '<!doctype html>\n<html lang="en">…</html>\n',
  }),
  readProblems: kept(
    'A page that explains the codes of problems',
    'For people. The `type` of each problem leads to its place on this page.',
    'text/html',
    { schema: { type: 'string' }, example: '<!doctype html>\n<html lang="en">…</html>\n' },
  ),
}
