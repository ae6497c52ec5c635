/**
 * `npm run test:runtime`: ingest and the journal consumer, from their bundles, in the runtime of Lambda: AWS's runtime
 * interface client (`aws-lambda-ric`) under its runtime interface emulator (`aws-lambda-rie`). A merchant is registered and
 * a sale sent by events of API Gateway; the sale comes to the consumer in an event of Kinesis, and has to be counted once.
 * Tells the time of the first call and of the following ones, and the memory.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KinesisStreamBatchResponse } from 'aws-lambda'
import type { APIGatewayProxyResult } from 'hono/aws-lambda'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { s3Client } from '#adapters/aws/s3'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { bundleOf, writeBundle, type Deployable } from '#infra/aws/bundles'
import { eventRecord, kinesisEvent } from '#infra/local/kinesis-event'
import { freePorts } from '#infra/local/ports'
import { provision } from '#infra/local/provision'
import { eventually } from '#infra/local/retry'
import { startTestServices } from '#infra/local/test-services'
import { readSettings } from '#infra/settings'
import { apiGatewayEvent, sentBack, type SentRequest } from '#test/api-gateway-event'
import { aBookId, aGrant, anEntry, entryId } from '#test/builders'
import { descendantsOf } from '#test/flows/running-system'
import { anIssuer } from '#test/http/token-issuer'
import { encodeEntries, entryLine } from '#wire/stream/record'

const WARM_CALLS = 200
/** As in the template. The emulator tells the function and does not enforce it. */
const MEMORY_MIB = '1769'

const found = (program: string, how: string): string => {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim()
  } catch {
    throw new Error(`${program} is not on the PATH. ${how}`)
  }
}

type Running = {
  call(event: unknown): Promise<{ readonly result: unknown; readonly ms: number }>
  /** The most memory that the function's process held at once. */
  peakMiB(): number
  stop(): Promise<void>
}

