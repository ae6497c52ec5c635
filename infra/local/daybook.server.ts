/** `npm start`: the whole system on this machine, with its data kept in one folder. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { documentClient } from '#adapters/dynamodb/client'
import { kinesisClient } from '#adapters/kinesis/client'
import { readSettings, type Settings } from '#wire/settings'
import { dynoxideBinary } from './dynoxide.ts'
import { lockFolder } from './folder-lock.ts'
import { useLocalServices } from './local-aws.ts'
import { freePorts, isPortFree } from './ports.ts'
import { provision } from './provision.ts'
import { untilReady } from './readiness.ts'
import { dynamodbService, kinesisService } from './services.ts'
import { startSupervisor } from './supervisor.ts'
import { tryIt } from './try-it.ts'

const print = (line: string) => console.log(line)
const settings = orRefuse(readSettings)
orRefuse(dynoxideBinary)
await refuseWhatCannotWork(settings)

// Chosen once, so that a service that dies comes back at the address that the others know.
const [kinesisPort = 0, dynamodbPort = 0] = await freePorts(2)
// For ourselves, who provision, as for the children, who inherit it.
useLocalServices({ kinesisPort, dynamodbPort })

const supervisor = startSupervisor({ print })
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())

const data = (name: string) => join(settings.dataFolder, name)
const script = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

// Against the flow, for stopping goes the other way: the services last, which the others need to finish.
supervisor.start(kinesisService({ port: kinesisPort, folder: data('kinesis') }))
supervisor.start(dynamodbService({ port: dynamodbPort, folder: data('dynamodb') }))
await provision(
  { kinesis: kinesisClient({ maxAttempts: 1 }), dynamodb: documentClient({ maxAttempts: 1 }) },
  settings,
).catch(async (error: unknown) => {
  await supervisor.stop()
  refuse(`The local stream and store cannot be used: ${error instanceof Error ? error.message : String(error)}`)
})
supervisor.start({
  name: 'consumers',
  stage: 1,
  script: script('infra/local/consumers.server.ts'),
  env: { BOOKS_AT_ONCE: process.env['BOOKS_AT_ONCE'] ?? '4' },
})
supervisor.start({ name: 'query-api', stage: 2, script: script('query-api/query-api.server.ts') })
supervisor.start({
  name: 'ingest',
  stage: 2,
  script: script('ingest/ingest.server.ts'),
  // Less room for garbage: without, a long upload makes the process 60 MB larger, and no faster (docs/performance.md).
  env: {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-semi-space-size=16`.trim(),
    MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '2',
  },
})

const urls = {
  ingestUrl: `http://${settings.host}:${settings.ingestPort}`,
  queryUrl: `http://${settings.host}:${settings.queryPort}`,
}
const waiting = setTimeout(() => print('\nNot ready yet. What the services say stands above.\n'), 15_000)
await Promise.all([untilReady(urls.ingestUrl), untilReady(urls.queryUrl)])
clearTimeout(waiting)
print(`\nDaybook is ready. Its data is in ${settings.dataFolder}/\n`)
print(`  ingest     ${urls.ingestUrl}\n  query API  ${urls.queryUrl}\n\nTry it:\n\n${tryIt(urls)}\n`)

function orRefuse<T>(attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

async function refuseWhatCannotWork({ dataFolder, host, ingestPort, queryPort }: Settings) {
  if (ingestPort === queryPort) refuse('INGEST_PORT and QUERY_PORT cannot be the same.')
  const holder = orRefuse(() => lockFolder(dataFolder))
  if (holder !== undefined) refuse(`Another Daybook (process ${holder}) is running on the data in ${dataFolder}.`)
  if (!(await isPortFree(ingestPort, host))) refuse(`Port ${ingestPort} is taken. Choose another by INGEST_PORT.`)
  if (!(await isPortFree(queryPort, host))) refuse(`Port ${queryPort} is taken. Choose another by QUERY_PORT.`)
}

function refuse(reason: string): never {
  console.error(reason)
  process.exit(1)
}

async function stop() {
  await supervisor.stop()
  process.exit(0)
}
