export type LocalPorts = Readonly<Record<'kinesis' | 'dynamodb' | 's3' | 'firehose', number>>

/** Points the AWS SDK of this process and of its later children at services on this machine. */
export const useLocalServices = (ports: LocalPorts): void => {
  const { env } = process
  env['AWS_REGION'] ??= 'us-east-1'
  for (const [service, port] of Object.entries(ports)) {
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] = `http://127.0.0.1:${port}`
  }
  // The services accept any key, so real keys are replaced. The SDK would prefer a profile, so it is removed.
  env['AWS_ACCESS_KEY_ID'] = 'local'
  env['AWS_SECRET_ACCESS_KEY'] = 'local'
  delete env['AWS_PROFILE']
}
