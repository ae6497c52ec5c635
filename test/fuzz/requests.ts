/** Requests to an operation, made from its document alone: valid ones, and ones with a known thing wrong. */
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { AUTHORIZATION } from '#test/access'
import type { Operation, Parameter, PublishedApi, Schema } from '#test/http/published-api'
import { jsonTextOf, valuesOf, type Known } from './json-schema.ts'
import { mutantOf, type Mutant } from './mutants.ts'

export type FuzzRequest = {
  /** What is valid or wrong about it, for people. */
  readonly what: string
  readonly method: string
  /** Path and query, as they stand in the first line of the request. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
  readonly expected: Expected
  /** Places of a batch counted from 0, or lines of an upload counted from 1, that have to be refused by themselves. */
  readonly wrongItems: readonly number[]
  /** Whether the path may be another path once its dots are resolved. Then any documented problem will do. */
  readonly leavesRoute: boolean
}

/**
 * `valid`: it is what the document says; it is answered 2xx or 304, or refused for what the service knows. `refused`: 4xx.
 * `either`: the document does not say. A number: this status.
 */
type Expected = 'valid' | 'refused' | 'either' | number

/** Any request to the operation. Some values are those that are `known`, so that something is found. */
export const requestsTo = (api: PublishedApi, operation: Operation, known: Known): fc.Arbitrary<FuzzRequest> => {
  const values = valuesOf(api, known)
  const parts = partsOf(operation, values, bodyTexts(api, operation, values))
  return fc.oneof(
    { weight: 6, arbitrary: parts.map((given) => request(operation, given)) },
    ...[
      wrongField(api, operation, parts, values),
      wrongParameter(api, operation, parts),
      wrongBytes(api, operation, parts),
      wrongMethod(operation, parts),
      wrongToken(operation, parts),
    ].filter((kind) => kind !== undefined),
  )
}

type Parts = {
  readonly what: string
  /** As they stand in the path, by their names. */
  readonly path: Readonly<Record<string, string>>
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body | undefined
  readonly sent: Sent
  readonly expected: Expected
  readonly leavesRoute?: boolean
}

/** A body as text, and which of its items are wrong. */
type Body = { readonly text: string; readonly wrongItems: readonly number[]; readonly expected: Expected }

/** What a client may choose freely. */
type Sent = {
  readonly encoding?: 'gzip' | 'x-gzip'
  readonly charset: boolean
  readonly length: boolean
  readonly id?: string
}

const request = (operation: Operation, given: Parts, change: Partial<FuzzRequest> = {}): FuzzRequest => {
  const { what, path, query, headers, body, sent, expected, leavesRoute = false } = given
  const plain = body === undefined ? undefined : new TextEncoder().encode(body.text)
  const bytes =
    change.body ?? (sent.encoding === undefined || plain === undefined ? plain : new Uint8Array(gzipSync(plain)))
  const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return {
    what,
    method: operation.method,
    target:
      operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => path[name] ?? '') +
      (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
    expected: strictest(expected, body?.expected ?? 'valid'),
    wrongItems: body?.wrongItems ?? [],
    leavesRoute,
    ...change,
    headers: {
      authorization: AUTHORIZATION,
      ...(sent.id !== undefined && { 'x-request-id': sent.id }),
      ...headers,
      ...(bytes !== undefined && {
        'content-type': `${operation.body?.type}${sent.charset ? '; charset=utf-8' : ''}`,
        ...(sent.encoding !== undefined && { 'content-encoding': sent.encoding }),
        ...(sent.length && { 'content-length': String(bytes.byteLength) }),
      }),
      ...change.headers,
    },
    ...(bytes !== undefined && { body: bytes }),
  }
}

const strictest = (one: Expected, other: Expected): Expected =>
  [one, other].find((expected) => typeof expected === 'number') ??
  (['refused', 'either'] as const).find((expected) => [one, other].includes(expected)) ??
  'valid'

type Values = ReturnType<typeof valuesOf>