const started = async (deployable: Deployable, folder: string, env: Record<string, string>): Promise<Running> => {
  const task = writeBundle(bundleOf(deployable), join(folder, deployable))
  const [port, apiPort] = await freePorts(2)
  const emulator = spawn(
    RIE,
    [
      // Its default is every interface.
      '--runtime-interface-emulator-address',
      `127.0.0.1:${port}`,
      '--runtime-api-address',
      `127.0.0.1:${apiPort}`,
      process.execPath,
      RIC,
      'index.handler',
    ],
    {
      cwd: task,
      env: {
        ...process.env,
        ...env,
        NODE_OPTIONS: '--enable-source-maps',
        AWS_LAMBDA_FUNCTION_NAME: deployable,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: MEMORY_MIB,
        AWS_LAMBDA_FUNCTION_TIMEOUT: '29',
        LAMBDA_TASK_ROOT: task,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output: string[] = []
  for (const stream of [emulator.stdout, emulator.stderr]) stream.on('data', (data) => output.push(String(data)))
  await eventually(async () => (await fetch(`http://127.0.0.1:${port}/`)).status, { timeoutMs: 10_000 })
  return {
    call: async (event: unknown) => {
      const before = performance.now()
      const response = await fetch(`http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`, {
        method: 'POST',
        body: JSON.stringify(event),
      })
      const result = (await response.json()) as { errorMessage?: string }
      if (result.errorMessage !== undefined) throw new Error(`${deployable} failed:\n${output.join('')}`)
      return { result, ms: performance.now() - before }
    },
    peakMiB: () =>
      Math.max(
        ...descendantsOf(emulator.pid as number).map((pid) => {
          const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
          return Number(kib) / 1024
        }),
      ),
    stop: () => ended(emulator),
  }
}

const ended = async (child: ChildProcess): Promise<void> => {
  const exit = once(child, 'exit')
  // The emulator leaves its child behind when it is killed itself.
  for (const pid of descendantsOf(child.pid as number)) process.kill(pid, 'SIGKILL')
  child.kill('SIGKILL')
  await exit
}

const must = (holds: boolean, what: string, got: unknown): void => {
  if (!holds) throw new Error(`${what}, but got ${JSON.stringify(got)}`)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

const RIE = found(
  'aws-lambda-rie',
  'Install it: go install github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@latest',
)
const RIC = found(
  'aws-lambda-ric',
  'Install it: npm install --global aws-lambda-ric (its native part needs autoconf, automake, libtool, cmake and a C++ compiler).',
)

const folder = mkdtempSync(join(tmpdir(), 'daybook-runtime-'))
const services = await startTestServices()
const issuer = await anIssuer()
const running: Running[] = []
try {
  const settings = readSettings()
  const client = documentClient()
  await provision({ kinesis: kinesisClient(), dynamodb: client, s3: s3Client() }, settings)
  await dynamoGrants(client, settings.tables.grants).put(aGrant('till', '*'))
  const token = await issuer.sign({ scope: 'entries:write merchants:admin' })
  const env = { TOKEN_ISSUER: issuer.issuer, LOG_LEVEL: 'error' }

  const ingest = await started('ingest', folder, env)
  running.push(ingest)
  const send = async (request: SentRequest, status: number) => {
    const event = apiGatewayEvent({ ...request, headers: [['Authorization', `Bearer ${token}`]] })
    const { result, ms } = await ingest.call(event)
    const answer = sentBack(result as APIGatewayProxyResult)
    must(answer.status === status, `${request.path} should answer ${status}`, { ...answer, body: String(answer.body) })
    return ms
  }
  const bakery = { name: 'Padaria Central', currency: 'BRL', timeZone: 'America/Sao_Paulo' }
  const coldMs = await send({ method: 'PUT', path: '/v1/merchants/m1', body: JSON.stringify(bakery) }, 201)
  const occurredAt = new Date()
  const sale = (id: string) => ({
    entryId: id,
    merchantId: 'm1',
    direction: 'credit',
    amount: 1250,
    currency: 'BRL',
    occurredAt,
  })
  const warmMs: number[] = []
  for (let call = 1; call <= WARM_CALLS; call += 1)
    warmMs.push(await send({ method: 'POST', path: '/v1/entries', body: JSON.stringify(sale(`e${call}`)) }, 202))
  report('ingest (API Gateway)', coldMs, warmMs, ingest.peakMiB())

  const journal = await started('journal', folder, env)
  running.push(journal)
  const consume = async (batch: number) => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      entryLine(anEntry({ entryId: entryId(`b${batch}-${index}`) })),
    )
    const record = {
      Data: encodeEntries(lines),
      PartitionKey: 'm1',
      SequenceNumber: `4959033827149025660855969253836157109592157598913${String(batch).padStart(7, '0')}`,
      ApproximateArrivalTimestamp: new Date(),
    }
    const streamArn = `arn:aws:kinesis:us-east-1:123456789012:stream/${settings.streamName}`
    const shard = { shardId: 'shardId-000000000006', streamArn, region: 'us-east-1' }
    const event = kinesisEvent([eventRecord(record, shard)])
    const { result, ms } = await journal.call(event)
    const { batchItemFailures } = result as KinesisStreamBatchResponse
    must(batchItemFailures.length === 0, 'no record should fail', result)
    return ms
  }
  const coldBatchMs = await consume(0)
  const warmBatchesMs: number[] = []
  for (let batch = 1; batch <= WARM_CALLS; batch += 1) warmBatchesMs.push(await consume(batch))
  // Delivered again, which must count nothing.
  await consume(1)
  report('journal (Kinesis, 50 entries)', coldBatchMs, warmBatchesMs, journal.peakMiB())

  const counted = (await dynamoJournal(client, settings.tables.journal).end(aBookId()))?.totals.entryCount
  const expected = 50 * (WARM_CALLS + 1)
  must(counted === expected, `the book should count ${expected} entries`, counted)
  console.log(`${expected} entries delivered, one batch of them twice: ${counted} counted`)
} finally {
  await Promise.all(running.map((each) => each.stop()))
  await issuer.stop()
  await services.stop()
  rmSync(folder, { recursive: true, force: true })
}

function report(what: string, coldMs: number, warmMs: readonly number[], peakMiB: number): void {
  const slowest = warmMs.toSorted((a, b) => a - b)[Math.floor(warmMs.length * 0.99)] ?? NaN
  const warm = `warm p50 ${median(warmMs).toFixed(1)} ms, p99 ${slowest.toFixed(1)} ms`
  console.log(`${what}: cold ${Math.round(coldMs)} ms, ${warm}, at most ${Math.round(peakMiB)} MiB`)
}
