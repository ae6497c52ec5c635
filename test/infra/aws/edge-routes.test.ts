/**
 * Which service answers which request, read from the templates: methods of API Gateway and rules of the load balancer are
 * followed as AWS documents them, and compared with the tables of routes.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { INGEST_ROUTES, QUERY_ROUTES, SERVICE_ROUTES, type Route } from '#wire/http/routes'
import { edgeTemplate, ON_CONTAINERS, referred, resources, SYNTHESIS_MS } from './edge-template.ts'

beforeAll(() => void [{}, ON_CONTAINERS].map(edgeTemplate), SYNTHESIS_MS)

type Answers = 'ingest' | 'query-api' | 'edge'

/** A path with values that ids may have. Dots and double dots inside of an id are allowed. */
const examplesOf = (path: string): string[] =>
  ['m1', 'shop..', 'a.b:c-d_e'].map((value) => path.replaceAll(/\{\w+\}/g, value))

const requestsOf = (routes: Readonly<Record<string, Route>>, methods: (route: Route) => readonly string[]): string[] =>
  Object.values(routes).flatMap((route) =>
    examplesOf(route.path).flatMap((path) => methods(route).map((method) => `${method} ${path}`)),
  )

const withHead = ({ method }: Route): readonly string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method])
const isShared = ({ path }: Route): boolean => /^\/v1\/merchants\/\{\w+\}$/.test(path)

/** Requests that both edges send to ingest, and to the query API. */
const EXPECTED: Readonly<Record<'ingest' | 'query-api', readonly string[]>> = {
  ingest: [
    ...requestsOf(INGEST_ROUTES, withHead),
    // On its own paths ingest says which methods they take, and what a page may send.
    ...requestsOf(INGEST_ROUTES, () => ['OPTIONS']),
    ...requestsOf(INGEST_ROUTES, (route) => (isShared(route) ? [] : ['GET', 'HEAD', 'DELETE'])),
    ...Object.values(SERVICE_ROUTES).map(
      ({ method, path }) => `${method} /ingest${path.replace('{name}', 'page.css')}`,
    ),
  ],
  'query-api': [
    ...requestsOf(QUERY_ROUTES, withHead).filter((request) => !request.endsWith('/live')),
    ...requestsOf(QUERY_ROUTES, (route) => (isShared(route) ? ['DELETE'] : ['OPTIONS', 'DELETE', 'PUT'])),
    ...requestsOf(SERVICE_ROUTES, withHead),
    'GET /',
    'GET /favicon.ico',
    'POST /v1',
    'GET /v1/nothing',
    'GET /v1/entries/batch/nothing',
    'GET /v1/quarantine/q1/nothing',
    'PUT /v1/merchants/m1/days/2026-11-26',
    'GET /v1/transfers/t1',
    'GET /v2/merchants',
  ],
}

const LIVE = ['GET /v1/merchants/m1/live', 'HEAD /v1/merchants/shop../live']

const EDGES = [
  { edge: 'The load balancer', answers: (request: string) => behindLoadBalancer(request) },
  { edge: 'API Gateway', answers: (request: string) => behindApiGateway(request) },
]

describe.each(EDGES)('$edge', ({ edge, answers }) => {
  test.each(['ingest', 'query-api'] as const)(`${edge} sends every request of %s to it.`, (service) => {
    const wrong = EXPECTED[service].filter((request) => answers(request) !== service)
    expect(wrong).toEqual([])
    expect(EXPECTED[service].length).toBeGreaterThan(50)
  })
})

test('The load balancer sends followers of live days to the query API.', () => {
  expect(LIVE.map(behindLoadBalancer)).toEqual(['query-api', 'query-api'])
})

test('API Gateway answers followers of live days itself, because a function would be billed until it is cut off.', () => {
  expect(LIVE.map(behindApiGateway)).toEqual(['edge', 'edge'])
})

/** Reads a template once, when it is first asked for. */
function once<Value>(read: () => Value): () => Value {
  let known: { readonly value: Value } | undefined
  return () => (known ??= { value: read() }).value
}

const split = (request: string): [method: string, path: string] => {
  const [method = '', path = ''] = request.split(' ')
  return [method, path]
}

