/** `npm start`: the whole system on this machine, with its data kept in one folder. */
import { join } from 'node:path'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { s3Client } from '#adapters/aws/s3'
import { outliveReaders } from '#http/process-life'
import { readSettings } from '#infra/settings'
import { prepareStart } from './before-start.ts'
import { claimServices } from './data-services.ts'
import { consumers, ingest, queryApi } from './deployables.ts'
import {
  DATA_SERVICES,
  endpointVariable,
  namedServices,
  SERVICE_NAMES,
  SERVICES,
  urlOnLoopback,
  useServices,
  type LocalService,
  type ServiceUrls,
} from './local-aws.ts'
import { errorInWords, jsonOutput, peopleOutput } from './output.ts'
import { portsOfServices } from './ports.ts'
import { CannotProvision, provision } from './provision.ts'
import { untilAnswering, untilReady } from './readiness.ts'
import { announceEndpoints } from './running-system.ts'
import { serviceUrl } from './service-url.ts'
import { dynamodbService, firehoseService, issuerService, kinesisService, s3Service } from './services.ts'
import { failedServiceText } from './start-failure.ts'
import { startSupervisor, type ChildSpec } from './supervisor.ts'
import { tryIt } from './try-it.ts'

const print = (line: string) => console.log(line)
const output = process.stdout.isTTY ? peopleOutput(print) : jsonOutput(print)
outliveReaders()
// The data are books of merchants, grants, and where commands send secrets. The children inherit this, and some of the
// libraries that write there give no modes of their own.
process.umask(0o077)
const { settings, named } = await orRefuse(async () => {
  const read = { settings: readSettings(), named: namedServices() }
  await prepareStart(read.settings, read.named)
  return read
})
const { dataFolder } = settings

const apis = {
  ingestUrl: serviceUrl(settings.host, settings.ingestPort),
  queryUrl: serviceUrl(settings.host, settings.queryPort),
}
// The issuer that the environment names is used instead of one of our own, and so is a service of AWS.
const ownIssuer = settings.tokens.isOurs ? settings.tokens.issuer : undefined

// The ports are chosen once, so that a restarted service has the address that the others know.
const { consumers: consumersPort, ...ports } = await portsOfServices(settings)
const services: ServiceUrls = {
  kinesis: named.kinesis ?? urlOnLoopback(ports.kinesis),
  dynamodb: named.dynamodb ?? urlOnLoopback(ports.dynamodb),
  s3: named.s3 ?? urlOnLoopback(ports.s3),
  firehose: named.firehose ?? urlOnLoopback(ports.firehose),
  sfn: named.sfn ?? urlOnLoopback(ports.sfn),
}
// Both this process, which provisions, and the children, which inherit the environment, need the endpoints.
useServices(services)

