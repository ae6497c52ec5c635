/** The template, the local supervisor and the code agree on the environment of each deployable. */
import { describe, expect, test, vi } from 'vitest'
import { DEPLOYABLES, type Deployable } from '#infra/aws/bundles'
import { consumers, ingest, queryApi } from '#infra/local/deployables'
import { useServices } from '#infra/local/local-aws'
import { readSettings, SETTINGS, type Settings } from '#infra/settings'
import { grantsOf } from './granted.ts'
import { synthesized } from './synthesized.ts'

const template = synthesized()
const names = Object.keys(DEPLOYABLES) as Deployable[]

/** Lambda and the SDK read these, and not our code. */
const NOT_SETTINGS = ['NODE_OPTIONS', 'AWS_SDK_UA_APP_ID']

/** Settings whose default is right on AWS, too. Every other setting that a function reads has to be set. */
const DEFAULT_IS_RIGHT = [
  'LOG_LEVEL',
  // Cognito's tokens name no audience, and grants decide which client may do what.
  'TOKEN_AUDIENCE',
  'TOKEN_CLIENT_IDS',
  'METRICS_OPEN',
  'CORS_ORIGINS',
  'INGEST_MAX_ENTRIES_PER_SECOND',
  'INGEST_MAX_BYTES_IN_FLIGHT',
  'BOOKS_AT_ONCE',
  'BOOK_CACHE_BYTES',
  'CLOSE_AFTER',
  // Only DuckDB keeps copies of the archive there, and Athena is used.
  'DAYBOOK_DATA',
]

describe.each(names)('the function %s', (name) => {
  const set = variablesOf(name)

  test('is told nothing that its code does not read', async () => {
    const read = await settingsReadBy(name)
    expect(Object.keys(set).filter((one) => !NOT_SETTINGS.includes(one) && !read.includes(one))).toEqual([])
  })

  test('is told each setting that its code reads and whose default would be wrong', async () => {
    const read = await settingsReadBy(name)
    expect(read.length).toBeGreaterThan(0)
    expect(read.filter((one) => !(one in set) && !DEFAULT_IS_RIGHT.includes(one))).toEqual([])
  })

  test('gets values that its code takes', () => {
    expect(() => readSettings(set)).not.toThrow()
  })

  test('calls only services that the local system runs as well', () => {
    useServices({ kinesis: 'http://k', dynamodb: 'http://d', s3: 'http://s', firehose: 'http://f', sfn: 'http://w' })
    const called = Object.values(grantsOf(template, `daybook-dev-${name}`))
      .flat()
      .map((action) => action.split(':')[0] ?? '')
    // Logs are the standard output there, and nothing is encrypted.
    // DuckDB reads the archive there.
    const notThere = ['logs', 'kms', 'athena', 'glue']
    const run = new Set(
      called.filter((service) => !notThere.includes(service)).map((service) => SDK_NAMES[service] ?? service),
    )
    expect(
      [...run].filter((service) => process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] === undefined),
    ).toEqual([])
  })
})

/** Where the names of actions are not those by which the SDK looks for addresses. */
const SDK_NAMES: Readonly<Record<string, string>> = { states: 'sfn' }

describe('the local supervisor', () => {
  const children: { child: string; env: NodeJS.ProcessEnv; hosts: Deployable[] }[] = [
    {
      child: 'consumers',
      env: consumers({ probes: 8790, sfn: 8791 }, {}).env ?? {},
      hosts: ['journal', 'archive', 'heartbeat', 'close'],
    },
    { child: 'query-api', env: queryApi.env ?? {}, hosts: ['query-api'] },
    { child: 'ingest', env: ingest('http://127.0.0.1:8788', {}).env ?? {}, hosts: ['ingest'] },
  ]

  test.each(children)('tells $child no setting that its code does not read', async ({ env, hosts }) => {
    const read: string[] = []
    for (const host of hosts) read.push(...(await settingsReadBy(host)))
    expect(Object.keys(env).filter((one) => SETTINGS.includes(one) && !read.includes(one))).toEqual([])
  })

  test('tells ingest the address of the query API, as the template does', () => {
    expect(ingest('http://127.0.0.1:8788', {}).env).toHaveProperty('QUERY_URL', 'http://127.0.0.1:8788')
    expect(variablesOf('ingest')).toHaveProperty('QUERY_URL')
  })
})

function variablesOf(name: Deployable): Record<string, string> {
  const { Environment } = template.the('AWS::Lambda::Function', { FunctionName: `daybook-dev-${name}` })
  const { Variables } = Environment as { readonly Variables: Readonly<Record<string, string>> }
  // References to the suffix of AWS's hosts and to the account, which are known only there.
  return Object.fromEntries(
    Object.entries(Variables).map(([one, value]) => [
      one,
      value.replace('AWS::URLSuffix', 'amazonaws.com').replace('AWS::AccountId', '123456789012'),
    ]),
  )
}

/** The settings that a deployable reads when Lambda loads it: its code gets settings that note which of them it takes. */
async function settingsReadBy(name: Deployable): Promise<string[]> {
  const taken = new Set<string>()
  vi.resetModules()
  vi.doMock('#infra/settings', () => ({ readSettings: () => noting(readSettings(EVERYTHING), taken) }))
  await import(/* @vite-ignore */ `../../../${DEPLOYABLES[name]}`)
  vi.doUnmock('#infra/settings')
  return SETTINGS.filter((setting) => memberOf(setting).some((member) => taken.has(member)))
}

/** Adapters keep these objects and look into them at each call, so taking one is taking all that is in it. */
const TAKEN_WHOLE = ['tokens', 'deliveryStreams']

const noting = <T extends object>(settings: T, taken: Set<string>, path = ''): T =>
  new Proxy(settings, {
    get: (target, member) => {
      const value: unknown = Reflect.get(target, member)
      const name = path + String(member)
      if (!isGroup(value)) {
        taken.add(name)
        return value
      }
      if (TAKEN_WHOLE.includes(name)) for (const inner of Object.keys(value)) taken.add(`${name}.${inner}`)
      return noting(value, taken, `${name}.`)
    },
  })

const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** So that no setting hides another. */
const EVERYTHING = { ATHENA_WORKGROUP: 'analysts', TOKEN_ISSUER: 'https://issuer.example' }

/** The members of the settings that change with a variable of the environment. */
const memberOf = (setting: string): string[] => {
  const before = leavesOf(readSettings(EVERYTHING))
  for (const value of OTHER_VALUES) {
    const after = settingsWith({ ...EVERYTHING, [setting]: value })
    const changed = after && [...leavesOf(after)].filter(([name, leaf]) => before.get(name) !== leaf)
    if (changed !== undefined && changed.length > 0) return changed.map(([name]) => name)
  }
  throw new Error(`None of the values here changes ${setting}.`)
}

/** Each setting takes one of these, and it is not the default. */
const OTHER_VALUES = ['other', 'https://other.example', '7', '70000000', '7m', 'true', 'false', 'warn', 'never']

const settingsWith = (env: NodeJS.ProcessEnv): Settings | undefined => {
  try {
    return readSettings(env)
  } catch {
    return undefined
  }
}

const leavesOf = (settings: object, path = ''): Map<string, string | undefined> => {
  const leaves = new Map<string, string | undefined>()
  for (const [name, value] of Object.entries(settings) as [string, unknown][]) {
    if (isGroup(value)) leavesOf(value, `${path}${name}.`).forEach((leaf, inner) => leaves.set(inner, leaf))
    else leaves.set(path + name, JSON.stringify(value))
  }
  return leaves
}
