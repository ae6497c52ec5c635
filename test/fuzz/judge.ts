/** Holds an answer against the document, and against what has to be expected of its request. */
import { setImmediate } from 'node:timers/promises'
import { documentFaults, mediaTypeOf, parsed, PROBLEM, problemFaults, type Answer } from '#test/http/answer-faults'
import type { Operation, PublishedApi } from '#test/http/published-api'
import type { FuzzRequest } from './requests.ts'

/** What an answer is judged by beside itself. */
export type Judging = {
  readonly api: PublishedApi
  readonly operation: Operation
  /** How many entries the request put on the stream. */
  readonly entriesPut: number
}

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
    return [
      ...(response.headers.has('allow') ? [] : [`${where} has no allow`]),
      ...problemFaults(api, { response, text }),
    ]
  }
  if (request.leavesRoute && status >= 400 && status < 500) return problemFaults(api, { response, text })
  return documentFaults(api, operation, { response, text }, request.method)
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
