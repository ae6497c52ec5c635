import { behindApiGateway } from '#http/api-gateway'
import { processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { ingestWith } from './ingest-world.ts'

const settings = readSettings()

/** The command side behind API Gateway, where its own pages and probes stand below `/ingest`. */
export const handler = behindApiGateway(
  ingestWith(settings, processLog({ name: 'ingest', level: settings.logLevel })),
  { prefix: '/ingest' },
)
