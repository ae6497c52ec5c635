/** Holds an answer against the document, and against what has to be expected of its request. */
import { setImmediate } from 'node:timers/promises'
import type { DocumentedResponse, Operation, PublishedApi } from './document.ts'
import type { FuzzRequest } from './requests.ts'

/** What an answer is judged by beside itself. */
export type Judging = {
  readonly api: PublishedApi
  readonly operation: Operation
  /** How many entries the request put on the stream. */
  readonly entriesPut: number
}

/** An answer, read to its end. */
export type Answer = { readonly response: Response; readonly text: string }

/** Reads an answer; of events that never end, the first ones. */
export const readAnswer = async (response: Response): Promise<Answer> => {
  if (mediaTypeOf(response) !== 'text/event-stream') return { response, text: await response.text() }
  let text = ''
  const reader = response.body?.getReader()
  while (reader !== undefined && !text.includes('\ndata: ')) {
    const piece = await Promise.race([reader.read(), settled()])
    if (piece === undefined || piece.done) break
    text += Buffer.from(piece.value).toString()
  }
  await reader?.cancel()
  return { response, text }
}

/** After everything that can happen by itself has happened. */
const settled = async (): Promise<undefined> => {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate()
  return undefined
}

/** Every way in which an answer is wrong. */
export const faultsOf = (judging: Judging, request: FuzzRequest, { response, text }: Answer): string[] => [
  ...ofStatus(request, response),
  ...ofCounting(judging, response, text),
  ...ofRequestId(request, response),
  ...ofLeaks(response, text),
  ...ofDocument(judging, request, { response, text }),
  ...ofItems(judging, request, { response, text }),
]

/** Statuses that say that a valid request was not understood. */
const MISUNDERSTOOD: ReadonlySet<number> = new Set([400, 401, 403, 405, 408, 413, 415, 431])

const ofStatus = ({ expected, method, target }: FuzzRequest, { status }: Response): string[] => {
  const fault = (wanted: string) => [`${method} ${target.slice(0, 200)} is answered ${status}, and has to be ${wanted}`]
  if (status >= 500) return fault('below 500')
  switch (expected) {
    case 'valid':
      return MISUNDERSTOOD.has(status) ? fault('understood, because the document calls it valid') : []
    case 'refused':
      return status < 400 ? fault('4xx') : []
    case 'either':
      return []
    default:
      return status === expected ? [] : fault(String(expected))
  }
}

/** Nothing that is answered 4xx is counted; of the rest, as much as the answer says. */
const ofCounting = (
  { operation: { operationId }, entriesPut }: Judging,
  { status }: Response,
  text: string,
): string[] => {
  const counted = (said: unknown) =>
    said === entriesPut
      ? []
      : [`${entriesPut} entries are on the stream, and the answer ${status} says ${String(said)}`]
  if (status >= 400) return counted(0)
  switch (`${operationId} ${status}`) {
    case 'sendEntry 202':
      return counted(1)
    case 'sendBatch 202':
    case 'sendBatch 207':
      return counted((JSON.parse(text) as { accepted: unknown }).accepted)
    case 'streamEntries 200':
      return text === '' ? [] : counted((linesOf(text).at(-1) as { accepted: unknown }).accepted)
    case 'replayQuarantined 202':
      // Asked for again, it is answered again.
      return entriesPut <= 1 ? [] : counted(1)
    default:
      return counted(0)
  }
}

const ofRequestId = ({ headers }: FuzzRequest, response: Response): string[] => {
  const answered = response.headers.get('x-request-id') ?? ''
  const given = headers['x-request-id'] ?? ''
  const pattern = /^[A-Za-z0-9._:-]{1,64}$/
  if (!pattern.test(answered)) return [`x-request-id is "${answered}"`]
  if (pattern.test(given) && answered !== given) return [`x-request-id is "${answered}", and "${given}" was sent`]
  return []
}

/** Traces of our machine: stacks, paths, names of AWS. */
const LEAK = /\.ts:\d|node:internal|node_modules|\bat \w+ \(|arn:aws|Error: /

const ofLeaks = (response: Response, text: string): string[] => {
  const type = mediaTypeOf(response)
  return (type === PROBLEM || type === 'application/json') && LEAK.test(text) && !text.startsWith('{"openapi"')
    ? [`the answer speaks of our machine: ${LEAK.exec(text)?.[0]}`]
    : []
}

const ofDocument = ({ api, operation }: Judging, request: FuzzRequest, { response, text }: Answer): string[] => {
  const { status } = response
  const where = `${operation.operationId} ${status}`
  if (request.method === 'OPTIONS') return response.headers.has('allow') && text === '' ? [] : [`${where} has no allow`]
  if (status === 405) {
    return [...(response.headers.has('allow') ? [] : [`${where} has no allow`]), ...ofProblem(api, response, text)]
  }
  if (request.leavesRoute && status >= 400 && status < 500) return ofProblem(api, response, text)
  const documented = operation.responses.get(String(status)) ?? operation.responses.get('default')
  if (documented === undefined) return [`${where} is not documented`]
  return [
    ...ofHeaders(where, documented, response),
    ...(request.method === 'HEAD' ? ofHead(where, text) : ofBody(where, documented, { response, text })),
    ...(mediaTypeOf(response) === PROBLEM && text !== '' ? ofProblem(api, response, text) : []),
    ...ofCode(where, documented, { response, text }),
    ...ofEvents(api, { response, text }),
  ]
}

const ofHead = (where: string, text: string): string[] => (text === '' ? [] : [`${where} has a body, to HEAD`])

/**
 * Headers of HTTP itself and headers for browsers, of which the document says nothing. Every other header is part of the
 * contract.
 */
const NOT_TOLD_OF =
  /^(content-type|content-length|cache-control|vary|allow|accept-patch|www-authenticate|x-accel-buffering|content-security-policy|referrer-policy|permissions-policy|x-content-type-options|x-frame-options|strict-transport-security|cross-origin-.*|access-control-.*)$/

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

const ofProblem = (api: PublishedApi, response: Response, text: string): string[] => {
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

/** Each item that is wrong is refused by itself, and an upload accounts for each of its lines. */
const ofItems = ({ api, operation }: Judging, request: FuzzRequest, { response, text }: Answer): string[] => {
  if (operation.operationId === 'sendBatch' && request.wrongItems.length > 0) {
    const { results = [] } = parsed(text) as { results?: readonly { status: string }[] }
    const taken = request.wrongItems.filter((index) => results[index]?.status !== 'rejected')
    return taken.map((index) => `entry ${index} is wrong, and is not refused`)
  }
  if (operation.operationId !== 'streamEntries' || response.status !== 200 || text === '') return []
  const lines = linesOf(text)
  const errorsOf = api.checkAnswer({ $ref: '#/components/schemas/StreamAnswer' })
  const rejected = lines.flatMap((line) => ('line' in line ? [line['line']] : []))
  const done = lines.at(-1) ?? {}
  const taken = done['done'] === true ? request.wrongItems.filter((line) => !rejected.includes(line)) : []
  return [
    ...lines.flatMap((line) => errorsOf(line) ?? []),
    ...taken.map((line) => `line ${line} is wrong, and is not refused`),
    ...('done' in done ? [] : ['the last line does not say whether all was read']),
    ...(done['rejected'] === rejected.length
      ? []
      : [`${rejected.length} lines are refused, not ${String(done['rejected'])}`]),
  ]
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return `no JSON: ${text.slice(0, 100)}`
  }
}

const PROBLEM = 'application/problem+json'

const mediaTypeOf = (response: Response): string => response.headers.get('content-type')?.split(';', 1)[0] ?? ''
