/** What `npm start` finds out before it starts anything: reasons for which the system could not run. */
import { resolve } from 'node:path'
import type { Settings } from '#infra/settings'
import { checkServicesOfData } from './data-services.ts'
import { checkDataVersion, markDataVersion } from './data-version.ts'
import { dynoxideBinary } from './dynoxide.ts'
import { folderAdvice } from './folder-advice.ts'
import { lockFolder } from './folder-lock.ts'
import type { ServiceUrls } from './local-aws.ts'
import { obstacleTo } from './ports.ts'

/** Throws an error for people when the system cannot run. Otherwise, the data folder is this process's afterwards. */
export const prepareStart = async (settings: Settings, named: Partial<ServiceUrls>): Promise<void> => {
  if (named.dynamodb === undefined) dynoxideBinary()
  const ports = portsOf(settings)
  for (const [port, same] of Map.groupBy(ports, (each) => each.port)) {
    const names = same.map(({ name }) => name).join(' and ')
    if (same.length > 1) throw new Error(`${names} cannot be the same, and are ${port}.`)
  }
  prepareFolder(settings.dataFolder, named)
  for (const { name, port, at } of ports) {
    const obstacle = await obstacleTo(port, at)
    if (obstacle !== undefined) throw new Error(portObstacleText({ name, port, at, obstacle }))
  }
}

const portsOf = ({ host, ingestPort, queryPort, issuerPort, consumersPort, s3Port, tokens }: Settings) => [
  { name: 'INGEST_PORT', port: ingestPort, at: host },
  { name: 'QUERY_PORT', port: queryPort, at: host },
  ...(consumersPort === undefined ? [] : [{ name: 'CONSUMERS_PORT', port: consumersPort, at: '127.0.0.1' }]),
  ...(s3Port === undefined ? [] : [{ name: 'S3_PORT', port: s3Port, at: '127.0.0.1' }]),
  ...(tokens.isOurs ? [{ name: 'ISSUER_PORT', port: issuerPort, at: '127.0.0.1' }] : []),
]

type PortObstacle = { readonly name: string; readonly port: number; readonly at: string; readonly obstacle: string }

const portObstacleText = ({ name, port, at, obstacle }: PortObstacle): string => {
  if (obstacle === 'EADDRINUSE') return `Port ${port} is taken. Set ${name} to another port.`
  if (obstacle === 'EACCES')
    return `Port ${port} needs more rights than this process has. Set ${name} to one above 1023.`
  return `HOST=${at} is no address of this machine on which a service can listen (${obstacle}). Set HOST to one, such as 127.0.0.1.`
}

const prepareFolder = (folder: string, named: Partial<ServiceUrls>): void => {
  checkDataVersion(folder)
  let holder: number | undefined
  try {
    holder = lockFolder(folder)
    if (holder === undefined) markDataVersion(folder)
  } catch (error) {
    throw new Error(folderTroubleText(folder, error as NodeJS.ErrnoException), { cause: error })
  }
  if (holder !== undefined) throw new Error(`Another Daybook (process ${holder}) is running on the data in ${folder}.`)
  checkServicesOfData(folder, named)
}

const folderTroubleText = (folder: string, { code, message }: NodeJS.ErrnoException): string =>
  `There can be no data in ${resolve(folder)}: ${message}. ${folderAdvice(code)}`
