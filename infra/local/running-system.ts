/** How a command finds the local system that `npm start` runs: by a file in its data folder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '#wire/settings'

export type Endpoints = Readonly<Record<'ingest' | 'query' | 'kinesis' | 'dynamodb' | 's3' | 'firehose', string>>

/**
 * Points the AWS SDK of this process at the system that runs on the data in `DAYBOOK_DATA`; what the environment names
 * already stays. Throws an error for people if none runs.
 */
export const useRunningSystem = (folder: string = readSettings().dataFolder): Endpoints => {
  const endpoints = readEndpoints(folder)
  const { env } = process
  for (const service of ['kinesis', 'dynamodb', 's3', 'firehose'] as const) {
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??= endpoints[service]
  }
  env['AWS_REGION'] ??= 'us-east-1'
  // Without keys the SDK signs nothing. A profile would be preferred to these.
  if (env['AWS_ACCESS_KEY_ID'] === undefined && env['AWS_PROFILE'] === undefined) {
    env['AWS_ACCESS_KEY_ID'] = 'local'
    env['AWS_SECRET_ACCESS_KEY'] = 'local'
  }
  return endpoints
}

const readEndpoints = (folder: string): Endpoints => {
  try {
    return JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Endpoints
  } catch {
    throw new Error(`No Daybook is running on the data in ${folder}; start it with npm start.`)
  }
}
