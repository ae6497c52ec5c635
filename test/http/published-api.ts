/** A published OpenAPI document as tests need it: its operations, and checks of values by its schemas. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

export type Schema = { readonly [keyword: string]: unknown }

export type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
}

export type Operation = {
  readonly operationId: string
  /** In capitals. */
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body?: { readonly type: string; readonly schema: Schema; readonly required: boolean }
  readonly isOpen: boolean
  /** By status, or `default`. */
  readonly responses: ReadonlyMap<string, DocumentedResponse>
  /** Every method of the path. */
  readonly methodsOfPath: readonly string[]
}

export type DocumentedResponse = {
  /** By name, in small letters: whether each answer has it, and what is wrong with a value. */
  readonly headers: ReadonlyMap<string, { readonly required: boolean; readonly errorsOf: Check }>
  /** By media type. None: the answer has no body. */
  readonly content: ReadonlyMap<string, Check>
  /** The codes that a problem of this status may have. */
  readonly codes: ReadonlySet<string>
  /** An example of a problem for each of these. */
  readonly problems: readonly ExampleProblem[]
}

type ExampleProblem = { readonly code: string; readonly detail: string }

/** What is wrong with a value, or undefined. */
type Check = (value: unknown) => string | undefined

export type PublishedApi = {
  /** As clients get it. */
  readonly document: Record<string, unknown>
  readonly operations: readonly Operation[]
  /** The schema itself, or the one that it refers to. */
  resolve(schema: Schema): Schema
  /** What is wrong with a value that a client sends. */
  check(schema: Schema): Check
  /** What is wrong with a value that a client gets: also what the schema does not list. */
  checkAnswer(schema: Schema): Check
}

/** Reads the document as clients get it. Throws when it uses something that this reader does not know. */
export const publishedApi = (made: object): PublishedApi => {
  const document = JSON.parse(JSON.stringify(made)) as Document & Record<string, unknown>
  const { components } = document
  const taken = checker(components.schemas)
  const closedChecker = checker(closed(components.schemas) as Document['components']['schemas'])
  const answered = (schema: Schema): Check => closedChecker(closed(schema) as Schema)

  const resolve = (schema: Schema): Schema => {
    const { $ref } = schema
    return typeof $ref === 'string' ? known(components.schemas, nameIn($ref)) : schema
  }

  const headerOf = (given: WithRef<Header>) => {
    const header = '$ref' in given ? known(components.headers, nameIn(given.$ref)) : given
    // A header is text. One that the schema calls a number is read as one.
    const read = (text: unknown) => (header.schema['type'] === 'integer' ? Number(text) : text)
    return { required: header.required === true, errorsOf: (text: unknown) => taken(header.schema)(read(text)) }
  }

  const responseOf = ({ headers = {}, content = {} }: ResponseObject): DocumentedResponse => ({
    headers: new Map(Object.entries(headers).map(([name, header]) => [name.toLowerCase(), headerOf(header)])),
    // Compiled only when such an answer comes.
    content: new Map(Object.entries(content).map(([type, { schema }]) => [type, (value) => answered(schema)(value)])),
    codes: new Set(Object.keys(content['application/problem+json']?.examples ?? {})),
    problems: Object.values(content['application/problem+json']?.examples ?? {}).map(({ value }) => value),
  })

  const operationOf = (
    path: string,
    method: string,
    object: OperationObject,
    methods: readonly string[],
  ): Operation => {
    const { operationId, parameters = [], requestBody, security, responses } = object
    const [body, ...others] = Object.entries(requestBody?.content ?? {})
    if (others.length > 0) throw new Error(`${operationId} takes several media types, which the tests do not know`)
    return {
      operationId,
      method: method.toUpperCase(),
      path,
      parameters: parameters.map((given) =>
        '$ref' in given ? known(components.parameters, nameIn(given.$ref)) : given,
      ),
      ...(body !== undefined && {
        body: { type: body[0], schema: body[1].schema, required: requestBody?.required === true },
      }),
      isOpen: security.length === 0,
      responses: new Map(Object.entries(responses).map(([status, response]) => [status, responseOf(response)])),
      methodsOfPath: methods.map((other) => other.toUpperCase()),
    }
  }

  return {
    document,
    operations: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, object]) => operationOf(path, method, object, Object.keys(methods))),
    ),
    resolve,
    check: taken,
    checkAnswer: answered,
  }
}

/** Checks by schemas of the document, each compiled once. Ajv refuses a keyword or a format that it does not know. */
const checker = (schemas: Readonly<Record<string, Schema>>): ((schema: Schema) => Check) => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
  addFormats.default(ajv)
  // OpenAPI's own keyword, a hint for generators. `oneOf` checks the same.
  ajv.addVocabulary(['discriminator'])
  // Open to clients. Here, an answer with a code that the document does not list is a mistake.
  ajv.addKeyword({
    keyword: 'x-extensible-enum',
    type: 'string',
    metaSchema: { type: 'array', items: { type: 'string' } },
    validate: (known: readonly string[], value: string) => known.includes(value),
  })
  ajv.addSchema({ $id: 'components', $defs: withOurRefs(schemas) as Schema })
  const compiled = new Map<string, Check>()
  return (schema) => {
    const text = JSON.stringify(schema)
    const known = compiled.get(text)
    if (known !== undefined) return known
    const validate = ajv.compile(withOurRefs(schema) as Schema)
    const check: Check = (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors))
    compiled.set(text, check)
    return check
  }
}

const withOurRefs = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"components#/$defs/'))

/** The same schemas, in which no object may have a property that its schema does not list. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]))
  return copy['type'] === 'object' && 'properties' in copy ? { additionalProperties: false, ...copy } : copy
}

const known = <T>(named: Readonly<Record<string, T>>, name: string): T => {
  const found = named[name]
  if (found === undefined) throw new Error(`the document refers to ${name}, which it does not have`)
  return found
}

const nameIn = (reference: string): string => reference.split('/').at(-1) ?? ''

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly headers: Readonly<Record<string, Header>>
    readonly parameters: Readonly<Record<string, Parameter>>
  }
}

type OperationObject = {
  readonly operationId: string
  readonly parameters?: readonly WithRef<Parameter>[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, { schema: Schema }>> }
  readonly security: readonly object[]
  readonly responses: Readonly<Record<string, ResponseObject>>
}

type ResponseObject = {
  readonly headers?: Readonly<Record<string, WithRef<Header>>>
  readonly content?: Readonly<
    Record<
      string,
      { readonly schema: Schema; readonly examples?: Readonly<Record<string, { readonly value: ExampleProblem }>> }
    >
  >
}

type Header = { readonly required?: boolean; readonly schema: Schema }

type WithRef<T> = T | { readonly $ref: string }
