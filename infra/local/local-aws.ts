/** Points the AWS SDK of this process, and of the children it will have, at services on this machine. */
export const useLocalServices = ({ kinesisPort, dynamodbPort }: { kinesisPort: number; dynamodbPort: number }) => {
  const { env } = process
  env['AWS_REGION'] ??= 'us-east-1'
  env['AWS_ENDPOINT_URL_KINESIS'] = `http://127.0.0.1:${kinesisPort}`
  env['AWS_ENDPOINT_URL_DYNAMODB'] = `http://127.0.0.1:${dynamodbPort}`
  // The services believe anybody, and nobody's real keys have any business here. A profile would be preferred.
  env['AWS_ACCESS_KEY_ID'] = 'local'
  env['AWS_SECRET_ACCESS_KEY'] = 'local'
  delete env['AWS_PROFILE']
}
