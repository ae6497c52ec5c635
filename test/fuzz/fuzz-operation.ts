/** Sends many generated requests to one operation, and holds each answer against the document. */
import { setImmediate } from 'node:timers/promises'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { queryDocument } from '#wire/http/openapi/query-document'
import { publishedApi, type Operation, type PublishedApi } from '#test/http/published-api'
import { faultsOf, readAnswer } from './judge.ts'
import { requestsTo, type FuzzRequest } from './requests.ts'
import { aWorld, type App, type World } from './world.ts'

type Service = keyof World['apps']

const APIS: Readonly<Record<Service, PublishedApi>> = {
  ingest: publishedApi(ingestDocument()),
  query: publishedApi(queryDocument()),
}

export type Target = { readonly service: Service; readonly operation: Operation }

/** Every operation of both documents. Those of the probes and pages are in each. */
export const TARGETS: readonly Target[] = (Object.keys(APIS) as Service[]).flatMap((service) =>
  APIS[service].operations.map((operation) => ({ service, operation })),
)

export type Fuzzing = {
  readonly requests: number
  readonly seed: number
  /** Where fast-check found a failure before: only that request is made. */
  readonly path?: string | undefined
  /** Puts a bug into the app, to see that it is found. */
  readonly plant?: (app: App, world: World) => App
  readonly measuresHeap?: boolean
}

export type Outcome = {
  readonly requests: number
  /** How often each status was answered, and with which expectation. */
  readonly statuses: ReadonlyMap<number, number>
  readonly durationMs: number
  readonly slowestMs: number
  /** From the first quarter of the requests to the last one, after a collection each time. */
  readonly heapGrowthBytes?: number
  readonly failure?: Failure
}

export type Failure = {
  readonly message: string
  /** The smallest request that fails. Undefined: no single request is at fault. */
  readonly request?: FuzzRequest
  readonly path?: string
  /** Whether it fails on a world in which nothing happened before. */
  readonly failsAlone?: boolean
}

/**
 * In the 1,500 requests between the measurements of a run of 2,000, this is 400 bytes each: less than the headers of a
 * request, so a leak of every request is found, and of larger things also one of every tenth. What may grow are
 * remembered tokens and merchants.
 */
export const MOST_HEAP_GROWTH_BYTES = 600_000

// A merchant is registered or an item decided by most requests to their routes.
const RENEWED_AFTER = 25

export const fuzzOperation = async (target: Target, fuzzing: Fuzzing): Promise<Outcome> => {
  const { requests, seed, path, measuresHeap = false } = fuzzing
  const startedMs = performance.now()
  const statuses = new Map<number, number>()
  let sent = 0
  let slowestMs = 0
  const heapBytes: number[] = []
  const { world, send } = await start(target, fuzzing)

  const property = fc.asyncProperty(
    requestsTo(APIS[target.service], target.operation, world.known),
    async (request) => {
      if (sent % RENEWED_AFTER === 0) await world.renew()
      sent += 1
      const sentMs = performance.now()
      const { status, faults } = await send(request)
      slowestMs = Math.max(slowestMs, performance.now() - sentMs)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (measuresHeap && (sent === Math.floor(requests / 4) || sent === requests))
        heapBytes.push(await heapAfterCollection())
      if (faults.length > 0) throw new Error(faults.join('\n'))
    },
  )
  const checked = await fc.check(property, { numRuns: requests, seed, ...(path !== undefined && { path }) })
  const [first, last] = heapBytes
  const outcome = { requests: sent, statuses, durationMs: performance.now() - startedMs, slowestMs }
  if (checked.failed) return { ...outcome, failure: await failureOf(target, fuzzing, checked) }
  if (first === undefined || last === undefined) return outcome
  return { ...outcome, heapGrowthBytes: last - first }
}

/** A world of its own, and what sends a request there. */
const start = async ({ service, operation }: Target, { plant }: Fuzzing) => {
  const world = await aWorld()
  const app = plant === undefined ? world.apps[service] : plant(world.apps[service], world)
  const api = APIS[service]

  const send = async (request: FuzzRequest): Promise<{ status: number; faults: string[] }> => {
    const { method, target, headers, body } = request
    const putBefore = world.entriesPut()
    const loggedBefore = world.faults.length
    const answer = await readAnswer(
      await app.fetch(new Request(`http://daybook${target}`, { method, headers, body: body ?? null })),
    )
    const judging = { api, operation, entriesPut: world.entriesPut() - putBefore }
    return {
      status: answer.response.status,
      faults: [
        ...faultsOf(judging, request, answer),
        ...world.faults.slice(loggedBefore).map((fault) => `the log says: ${inspected(fault)}`),
        ...(world.timers() === 0 ? [] : [`${world.timers()} timers are left`]),
      ],
    }
  }
  return { world, send }
}

const inspected = (fault: unknown): string => String((fault as { err?: unknown }[])[0]?.err ?? fault)

const failureOf = async (target: Target, fuzzing: Fuzzing, checked: fc.RunDetails<[FuzzRequest]>): Promise<Failure> => {
  const { counterexample, counterexamplePath, errorInstance } = checked
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const [request] = counterexample ?? []
  if (request === undefined) return { message }
  const { send } = await start(target, fuzzing)
  const failsAlone = await send(request).then(
    ({ faults }) => faults.length > 0,
    () => true,
  )
  return { message, request, failsAlone, ...(counterexamplePath !== null && { path: counterexamplePath }) }
}

/** What is in use after everything that can be collected is. Compiled code does not count: it grows while it warms up. */
const heapAfterCollection = async (): Promise<number> => {
  // As `--expose-gc` would give it.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // A collection calls finalizers later, and what they let go of may hold more.
  for (let turn = 0; turn < 10; turn += 1) {
    collect()
    await setImmediate()
  }
  const spaces = getHeapSpaceStatistics().filter(({ space_name }) => !CODE.test(space_name))
  const inSpaces = spaces.reduce((sum, { space_used_size }) => sum + space_used_size, 0)
  return inSpaces + process.memoryUsage().arrayBuffers
}

const CODE = /code|trusted|read_only/