const partsOf = (operation: Operation, values: Values, body: fc.Arbitrary<Body> | undefined): fc.Arbitrary<Parts> => {
  const of = (place: Parameter['in'], value: (parameter: Parameter) => fc.Arbitrary<string>) => {
    const parameters = operation.parameters.filter((parameter) => parameter.in === place)
    return fc.record(Object.fromEntries(parameters.map((parameter) => [parameter.name, value(parameter)])), {
      requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name),
      noNullPrototype: true,
    })
  }
  const text = ({ name, schema }: Parameter) => values(schema, name).map(String)
  return fc.record({
    what: fc.constant('valid'),
    path: of('path', (parameter) => text(parameter).filter(isPathSegment).map(encodeURIComponent)),
    query: of('query', text).map((given) => Object.entries(given)),
    headers: of('header', (parameter) => text(parameter).filter(isHeaderValue)),
    body:
      operation.body === undefined || body === undefined
        ? fc.constant(undefined)
        : operation.body.required
          ? body
          : fc.option(body, { nil: undefined }),
    sent: SENT,
    expected: fc.constant('valid' as const),
  })
}

// URL parsers take these two out of a path, and a router takes an empty segment for the end of another path.
const isPathSegment = (text: string): boolean => !['', '.', '..'].includes(text) && text.isWellFormed()

// RFC 9110, section 5.5, without what may stand there for the sake of old clients.
const isHeaderValue = (text: string): boolean => /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text)

const SENT: fc.Arbitrary<Sent> = fc.record(
  {
    encoding: fc.constantFrom('gzip', 'x-gzip'),
    charset: fc.boolean(),
    length: fc.boolean(),
    id: fc.constantFrom('till-1:4711', '..', 'x'.repeat(64), 'x'.repeat(65), 'two words', '"quoted"'),
  },
  { requiredKeys: ['charset', 'length'], noNullPrototype: true },
)

const bodyTexts = (api: PublishedApi, operation: Operation, values: Values): fc.Arbitrary<Body> | undefined => {
  if (operation.body === undefined) return undefined
  if (operation.body.type === NDJSON) return uploads(api, values)
  return values(operation.body.schema).map((value) => ({ text: jsonTextOf(value), wrongItems: [], expected: 'valid' }))
}

const NDJSON = 'application/x-ndjson'

/** The document says of an upload only in words that each line is an `Entry`. */
const ENTRY: Schema = { $ref: '#/components/schemas/Entry' }

const uploads = (api: PublishedApi, values: Values): fc.Arbitrary<Body> => {
  const line = fc.oneof(
    { weight: 5, arbitrary: values(ENTRY).map((value) => ({ text: jsonTextOf(value), isWrong: false })) },
    {
      weight: 3,
      arbitrary: fc.tuple(values(ENTRY), fc.nat(), fc.nat()).map(([value, where, how]) => {
        const mutant = mutantOf(api, ENTRY, value, where, how)
        return { text: jsonTextOf(mutant.value), isWrong: isWrong(api, ENTRY, mutant) }
      }),
    },
    fc.constantFrom(
      { text: '', isWrong: false },
      { text: ' \t\r', isWrong: false },
      { text: '{', isWrong: true },
      { text: '[]', isWrong: true },
      { text: `"${'x'.repeat(65 * 1024)}"`, isWrong: true },
    ),
  )
  return fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, ends]) => ({
      text: lines.map(({ text }) => text).join(end) + (ends ? end : ''),
      wrongItems: lines.flatMap(({ isWrong }, index) => (isWrong ? [index + 1] : [])),
      expected: 'valid',
    }))
}

const isWrong = (api: PublishedApi, schema: Schema, { value, isBeyondSchema }: Mutant): boolean =>
  isBeyondSchema || expectedOf(api, schema, jsonTextOf(value)) === 'refused'

/** What is to be expected of a text in the place of JSON. */
const expectedOf = (api: PublishedApi, schema: Schema, text: string): 'refused' | 'either' => {
  try {
    return api.check(schema)(JSON.parse(text)) === undefined ? 'either' : 'refused'
  } catch {
    return 'refused'
  }
}

const wrongField = (
  api: PublishedApi,
  operation: Operation,
  parts: fc.Arbitrary<Parts>,
  values: Values,
): fc.WeightedArbitrary<FuzzRequest> | undefined => {
  const { body } = operation
  if (body === undefined || body.type === NDJSON) return undefined
  const arbitrary = fc.tuple(parts, values(body.schema), fc.nat(), fc.nat()).map(([given, value, where, how]) => {
    const mutant = mutantOf(api, body.schema, value, where, how)
    const text = jsonTextOf(mutant.value)
    const item = wrongItemOf(operation, mutant)
    const isJson = canParse(text)
    const expected = isWrong(api, body.schema, mutant) && (item === undefined || !isJson) ? 'refused' : 'either'
    const wrongItems = item !== undefined && isJson && isWrong(api, body.schema, mutant) ? [item] : []
    return request(operation, {
      ...given,
      what: `${mutant.what} at /${mutant.at.join('/')}`,
      body: { text, wrongItems, expected },
    })
  })
  return { weight: 6, arbitrary }
}

