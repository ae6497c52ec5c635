/** Holds real answers against a published OpenAPI document: what it does not say, or says otherwise, fails. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import type { OpenApiDocument } from '#wire/http/openapi/document'

type Schema = Record<string, unknown>
type Content = Record<string, { schema: Schema; examples?: Record<string, { value: unknown }> }>
type Documented = { headers?: Record<string, { $ref: string }>; content?: Content }
type Operation = {
  operationId: string
  requestBody?: { content: Content }
  responses: Record<string, Documented>
}

type Components = { schemas: Record<string, Schema>; headers: Record<string, { required: boolean }> }

/** One of the answers that an operation may give; a problem with its code. */
export type Seen = { operationId: string; status: string; code?: string }

export const publishedDocument = (made: OpenApiDocument) => {
  // As clients get it.
  const document = JSON.parse(JSON.stringify(made)) as Record<string, unknown>
  const components = document['components'] as Components
  const paths = document['paths'] as Record<string, Record<string, Operation>>
  const asPublished = compiler(document)
  // What answers more than is said is wrong here, though clients have to bear it.
  const closed = compiler({ ...document, components: closedCopy(components) })

  const operationOf = (method: string, path: string): Operation => {
    const matching = Object.keys(paths).filter((template) => templatePattern(template).test(path))
    // Where several match, the one with the fewest parameters is meant, as in the routers.
    const [template = ''] = matching.toSorted((a, b) => a.split('{').length - b.split('{').length)
    const operation = paths[template]?.[method.toLowerCase()]
    if (operation === undefined) expect.fail(`${method} ${path} is not documented`)
    return operation
  }

  return {
    document,
    paths,
    schemas: components.schemas,
    /** What is wrong with a value by a schema of the document; undefined when nothing is. */
    errorsOf: (name: string, value: unknown) => asPublished(`#/components/schemas/${name}`, value),
    /** The same, and wrong is also what the schema does not know. */
    strayOf: (name: string, value: unknown) => closed(`#/components/schemas/${name}`, value),

    /** Fails when the document does not say the answer; returns which of its responses it is. */
    async check(method: string, path: string, response: Response): Promise<Seen> {
      const operation = operationOf(method, path.split('?', 1)[0] ?? '')
      const status = String(response.status)
      const where = `${method} ${path} ${status}`
      const key = status in operation.responses ? status : 'default'
      const documented = operation.responses[key]
      if (documented === undefined) expect.fail(`${where} is not documented`)

      for (const name of response.headers.keys()) {
        if (TOLD_OF.test(name)) expect(Object.keys(documented.headers ?? {}), where).toContain(name)
      }
      for (const [name, { $ref }] of Object.entries(documented.headers ?? {})) {
        const required = components.headers[$ref.split('/').at(-1) ?? '']?.required
        expect(required === false || response.headers.has(name), `${where} has ${name}`).toBe(true)
      }

      const text = await response.text()
      const { content } = documented
      if (content === undefined) {
        expect(text, where).toBe('')
        return { operationId: operation.operationId, status: key }
      }
      const type = response.headers.get('content-type')?.split(';', 1)[0] ?? ''
      const said = content[type]
      if (said === undefined) expect.fail(`${where} says ${type}, not ${Object.keys(content).join(' or ')}`)
      if (!/[/+]json$/.test(type)) return { operationId: operation.operationId, status: key }

      const body: unknown = JSON.parse(text)
      const pointer = `#${pointerTo(['paths', ...pathOf(paths, operation), 'responses', key, 'content', type, 'schema'])}`
      expect(closed(pointer, body), where).toBeUndefined()
      if (type !== 'application/problem+json') return { operationId: operation.operationId, status: key }
      const { code } = body as { code: string }
      expect(Object.keys(said.examples ?? {}), `${where} may be ${code}`).toContain(code)
      return { operationId: operation.operationId, status: key, code }
    },

    /** Every response of every operation, a problem once for each of its codes; but `default`, which any request may draw. */
    promised(): Seen[] {
      return Object.values(paths).flatMap((methods) =>
        Object.values(methods).flatMap(({ operationId, responses }) =>
          Object.entries(responses).flatMap(([status, { content }]): Seen[] => {
            const codes = Object.keys(content?.['application/problem+json']?.examples ?? {})
            if (status === 'default') return []
            return codes.length === 0 ? [{ operationId, status }] : codes.map((code) => ({ operationId, status, code }))
          }),
        ),
      )
    },
  }
}

/** Each once, in an order of their own. */
export const distinct = (answers: readonly Seen[]): string[] =>
  [...new Set(answers.map(({ operationId, status, code = '' }) => `${operationId} ${status} ${code}`.trimEnd()))]
    // `default` is what any request may draw.
    .filter((answer) => !answer.includes(' default'))
    .toSorted()

/** Headers that clients rely on; of the others, such as those for browsers, the document says nothing. */
const TOLD_OF = /^(etag|location|retry-after|www-authenticate|preference-applied|x-request-id|daybook-.*)$/

const compiler = (document: object) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'document', ...document })
  return (pointer: string, value: unknown): object[] | undefined => {
    const validate = ajv.getSchema(`document${pointer}`)
    if (validate === undefined) throw new Error(`no schema at ${pointer}`)
    return validate(value) === true ? undefined : (validate.errors ?? [])
  }
}

/** The same, in which no object may have a property that its schema does not list. */
const closedCopy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closedCopy)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closedCopy(inner)]))
  return copy['type'] === 'object' && 'properties' in copy ? { additionalProperties: false, ...copy } : copy
}

const pathOf = (paths: Record<string, Record<string, Operation>>, wanted: Operation): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => (operation === wanted ? [path, method] : [])),
  )

const pointerTo = (parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

const templatePattern = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
