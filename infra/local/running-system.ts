import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const endpointsFile = z.object({
  kinesis: z.string(),
  dynamodb: z.string(),
  s3: z.string(),
  firehose: z.string(),
})

/** Points the AWS SDK of an operator's command at the system that runs here, unless the environment names another. */
export const useRunningSystem = (env: NodeJS.ProcessEnv = process.env): void => {
  const names = ['KINESIS', 'DYNAMODB', 'S3', 'FIREHOSE'] as const
  if (env['AWS_ENDPOINT_URL_DYNAMODB'] !== undefined || env['AWS_ENDPOINT_URL'] !== undefined) return
  const folder = env['DAYBOOK_DATA'] || '.daybook'
  const endpoints = readEndpoints(join(folder, 'endpoints.json'))
  if (endpoints === undefined) {
    throw new Error(`no Daybook is running on the data in ${folder}; start it with npm start`)
  }
  for (const name of names) env[`AWS_ENDPOINT_URL_${name}`] ??= endpoints[name.toLowerCase() as 'kinesis']
  env['AWS_REGION'] ??= 'us-east-1'
  env['AWS_ACCESS_KEY_ID'] ??= 'local'
  env['AWS_SECRET_ACCESS_KEY'] ??= 'local'
}

const readEndpoints = (file: string) => {
  try {
    return endpointsFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