let isReady = false
const supervisor = startSupervisor({
  output,
  onStuck(service) {
    if (!isReady) void giveUp(failedServiceText(service))
  },
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop())

const own = (service: LocalService, spec: (place: { port: number; folder: string }) => ChildSpec) => {
  if (named[service] === undefined) supervisor.start(spec({ port: ports[service], folder: join(dataFolder, service) }))
}

for (const service of SERVICES) {
  const url = named[service]
  if (url !== undefined)
    output.tell(service, 'info', `${SERVICE_NAMES[service]} at ${url} is used (${endpointVariable(service)})`)
}
let awaited = DATA_SERVICES.map((service) => ({ name: SERVICE_NAMES[service], url: services[service] }))
const waiting = setInterval(() => {
  const names = awaited.map(({ name, url }) => `${name} at ${url}`).join(', ')
  output.tell('daybook', 'warn', `not ready yet; waiting for ${names}`)
}, 10_000)

// The services start first. Stopping goes in the reverse order, because the others need the services to finish.
own('kinesis', kinesisService)
own('dynamodb', dynamodbService)
own('s3', s3Service)
// Ingest fetches the keys of the issuer when it starts. Stages, and not this order, say which ends first.
if (ownIssuer !== undefined) supervisor.start(issuerService(dataFolder))
await provisionAll().catch(async (error: unknown) => await giveUp(provisioningText(error)))
own('firehose', firehoseService)
supervisor.start(consumers({ probes: consumersPort, sfn: named.sfn ? undefined : ports.sfn }, process.env))
supervisor.start(queryApi)
supervisor.start(ingest(settings.queryUrl ?? apis.queryUrl, process.env))

awaited = [
  { name: 'ingest', url: apis.ingestUrl },
  { name: 'the query API', url: apis.queryUrl },
  ...(ownIssuer === undefined ? [] : [{ name: 'the issuer', url: ownIssuer }]),
]
await Promise.all([
  // The consumers do without Firehose for a while, and would hide that it cannot start.
  named.firehose ?? untilAnswering(services.firehose),
  named.sfn ?? untilAnswering(services.sfn),
  ...awaited.map(async (service) => {
    await untilReady(service.url)
    awaited = awaited.filter((other) => other !== service)
  }),
])
clearInterval(waiting)
isReady = true
announceEndpoints(dataFolder, {
  ingest: apis.ingestUrl,
  query: apis.queryUrl,
  consumers: urlOnLoopback(consumersPort),
  issuer: ownIssuer,
  services,
})
sayReady()

async function provisionAll() {
  // Our own services take a moment to listen. One that was named may have to be started yet.
  const dynamodb = documentClient({ maxAttempts: 1 })
  const clients = { kinesis: kinesisClient({ maxAttempts: 1 }), dynamodb, s3: s3Client({ maxAttempts: 1 }) }
  await provision(clients, settings)
  await claimServices(dataFolder, named, { client: dynamodb, table: settings.tables.progress })
}

function provisioningText(error: unknown): string {
  if (!(error instanceof CannotProvision)) return errorInWords(error)
  const { service } = error
  const variable = endpointVariable(service)
  const isNamed = named[service] !== undefined
  return [
    `Daybook could not start, because ${SERVICE_NAMES[service]} at ${services[service]} cannot be used.`,
    `  reason   ${errorInWords(error.cause)}`,
    ...(isNamed ? [`  named by ${variable}`] : [`  data     ${join(dataFolder, service)}`]),
    `  to do    ${isNamed ? `Start it, or unset ${variable} to use one of Daybook's own.` : 'The lines above say more.'}`,
  ].join('\n')
}

function whereDataIs(): string {
  const elsewhere = DATA_SERVICES.flatMap((service) =>
    named[service] === undefined ? [] : [`${SERVICE_NAMES[service]} at ${named[service]}`],
  )
  return [`${dataFolder}/`, ...elsewhere].join(' and in the ')
}

function sayReady() {
  const { issuer } = settings.tokens
  const archive = `s3://${settings.archiveBucket} at ${services.s3}`
  output.tell('daybook', 'info', 'Daybook is ready', { ...apis, issuer, archive, data: dataFolder })
  output.forPeople(`\nIts data is in ${whereDataIs()}\n`)
  if (!settings.syncs)
    output.tell('daybook', 'warn', 'DAYBOOK_SYNC=never: a power cut loses entries that were acknowledged')
  output.forPeople(
    `  ingest     ${apis.ingestUrl}\n  query API  ${apis.queryUrl}\n  issuer     ${issuer}\n  archive    ${archive}\n\n` +
      `Try it:\n\n${tryIt({ ...apis, dataFolder, hasIssuer: ownIssuer !== undefined })}\n`,
  )
}

async function orRefuse<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}

/** Ends a start that failed. The reason comes last, after all output of the children. */
async function giveUp(reason: string): Promise<never> {
  await supervisor.stop()
  console.error(`\n${reason}`)
  process.exit(1)
}

async function stop() {
  await supervisor.stop()
  output.tell('daybook', 'info', `stopped; all data is kept in ${whereDataIs()}, and npm start goes on with it`)
  process.exit(0)
}
