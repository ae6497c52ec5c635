/** How a command finds the local system that `npm start` runs: by a file in its data folder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '#wire/settings'

/** Points the AWS SDK of this process at the running system; what the environment names already stays. */
export const useRunningSystem = (folder: string = readSettings().dataFolder): void => {
  const endpoints = readEndpoints(folder)
  const { env } = process
  for (const service of ['kinesis', 'dynamodb', 's3', 'firehose']) {
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??= endpoints[service]
  }
  env['AWS_REGION'] ??= 'us-east-1'
  env['AWS_ACCESS_KEY_ID'] ??= 'local'
  env['AWS_SECRET_ACCESS_KEY'] ??= 'local'
}

const readEndpoints = (folder: string): Record<string, string> => {
  try {
    return JSON.parse(readFileSync(join(folder, 'endpoints.json'), 'utf8')) as Record<string, string>
  } catch {
    throw new Error(`No Daybook is running on the data in ${folder}; start it with npm start.`)
  }
}
