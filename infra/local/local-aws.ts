export type LocalPorts = Readonly<Record<'kinesis' | 'dynamodb' | 's3' | 'firehose', number>>

/** Points the AWS SDK of this process, and of the children it will have, at services on this machine. */
export const useLocalServices = (ports: LocalPorts): void => {
  const { env } = process
  env['AWS_REGION'] ??= 'us-east-1'
  for (const [service, port] of Object.entries(ports)) {
    env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] = `http://127.0.0.1:${port}`
  }
  // The services believe anybody, and nobody's real keys have any business here. A profile would be preferred.
  env['AWS_ACCESS_KEY_ID'] = 'local'
  env['AWS_SECRET_ACCESS_KEY'] = 'local'
  delete env['AWS_PROFILE']
}
