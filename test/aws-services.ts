import { startTestServices } from '#infra/local/test-services'

/**
 * Before the first test: a stream and a store in memory, or those that the environment names. Vitest starts its workers
 * afterwards, and they inherit this process's environment, in which the AWS SDK finds the addresses.
 */
export const setup = async (): Promise<() => Promise<void>> => {
  // Tests start some hundred processes of ours; each would compile the same modules again, for half of its time.
  process.env['NODE_COMPILE_CACHE'] ??= 'node_modules/.cache/compiled'
  const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_KINESIS } = process.env
  if (AWS_ENDPOINT_URL_DYNAMODB && AWS_ENDPOINT_URL_KINESIS) return async () => {}
  const services = await startTestServices()
  return () => services.stop()
}
