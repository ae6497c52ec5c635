/** The services of AWS that keep data of the local system. */
export const DATA_SERVICES = ['kinesis', 'dynamodb', 's3', 'firehose'] as const
/** All services of AWS that it needs, by the names in which the AWS SDK looks for their addresses. */
export const SERVICES = [...DATA_SERVICES, 'sfn'] as const
export type LocalService = (typeof SERVICES)[number]
export type ServiceUrls = Readonly<Record<LocalService, string>>

/** As people write them. */
export const SERVICE_NAMES: Readonly<Record<LocalService, string>> = {
  kinesis: 'Kinesis',
  dynamodb: 'DynamoDB',
  s3: 'S3',
  firehose: 'Firehose',
  sfn: 'Step Functions',
}

/** The variable of the environment that names a service. */
export const endpointVariable = (service: LocalService): string => `AWS_ENDPOINT_URL_${service.toUpperCase()}`

/** The services that the environment names. Throws an error for people when one of them is named by no URL. */
export const namedServices = (env: NodeJS.ProcessEnv = process.env): Partial<ServiceUrls> => {
  const named = SERVICES.map((service) => [service, env[endpointVariable(service)] ?? ''] as const)
  for (const [service, url] of named) {
    if (url !== '' && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw new Error(`${endpointVariable(service)} must be an http or https URL, such as http://127.0.0.1:8000.`)
  }
  return Object.fromEntries(named.filter(([, url]) => url !== ''))
}

export const urlOnLoopback = (port: number): string => `http://127.0.0.1:${port}`

/**
 * Points the AWS SDK of this process and of its later children at the services of a local system. Real keys are
 * replaced: the services accept any. One of them, DynamoDB Local, keeps separate data for each key and region, so all
 * processes of a system use the same.
 */
export const useServices = (urls: ServiceUrls, region = process.env['AWS_REGION'] || USUAL_REGION): void => {
  const { env } = process
  for (const service of SERVICES) env[endpointVariable(service)] = urls[service]
  env['AWS_REGION'] = region
  env['AWS_ACCESS_KEY_ID'] = 'local'
  env['AWS_SECRET_ACCESS_KEY'] = 'local'
  delete env['AWS_SESSION_TOKEN']
  // The SDK would prefer the keys of a profile.
  delete env['AWS_PROFILE']
}

export const USUAL_REGION = 'us-east-1'
