import { behindApiGateway } from '#http/api-gateway'
import { processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { queryApiWith } from './query-world.ts'

const settings = readSettings()
const log = processLog({ name: 'query-api', level: settings.logLevel })

/** The query API behind API Gateway. Lambda freezes it between calls and stops it without notice, so nothing aborts. */
export const handler = behindApiGateway(queryApiWith(settings, log, new AbortController().signal))
