import { documentClient } from '#adapters/aws/dynamodb'
import { fileClients } from '#adapters/clients/file-clients'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { onStopSignal, outliveReaders } from '#http/process-life'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { clientsFolder, issuerFolderIn } from './folders.ts'
import { startIssuer } from './issuer.ts'
import { removeExpiredClients } from './passing-clients.ts'

const { issuerPort: port, logLevel, dataFolder, tokens, tables } = readSettings()
const log = processLog({ name: 'issuer', level: logLevel })
logUncaught(log)
const folder = issuerFolderIn(dataFolder)

outliveReaders()
const issuer = await startIssuer({
  port,
  issuer: tokens.issuer,
  audience: tokens.audience,
  folder,
  onFault: (err) => log.error({ err }, 'the issuer failed on a request, which was answered 500'),
})
log.info({ host: '127.0.0.1', port }, 'listening')

const clients = fileClients(clientsFolder(folder))
const grants = dynamoGrants(documentClient(), tables.grants)
const sweep = () => {
  removeExpiredClients(folder, { clients, grants, nowMs: Date.now() }).catch((err: unknown) =>
    log.warn({ err }, 'clients of expired tokens were not removed; the next try follows in a minute'),
  )
}
const sweeping = setInterval(sweep, 60_000)

onStopSignal(() => {
  clearInterval(sweeping)
  void issuer.stop().then(() => process.exit(0))
})
