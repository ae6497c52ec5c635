/** Every way in which an answer is other than its document says. */
import type { DocumentedResponse, Operation, PublishedApi } from './published-api.ts'

/** An answer, read to its end. */
export type Answer = { readonly response: Response; readonly text: string }

/** What the document of an operation does not say of an answer, or says otherwise. */
export const documentFaults = (
  api: PublishedApi,
  operation: Operation,
  answer: Answer,
  method = operation.method,
): string[] => {
  const { response, text } = answer
  const where = `${operation.operationId} ${response.status}`
  const documented = documentedResponse(operation, response)?.[1]
  if (documented === undefined) return [`${where} is not documented`]
  return [
    ...ofHeaders(where, documented, response),
    ...(method === 'HEAD' ? ofHead(where, text) : ofBody(where, documented, answer)),
    ...(mediaTypeOf(response) === PROBLEM ? problemFaults(api, answer) : []),
    ...ofCode(where, documented, answer),
    ...ofEvents(api, answer),
  ]
}

/** The response of the operation that an answer is, after the status or `default` under which it is documented. */
export const documentedResponse = (
  { responses }: Operation,
  { status }: Response,
): readonly [string, DocumentedResponse] | undefined => {
  const key = responses.has(String(status)) ? String(status) : 'default'
  const documented = responses.get(key)
  return documented && [key, documented]
}

const ofHead = (where: string, text: string): string[] => (text === '' ? [] : [`${where} has a body, to HEAD`])

/**
 * Headers of HTTP itself and headers for browsers, of which the document says nothing. Every other header is part of the
 * contract.
 */
const NOT_TOLD_OF =
  /^(content-type|content-length|cache-control|vary|allow|accept-patch|x-accel-buffering|content-security-policy|referrer-policy|permissions-policy|x-content-type-options|x-frame-options|strict-transport-security|cross-origin-.*|access-control-.*)$/

const ofHeaders = (where: string, { headers }: DocumentedResponse, response: Response): string[] => {
  const present = [...response.headers].flatMap(([name, value]) => {
    const documented = headers.get(name)
    if (documented === undefined) return NOT_TOLD_OF.test(name) ? [] : [`${where} has ${name}, which is not documented`]
    const errors = documented.errorsOf(value)
    return errors === undefined ? [] : [`${where} has ${name}: ${value}, which ${errors}`]
  })
  const absent = [...headers].filter(([name, { required }]) => required && !response.headers.has(name))
  return [...present, ...absent.map(([name]) => `${where} has no ${name}`)]
}

const ofBody = (where: string, { content }: DocumentedResponse, { response, text }: Answer): string[] => {
  if (content.size === 0) return text === '' ? [] : [`${where} has a body`]
  const type = mediaTypeOf(response)
  const errorsOf = content.get(type)
  if (errorsOf === undefined) return [`${where} is ${type || 'of no type'}, not ${[...content.keys()].join(' or ')}`]
  const errors = errorsOf(/[/+]json$/.test(type) ? parsed(text) : text)
  return errors === undefined ? [] : [`${where} is not as its schema: ${errors}`]
}

/** What is wrong with a problem, besides that its response may not have it. */
export const problemFaults = (api: PublishedApi, { response, text }: Answer): string[] => {
  if (text === '') return []
  const type = mediaTypeOf(response)
  if (type !== PROBLEM) return [`${response.status} is ${type}, not ${PROBLEM}`]
  const problem = parsed(text) as { status?: unknown; requestId?: unknown; accepted?: unknown }
  // A batch's own problem has the results as well; `ofBody` looks at it.
  const errors = 'results' in problem ? undefined : api.checkAnswer({ $ref: '#/components/schemas/Problem' })(problem)
  return [
    ...(errors === undefined ? [] : [`the problem is not as its schema: ${errors}`]),
    ...(problem.status === response.status
      ? []
      : [`the problem says ${String(problem.status)}, not ${response.status}`]),
    ...(problem.requestId === response.headers.get('x-request-id') ? [] : ['the problem has another requestId']),
  ]
}

const ofCode = (where: string, { codes }: DocumentedResponse, { response, text }: Answer): string[] => {
  if (mediaTypeOf(response) !== PROBLEM || text === '') return []
  const { code } = parsed(text) as { code: string }
  return codes.has(code) ? [] : [`${where} may not be ${code}, but ${[...codes].join(' or ')}`]
}

/** The document says in words that an event holds a day, or a problem. */
const ofEvents = (api: PublishedApi, { response, text }: Answer): string[] => {
  if (mediaTypeOf(response) !== 'text/event-stream') return []
  return Array.from(text.matchAll(/^event: (\w+)\n(?:id: .*\n)?data: (.*)$/gm), ([, event, data = '']) => {
    const { businessDay: _, ...problem } = parsed(data) as { businessDay?: unknown }
    return event === 'day'
      ? api.checkAnswer({ $ref: '#/components/schemas/Day' })(parsed(data))
      : api.checkAnswer({ $ref: '#/components/schemas/Problem' })(problem)
  }).filter((errors) => errors !== undefined)
}

export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return `no JSON: ${text.slice(0, 100)}`
  }
}

export const PROBLEM = 'application/problem+json'

export const mediaTypeOf = (response: Response): string => response.headers.get('content-type')?.split(';', 1)[0] ?? ''