/** The entry of a batch that a change is in. The batch judges each of them by itself. */
const wrongItemOf = ({ operationId }: Operation, { at: [list, item] }: Mutant): number | undefined =>
  operationId === 'sendBatch' && list === 'entries' && typeof item === 'number' ? item : undefined

const canParse = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const wrongParameter = (
  api: PublishedApi,
  operation: Operation,
  parts: fc.Arbitrary<Parts>,
): fc.WeightedArbitrary<FuzzRequest> | undefined => {
  const changes: ((given: Parts) => Parts)[] = operation.parameters.flatMap((parameter) => {
    const errorsOf = api.check(parameter.schema)
    const isInvalid = (text: string) => errorsOf(asRead(parameter.schema, text)) !== undefined
    switch (parameter.in) {
      case 'path':
        return [
          ...TEXTS.filter((text) => text.isWellFormed() && text !== '').map((text) => ({
            segment: encodeURIComponent(text),
            isInvalid: isInvalid(text),
          })),
          ...RAW_SEGMENTS.map((segment) => ({ segment, isInvalid: true })),
        ].map(({ segment, isInvalid }) => (given: Parts): Parts => ({
          ...given,
          what: `${parameter.name} is ${segment}`,
          path: { ...given.path, [parameter.name]: segment },
          expected: isInvalid ? 'refused' : 'either',
          leavesRoute: true,
        }))
      case 'query':
        return [
          ...TEXTS.map((text) => (given: Parts): Parts => ({
            ...given,
            what: `${parameter.name} is ${text}`,
            query: [...given.query.filter(([name]) => name !== parameter.name), [parameter.name, text]],
            expected: isInvalid(text) ? 'refused' : 'either',
          })),
          (given: Parts): Parts => ({
            ...given,
            what: `${parameter.name} given twice`,
            query: [...given.query, [parameter.name, 'a'], [parameter.name, 'a']],
            expected: 'refused',
          }),
          (given: Parts): Parts => ({
            ...given,
            what: `without ${parameter.name}`,
            query: given.query.filter(([name]) => name !== parameter.name),
            expected: parameter.required ? 'refused' : 'valid',
          }),
        ]
      case 'header':
        return TEXTS.filter(isHeaderValue).map((text) => (given: Parts): Parts => ({
          ...given,
          what: `${parameter.name} is ${text}`,
          headers: { ...given.headers, [parameter.name]: text },
          expected: 'either',
        }))
    }
  })
  const takesQuery = operation.parameters.some((parameter) => parameter.in === 'query')
  for (const name of ['colour', '', 'Limit', 'after ', 'limit[]', 'constructor', '__proto__']) {
    changes.push((given) => ({
      ...given,
      what: `an unknown parameter ${name}`,
      query: [...given.query, [name, '1']],
      // The document says of an operation without parameters nothing about others.
      expected: takesQuery ? 'refused' : 'either',
    }))
  }
  const arbitrary = fc
    .tuple(parts, fc.nat(changes.length - 1))
    .map(([given, index]) => request(operation, (changes[index] as (given: Parts) => Parts)(given)))
  return { weight: 4, arbitrary }
}

/** Texts that are wrong for some parameter. */
const TEXTS: readonly string[] = Object.values({
  ids: ['', ' ', '.', '..', '~a', 'a b', 'a/b', 'á', '\u0000', '\n', 'x'.repeat(65), 'x'.repeat(5_000), '%', '*', '"'],
  numbers: ['0', '-1', '501', '1.5', '1e2', ' 5', '+5', '05', '\u0663', '9'.repeat(400), 'NaN', '2', '2.0'],
  words: ['null', 'true', 'TRUE', 'yes', 'bm8gY3Vyc29y', 'WyJtMSIsImEiXQ', `2${'A'.repeat(344)}.0`, '3AA.0'],
  days: ['2026-02-30', '2026-13-01', '20261120', '2026-11-20T00:00:00Z', '9999-12-31', '0000-01-01', '-0001-01-01'],
  attacks: ["'; drop table entries; --", '../../etc/passwd', '<script>', '{"$ne":null}', 'a#b', 'a?b', 'a&b=c'],
  emoji: ['\u{1F600}'.repeat(20)],
}).flat()

