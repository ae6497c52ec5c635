/**
 * npm run test:deploy
 *
 * Deploys the template as it is to an emulator of AWS by the CDK's own commands, runs the demo through its REST API, counts
 * what the archive holds, closes days by the deployed state machine, and compares the calls of each function with what its
 * policy grants. Exit 0 only when all of it agrees. docs/testing.md says what has to be installed.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import { callerOf, type Caller } from '#infra/local/demo/caller'
import type { Callers } from '#infra/local/demo/client'
import { dayOfTrade, SHOPS } from '#infra/local/demo/day-of-trade'
import { demoCallers, runDemo, type DemoHolder } from '#infra/local/demo/run-demo'
import { freePorts } from '#infra/local/ports'
import { eventually } from '#infra/local/retry'
import { processTerminal, table } from '#operations/terminal'
import { viewStatements } from '#sql/files'
import { serveAthenaByDuckdb } from './athena-by-duckdb.ts'
import { compareWithGrants, isExplained, type Template } from './calls-and-grants.ts'
import { closingChecks, type Ask } from './closing-checks.ts'
import { startEmulator } from './emulator.ts'
import { openFunctionsNetwork } from './functions-network.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const STAGE = 'dev'
const REGION = 'us-east-1'
// The emulator takes a key of 12 digits as the account. The CDK keeps the account of each key it has seen, so each run of
// this test, which is an account of its own, has a key of its own.
const ACCOUNT = String(100_000_000_000 + Math.floor(Math.random() * 900_000_000_000))
const PLACE = { account: ACCOUNT, region: REGION }
const MOST_MS = 6 * 60_000

const run = promisify(execFile)
const startedAtMs = Date.now()
const folder = mkdtempSync(join(tmpdir(), 'daybook-deploy-'))
const endings: (() => unknown)[] = []

const end = async (code: number): Promise<never> => {
  for (const ending of endings.toReversed()) await ending()
  if (code === 0) rmSync(folder, { recursive: true, force: true })
  else console.error(`What was left behind: ${folder}`)
  console.log(`${code === 0 ? 'Passed' : 'Failed'} after ${seconds(startedAtMs)} s.`)
  process.exit(code)
}
const seconds = (sinceMs: number): string => ((Date.now() - sinceMs) / 1_000).toFixed(1)

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => void end(130))
setTimeout(() => {
  console.error(`Not done after ${MOST_MS / 1_000} s.`)
  void end(1)
}, MOST_MS).unref()

const step = async <T>(what: string, task: () => Promise<T>): Promise<T> => {
  const atMs = Date.now()
  const result = await task().catch((error: unknown) => {
    console.error(`✗ ${what}, after ${seconds(atMs)} s`)
    throw error
  })
  console.log(`✓ ${what}: ${seconds(atMs)} s`)
  return result
}

type Outputs = { readonly url: string; readonly settings: string }

const main = async (): Promise<boolean> => {
  const [emulatorPort = 0, firehosePort = 0, athenaPort = 0] = await freePorts(3)
  const emulatorUrl = `http://127.0.0.1:${emulatorPort}`
  const network = await openFunctionsNetwork(
    { emulator: emulatorPort, firehose: firehosePort, athena: athenaPort },
    { issuerHost: `cognito-idp.${REGION}.amazonaws.com`, folder },
  )
  endings.push(() => network.close())

  await step('ministack', async () => {
    const emulator = startEmulator({ port: emulatorPort, folder, account: ACCOUNT }, network.environment)
    endings.push(() => emulator.stop())
    await emulator.ready
  })
  const aws = {
    PATH: process.env['PATH'],
    HOME: join(folder, 'home'),
    AWS_ENDPOINT_URL: emulatorUrl,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'local',
  }
  mkdirSync(aws.HOME)
  const cdk = async (...args: string[]) => {
    const { stderr } = await run(join(ROOT, 'node_modules/.bin/cdk'), args, { cwd: ROOT, env: aws, maxBuffer: 1e8 })
    return stderr
  }
  const assembly = join(folder, 'cdk.out')
  const outputsFile = join(folder, 'outputs.json')
  await step('cdk synth', () => cdk('synth', '--quiet', '--output', assembly, '-c', `stage=${STAGE}`))
  await step('cdk bootstrap', () => cdk('bootstrap', `aws://${ACCOUNT}/${REGION}`, '--app', assembly))
  await step('cdk deploy', () =>
    cdk('deploy', '--app', assembly, '--require-approval', 'never', '--outputs-file', outputsFile),
  )
  const stack = `daybook-${STAGE}`
  const outputs = (JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Outputs>)[stack]!
  const template = JSON.parse(readFileSync(join(assembly, `${stack}.template.json`), 'utf8')) as Template
  const { ATHENA_WORKGROUP: _, ...named } = settingsIn(outputs.settings)
  // Without a workgroup, SQL goes to DuckDB over the objects: the emulator's Athena knows little of our SQL.
  const settings = { ...named, ...aws }

  await step('our Firehose', async () => {
    const args = ['--port', String(firehosePort), '--path', join(folder, 'firehose')]
    const firehose = spawn(process.execPath, ['infra/local/firehose/firehose.server.ts', ...args], {
      cwd: ROOT,
      env: settings,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    endings.push(() => stop(firehose))
    await once(firehose.stdout, 'data')
  })

  const client = {
    endpoint: emulatorUrl,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: aws.AWS_SECRET_ACCESS_KEY },
  }
  const s3 = new S3Client({ ...client, forcePathStyle: true })
  await step('our double of Athena', async () => {
    const bucket = named['ARCHIVE_BUCKET'] ?? ''
    const views = viewStatements()
    const archive = duckdbArchiveQueries({ client: s3, bucket, folder: join(folder, 'athena'), views })
    const athena = await serveAthenaByDuckdb(athenaPort, archive)
    endings.push(() => athena.close())
  })

  const { hostname } = new URL(outputs.url)
  const api = `${emulatorUrl}/restapis/${hostname.split('.')[0]}/live/_user_request_`
  const tokenFor = async ({ name, scopes, merchants }: DemoHolder): Promise<string> => {
    const granted = merchants.flatMap((merchant) => ['--merchant', merchant])
    const args = ['operations/clients.ts', 'add', '--name', name, '--scope', scopes.join(' '), ...granted]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: ROOT, env: settings })
    const clientId = /^Added (\S+)/m.exec(stderr)?.[1]
    const response = await fetch(`${emulatorUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${stdout.trim()}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: scopes.map((scope) => `daybook/${scope}`).join(' '),
      }),
    })
    const answer = (await response.json()) as { readonly access_token?: string }
    if (answer.access_token === undefined) throw new Error(`Cognito gives no token: ${JSON.stringify(answer)}`)
    return answer.access_token
  }
  const callers = demoCallers(tokenFor)
  await step('clients, by npm run clients', async () => {
    await Promise.all([callers.platform.token(), callers.backOffice.token()])
  })
  const equal = await step('demo', () => runDemo({ ingest: api, query: api }, callers, processTerminal()))
  const command = async (script: string, ...args: string[]): Promise<string> => {
    const env = { ...settings, AWS_ENDPOINT_URL_DYNAMODB: emulatorUrl, AWS_ENDPOINT_URL_S3: emulatorUrl }
    return (await run(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, env })).stdout
  }
  await step('reconcile: the archive has what the books have', async () => {
    const days = new Set(SHOPS.map((shop) => dayOfTrade(shop, startedAtMs).day))
    for (const day of days) console.log((await command('operations/reconcile.ts', '--day', day)).trimEnd())
  })
  const operator = callerOf(() =>
    tokenFor({ name: 'operator', scopes: ['ledger:read', 'operations'], merchants: ['*'] }),
  )
  await step('requests that the demo does not make', () => makeOtherRequests(askOf(api), callers, operator))
  const closing = closingChecks({
    ask: askOf(api),
    callers,
    states: new SFNClient(client),
    stateMachine: named['CLOSE_STATE_MACHINE'] ?? '',
    s3,
    sealBucket: named['SEAL_BUCKET'] ?? '',
    emulatorUrl,
    place: PLACE,
    schedule: `${stack}-close`,
    nowMs: startedAtMs,
  })
  await step('a day is closed on request, by the state machine', () => closing.onRequest(SHOPS[0]!))
  await step('its seal is under Object Lock', () => closing.sealOf(SHOPS[0]!))
  await step('the book and its seal, by npm run verify-journal', async () => {
    const { merchantId } = SHOPS[0]!
    const { day } = dayOfTrade(SHOPS[0]!, startedAtMs)
    const said = await command('operations/verify-journal.ts', '--merchant', merchantId, '--day', day)
    console.log(said.trimEnd())
  })
  await step('late entries restate it, or are released from quarantine', () => closing.lateEntries(SHOPS[0]!, operator))
  await step('a day that is due is closed, by the schedule', () => closing.bySchedule(SHOPS[1]!))
  await step('a heartbeat, by the schedule', () =>
    eventually(
      async () =>
        network.calls.some(
          ({ caller, action }) => caller === `${stack}-heartbeat` && action === 'kinesis:PutRecords',
        ) || undefined,
      { timeoutMs: 70_000, everyMs: 500 },
    ),
  )
  await step('cdk destroy', () => cdk('destroy', '--app', assembly, '--force'))

  const compared = compareWithGrants(network.calls, template, PLACE)
  const rows = compared.map((row) => [
    row.caller,
    row.action,
    row.resource,
    String(row.calls),
    isExplained(row) ? (row.reason ?? '✓') : row.isGranted ? '✗ granted and never called' : '✗ not granted',
  ])
  console.log(table(['function', 'call', 'on', 'made', ''], rows).join('\n'))
  for (const host of network.refusedHosts) console.log(`✗ a function wanted to reach ${host}`)
  return equal && compared.every(isExplained) && network.refusedHosts.length === 0
}

const askOf =
  (api: string): Ask =>
  async <T>(caller: Caller, path: string, method = 'GET', body?: object): Promise<T> => {
    const headers = {
      authorization: `Bearer ${await caller.token()}`,
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    }
    const response = await fetch(`${api}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

/** What the demo does not ask for, so that each function makes the calls that it has grants for. */
const makeOtherRequests = async (ask: Ask, callers: Callers, operator: Caller): Promise<void> => {
  // Lists of a caller of all merchants, and of one who has some.
  for (const caller of [operator, callers.backOffice]) await ask(caller, '/v1/merchants')
  await ask(operator, '/v1/quarantine')
  const { data } = await ask<QuarantineList>(callers.backOffice, '/v1/quarantine')
  const [first, second] = data.map(({ quarantineId }) => `/v1/quarantine/${quarantineId}`)
  await ask(operator, `${first}`)
  await ask(operator, `${first}/discard`, 'POST', { reason: 'a mistake of the demo' })
  await ask(operator, `${second}/replay`, 'POST', {})
  // A till that makes the same mistake again.
  const { mistake, day } = dayOfTrade(SHOPS[0]!, startedAtMs)
  const { position } = await ask<{ readonly position: string }>(
    callers.tillsOf(mistake.merchantId),
    '/v1/entries',
    'POST',
    mistake,
  )
  await ask(callers.backOffice, `/v1/merchants/${mistake.merchantId}/days/${day}?after=${position}`)
}

type QuarantineList = { readonly data: readonly { readonly quarantineId: string }[] }

/** The output `settings` of the stack, which operators export in a shell. */
const settingsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

try {
  await end((await main()) ? 0 : 1)
} catch (error) {
  const { stderr, stdout } = error as { readonly stderr?: string; readonly stdout?: string }
  console.error(error instanceof Error ? error.message : error, stderr ?? '', stdout ?? '')
  await end(1)
}
