import { serveUntilStopped } from '#http/serve'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { ENDLESS_PATHS } from './app.ts'
import { ingestWith } from './ingest-world.ts'

const settings = readSettings()
const log = processLog({ name: 'ingest', level: settings.logLevel })
logUncaught(log)
const { host, ingestPort: port } = settings

await serveUntilStopped(ingestWith(settings, log), { host, port, endlessPaths: ENDLESS_PATHS }, log)