/** Segments of a path that encode no text, or a text that URL parsers resolve. */
const RAW_SEGMENTS = ['%zz', '%', '%ff', '%c0%af', '%00', '%2e', '%2e%2e', '%2E.', '..;', 'a%2fb', '%ed%a0%80']

/** A parameter is text. One that its schema calls a number or a truth value is read as one. */
const asRead = ({ type }: Schema, text: string): unknown => {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

type ByteChange = {
  readonly what: string
  readonly bytes: (text: string, at: number) => Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** Otherwise it follows from the text that the bytes are. */
  readonly expected?: Expected
  /** Whether the headers alone are wrong. */
  readonly isRefusedUnread?: boolean
}

const wrongBytes = (
  api: PublishedApi,
  operation: Operation,
  parts: fc.Arbitrary<Parts>,
): fc.WeightedArbitrary<FuzzRequest> | undefined => {
  const { body } = operation
  if (body === undefined) return undefined
  const isUpload = body.type === NDJSON
  const arbitrary = fc
    .tuple(parts, fc.nat(), fc.oneof(fc.constantFrom(...BYTE_CHANGES), GARBAGE))
    .map(([given, at, change]) => {
      const { text } = given.body ?? { text: '{}' }
      const bytes = new Uint8Array(change.bytes(text, at))
      const { isRefusedUnread = false } = change
      // Of an upload that cannot be read to its end, the last line of the answer says so, and the status is 200.
      const ofBody = isUpload ? 'either' : (change.expected ?? expectedOfBytes(api, body, bytes))
      const expected = isRefusedUnread ? 'refused' : ofBody
      return request(
        operation,
        { ...given, sent: { ...given.sent, charset: false } },
        {
          what: change.what,
          body: bytes,
          headers: {
            'content-encoding': 'identity',
            ...(given.sent.length && { 'content-length': String(bytes.byteLength) }),
            ...change.headers,
          },
          expected,
          wrongItems: [],
        },
      )
    })
  const types = fc.tuple(parts, fc.constantFrom(...WRONG_TYPES)).map(([given, type]) => {
    const { headers, ...sent } = request(operation, given)
    return {
      ...sent,
      headers: { ...headers, 'content-type': type },
      what: `content-type ${type}`,
      // The media type says what a PATCH means (RFC 5789). Elsewhere it is not looked at, as the document says.
      expected: operation.method === 'PATCH' ? ('refused' as const) : ('either' as const),
    }
  })
  return { weight: 4, arbitrary: fc.oneof({ weight: 6, arbitrary }, types) }
}

const WRONG_TYPES = ['text/plain', 'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', '/']

const expectedOfBytes = (api: PublishedApi, body: NonNullable<Operation['body']>, bytes: Uint8Array): Expected => {
  if (bytes.length === 0) return body.required ? 'refused' : 'either'
  try {
    return expectedOf(api, body.schema, new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return 'refused'
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const gzipped = (text: string): Uint8Array => gzipSync(utf8(text))

const inserted = (text: string, at: number, more: readonly number[]): Uint8Array => {
  const bytes = utf8(text)
  const place = at % (bytes.length + 1)
  return Uint8Array.from([...bytes.subarray(0, place), ...more, ...bytes.subarray(place)])
}

const MEBIBYTE = 1024 * 1024
const BOMB = gzipSync(Buffer.alloc(4 * MEBIBYTE, ' '))
const GZIP = { 'content-encoding': 'gzip' }

const BYTE_CHANGES: readonly ByteChange[] = [
  { what: 'cut off', bytes: (text, at) => utf8(text).subarray(0, at % (utf8(text).length + 1)) },
  { what: 'no body at all', bytes: () => utf8('') },
  { what: 'white space', bytes: () => utf8(' \n\t') },
  { what: 'twice', bytes: (text) => utf8(text + text) },
  { what: 'with a comma behind it', bytes: (text) => utf8(`${text},`) },
  { what: 'with a comment', bytes: (text) => utf8(`// c\n${text}`) },
  { what: 'a byte order mark in front', bytes: (text) => utf8(`\uFEFF${text}`), expected: 'either' },
  { what: 'a byte that no UTF-8 has', bytes: (text, at) => inserted(text, at, [0xff]), expected: 'refused' },
  { what: 'an overlong slash', bytes: (text, at) => inserted(text, at, [0xc0, 0xaf]), expected: 'refused' },
  {
    what: 'half of a surrogate pair in UTF-8',
    bytes: (text, at) => inserted(text, at, [0xed, 0xa0, 0x80]),
    expected: 'refused',
  },
  { what: 'a zero byte', bytes: (text, at) => inserted(text, at, [0]) },
  { what: 'in UTF-16', bytes: (text) => Buffer.from(text, 'utf16le') },
  { what: 'called gzip', bytes: (text) => utf8(text || '{}'), headers: GZIP, expected: 'refused' },
  {
    what: 'gzip that is cut off',
    bytes: (text, at) => gzipped(text).subarray(0, 1 + (at % (gzipped(text).length - 1))),
    headers: GZIP,
    expected: 'refused',
  },
  {
    what: 'gzip whose length is wrong',
    bytes: (text) => {
      const bytes = gzipped(text)
      bytes[bytes.length - 1] = 0x7f
      return bytes
    },
    headers: GZIP,
    expected: 'refused',
  },
  { what: 'gzip of 4 MiB', bytes: () => BOMB, headers: GZIP, expected: 'refused' },
  { what: 'gzip with capitals', bytes: gzipped, headers: { 'content-encoding': 'GZIP' }, expected: 'either' },
  {
    what: 'gzip in gzip',
    bytes: (text) => gzipSync(gzipped(text)),
    headers: { 'content-encoding': 'gzip, gzip' },
    isRefusedUnread: true,
  },
  ...['br', 'deflate', 'zstd', 'compress', 'x', 'gzip;q=0'].map((encoding) => ({
    what: `content-encoding ${encoding}`,
    bytes: utf8,
    headers: { 'content-encoding': encoding },
    isRefusedUnread: true,
  })),
  { what: 'larger than 1 MiB', bytes: (text) => utf8(text.padEnd(MEBIBYTE + 1)), expected: 'refused' },
  { what: 'an array nested 200,000 deep', bytes: () => utf8('['.repeat(200_000)) },
]

const GARBAGE: fc.Arbitrary<ByteChange> = fc
  .uint8Array({ maxLength: 200 })
  .map((garbage) => ({ what: 'garbage', bytes: () => garbage }))

const wrongMethod = (operation: Operation, parts: fc.Arbitrary<Parts>): fc.WeightedArbitrary<FuzzRequest> => {
  const reads = operation.methodsOfPath.includes('GET')
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY', 'x'].filter(
    (method) => !operation.methodsOfPath.includes(method),
  )
  const arbitrary = fc.tuple(parts, fc.constantFrom(...methods)).map(([given, method]) => {
    const { body: _, ...bodyless } = request(operation, { ...given, body: undefined })
    const isRead = method === 'HEAD' && reads
    return {
      ...bodyless,
      what: `method ${method}`,
      method,
      expected: isRead ? ('valid' as const) : method === 'OPTIONS' ? 204 : 405,
    }
  })
  return { weight: 1, arbitrary }
}

const wrongToken = (
  operation: Operation,
  parts: fc.Arbitrary<Parts>,
): fc.WeightedArbitrary<FuzzRequest> | undefined => {
  if (operation.isOpen) return undefined
  const arbitrary = fc.tuple(parts, fc.constantFrom(...WRONG_TOKENS)).map(([given, authorization]) => ({
    ...request(operation, { ...given, headers: { ...given.headers, authorization } }),
    what: `authorization ${authorization}`,
    expected: 401,
  }))
  return { weight: 1, arbitrary }
}

const WRONG_TOKENS = [
  '',
  'Bearer',
  'Bearer x',
  'Bearer a b',
  'Basic dGVzdDp0ZXN0',
  'bearer  x',
  'Bearer \u00e9',
  `Bearer ${'x'.repeat(9_000)}`,
]

/** The request as a command, for the terminal; the token is in `$TOKEN`. */
export const curlOf = ({ method, target, headers, body }: FuzzRequest): string => {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const sent = Object.entries(headers).map(([name, value]) =>
    value === AUTHORIZATION ? '-H "authorization: Bearer $TOKEN"' : `-H ${quoted(`${name}: ${value}`)}`,
  )
  const command = ['curl -i --path-as-is -X', method, ...sent, quoted(`$URL${target}`).replace("'$URL", `"$URL"'`)]
  if (body === undefined) return command.join(' ')
  if (body.length > MOST_SHOWN_BYTES)
    return `${command.join(' ')} # and ${body.length} bytes, which npm run test:fuzz makes again`
  return `base64 -d <<< ${Buffer.from(body).toString('base64')} | ${command.join(' ')} --data-binary @-`
}

const MOST_SHOWN_BYTES = 4_000
