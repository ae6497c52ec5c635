import { serveUntilStopped } from '#http/serve'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { queryApiWith } from './query-world.ts'

const settings = readSettings()
const log = processLog({ name: 'query-api', level: settings.logLevel })
logUncaught(log)
const { host, queryPort: port } = settings
const stopping = new AbortController()
const app = queryApiWith(settings, log, stopping.signal)

await serveUntilStopped(app, { host, port, onStop: () => stopping.abort() }, log)
