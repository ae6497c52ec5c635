/** Points the S3 client of this process at a server on this machine. */
export const useLocalS3 = (port: number): void => {
  const { env } = process
  env['AWS_ENDPOINT_URL_S3'] = `http://127.0.0.1:${port}`
  env['AWS_REGION'] ??= 'us-east-1'
  env['AWS_ACCESS_KEY_ID'] ??= 'local'
  env['AWS_SECRET_ACCESS_KEY'] ??= 'local'
}