/** Application Load Balancers, "Condition types for listener rules": `*` matches any characters, `?` one. */
const behindLoadBalancer = (request: string): Answers => {
  const [method, path] = split(request)
  const rule = listenerRules().find(
    ({ paths, methods }) => paths.some((pattern) => pattern.test(path)) && (methods?.includes(method) ?? true),
  )
  return serviceIn(rule?.targets ?? defaultTargets())
}

const Forward = z.array(z.object({ Type: z.literal('forward'), TargetGroupArn: z.unknown() }))
const Rule = {
  Priority: z.number(),
  Actions: Forward,
  Conditions: z.array(
    z.object({
      PathPatternConfig: z.object({ Values: z.array(z.string()) }).optional(),
      HttpRequestMethodConfig: z.object({ Values: z.array(z.string()) }).optional(),
    }),
  ),
}

const listenerRules = once(() =>
  resources(ON_CONTAINERS, 'AWS::ElasticLoadBalancingV2::ListenerRule', Rule)
    .toSorted((one, other) => one.Priority - other.Priority)
    .map(({ Conditions, Actions }) => ({
      paths: Conditions.flatMap(({ PathPatternConfig: of }) => of?.Values ?? []).map(wildcard),
      methods: Conditions.map(({ HttpRequestMethodConfig: of }) => of?.Values).find((of) => of !== undefined),
      targets: Actions,
    })),
)

const defaultTargets = () =>
  resources(ON_CONTAINERS, 'AWS::ElasticLoadBalancingV2::Listener', { DefaultActions: Forward })[0]?.DefaultActions

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll('.', String.raw`\.`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

/**
 * API Gateway takes, segment by segment, a literal resource before a variable one before a greedy one, and then the method
 * before ANY. Where the resource has neither, it answers 403 and looks no further.
 */
const behindApiGateway = (request: string): Answers | 'nothing' => {
  const [method, path] = split(request)
  const segments = path === '/' ? [] : path.slice(1).split('/')
  const resource = segments.reduce<string | undefined>((at, segment) => {
    if (at === undefined || partOf(at).endsWith('+}')) return at
    const children = apiResources().filter(({ ParentId }) => referred(ParentId).includes(at))
    const found =
      children.find(({ PathPart }) => PathPart === segment) ??
      children.find(({ PathPart }) => /^\{\w+\}$/.test(PathPart)) ??
      children.find(({ PathPart }) => PathPart.endsWith('+}'))
    return found?.id
  }, ROOT)
  const methods = apiMethods().filter(({ ResourceId }) => resource !== undefined && isAt(ResourceId, resource))
  const chosen =
    methods.find(({ HttpMethod }) => HttpMethod === method) ?? methods.find(({ HttpMethod }) => HttpMethod === 'ANY')
  if (chosen === undefined) return 'nothing'
  return chosen.Integration.Type === 'MOCK' ? 'edge' : serviceIn(chosen.Integration.Uri)
}

const ROOT = 'root'
const Resource = { ParentId: z.unknown(), PathPart: z.string() }
const Method = {
  HttpMethod: z.string(),
  ResourceId: z.unknown(),
  Integration: z.object({ Type: z.string(), Uri: z.unknown().optional() }),
}

const isAt = (reference: unknown, resource: string): boolean =>
  resource === ROOT ? isRoot(reference) : !isRoot(reference) && referred(reference).includes(resource)

const isRoot = (reference: unknown): boolean => JSON.stringify(reference).includes('RootResourceId')

const partOf = (id: string): string => apiResources().find((resource) => resource.id === id)?.PathPart ?? ''

const apiResources = once(() =>
  resources({}, 'AWS::ApiGateway::Resource', Resource).map((resource) =>
    isRoot(resource.ParentId) ? { ...resource, ParentId: { Ref: ROOT } } : resource,
  ),
)

const apiMethods = once(() => resources({}, 'AWS::ApiGateway::Method', Method))

/** The service whose function or target group is referred to. */
const serviceIn = (value: unknown): Answers => {
  const ids = referred(value).filter((id) => /ingest|queryapi/i.test(id))
  expect(ids).not.toEqual([])
  return ids.every((id) => /ingest/i.test(id)) ? 'ingest' : 'query-api'
}
