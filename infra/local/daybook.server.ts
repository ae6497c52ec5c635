/** `npm start`: the whole system on this machine, with its data kept in one folder. */
import { join } from 'node:path'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { outliveReaders } from '#http/process-life'
import { readSettings, type Settings } from '#infra/settings'
import { checkDataVersion, markDataVersion } from './data-version.ts'
import { consumers, ingest, queryApi } from './deployables.ts'
import { dynoxideBinary } from './dynoxide.ts'
import { lockFolder } from './folder-lock.ts'
import { useLocalServices } from './local-aws.ts'
import { isPortFree, portsOfServices } from './ports.ts'
import { provision } from './provision.ts'
import { untilReady } from './readiness.ts'
import { announceEndpoints } from './running-system.ts'
import { s3Client } from '#adapters/aws/s3'
import { serviceUrl } from './service-url.ts'
import { dynamodbService, firehoseService, issuerService, kinesisService, s3Service } from './services.ts'
import { startSupervisor } from './supervisor.ts'
import { tryIt } from './try-it.ts'

const print = (line: string) => console.log(line)
outliveReaders()
// The data are books of merchants, grants, and where commands send secrets. The children inherit this, and some of the
// libraries that write there give no modes of their own.
process.umask(0o077)
const settings = orRefuse(readSettings)
orRefuse(dynoxideBinary)
await refuseWhatCannotWork(settings)

const urls = {
  ingestUrl: serviceUrl(settings.host, settings.ingestPort),
  queryUrl: serviceUrl(settings.host, settings.queryPort),
}
// The issuer that the environment names is used instead of one of our own.
const ownIssuer = settings.tokens.isOurs ? settings.tokens.issuer : undefined

// The ports are chosen once, so that a restarted service has the address that the others know.
const { consumers: consumersPort, ...ports } = await portsOfServices(settings)
// Both this process, which provisions, and the children, which inherit the environment, need the endpoints.
useLocalServices(ports)

const supervisor = startSupervisor({ print })
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop())

const data = (name: string) => join(settings.dataFolder, name)

// The services start first. Stopping goes in the reverse order, because the others need the services to finish.
supervisor.start(kinesisService({ port: ports.kinesis, folder: data('kinesis') }))
supervisor.start(dynamodbService({ port: ports.dynamodb, folder: data('dynamodb') }))
supervisor.start(s3Service({ port: ports.s3, folder: data('s3') }))
await provision(
  {
    kinesis: kinesisClient({ maxAttempts: 1 }),
    dynamodb: documentClient({ maxAttempts: 1 }),
    s3: s3Client({ maxAttempts: 1 }),
  },
  settings,
).catch(async (error: unknown) => {
  await supervisor.stop()
  refuse(
    `The local stream, store and archive cannot be used: ${error instanceof Error ? error.message : String(error)}`,
  )
})
supervisor.start(firehoseService({ port: ports.firehose, folder: data('firehose') }))
supervisor.start(consumers(consumersPort, process.env))
if (ownIssuer !== undefined) supervisor.start(issuerService)
supervisor.start(queryApi)
supervisor.start(ingest(settings.queryUrl ?? urls.queryUrl, process.env))

const waiting = setTimeout(() => print('\nNot ready yet. The output of the services is above.\n'), 15_000)
const awaited = [urls.ingestUrl, urls.queryUrl, ...(ownIssuer === undefined ? [] : [ownIssuer])]
await Promise.all(awaited.map(untilReady))
clearTimeout(waiting)
announceEndpoints(settings.dataFolder, {
  ingest: urls.ingestUrl,
  query: urls.queryUrl,
  consumers: `http://127.0.0.1:${consumersPort}`,
  issuer: ownIssuer,
  ports,
})
print(`\nDaybook is ready. Its data is in ${settings.dataFolder}/\n`)
if (!settings.syncs) print('DAYBOOK_SYNC=never: a power cut loses entries that were acknowledged.\n')
print(
  `  ingest     ${urls.ingestUrl}\n  query API  ${urls.queryUrl}\n  issuer     ${settings.tokens.issuer}\n  archive    s3://${settings.archiveBucket} at http://127.0.0.1:${ports.s3}\n\nTry it:\n\n${tryIt({ ...urls, dataFolder: settings.dataFolder, hasIssuer: ownIssuer !== undefined })}\n`,
)

function orRefuse<T>(attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

async function refuseWhatCannotWork(settings: Settings) {
  const { dataFolder, host, ingestPort, queryPort, issuerPort, consumersPort, s3Port, tokens } = settings
  const ports = [
    { name: 'INGEST_PORT', port: ingestPort, at: host },
    { name: 'QUERY_PORT', port: queryPort, at: host },
    ...(consumersPort === undefined ? [] : [{ name: 'CONSUMERS_PORT', port: consumersPort, at: '127.0.0.1' }]),
    ...(tokens.isOurs ? [{ name: 'ISSUER_PORT', port: issuerPort, at: '127.0.0.1' }] : []),
    ...(s3Port === undefined ? [] : [{ name: 'S3_PORT', port: s3Port, at: '127.0.0.1' }]),
  ]
  for (const [port, same] of Map.groupBy(ports, (each) => each.port)) {
    const names = same.map(({ name }) => name).join(' and ')
    if (same.length > 1) refuse(`${names} cannot be the same, and are ${port}.`)
  }
  orRefuse(() => checkDataVersion(dataFolder))
  const holder = orRefuse(() => lockFolder(dataFolder))
  if (holder !== undefined) refuse(`Another Daybook (process ${holder}) is running on the data in ${dataFolder}.`)
  orRefuse(() => markDataVersion(dataFolder))
  for (const { name, port, at } of ports) {
    if (!(await isPortFree(port, at))) refuse(`Port ${port} is taken. Set ${name} to another port.`)
  }
}

function refuse(reason: string): never {
  console.error(reason)
  process.exit(1)
}

async function stop() {
  await supervisor.stop()
  process.exit(0)
}
