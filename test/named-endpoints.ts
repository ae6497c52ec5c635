/** Before `npm run test:cloud`: the adapters' promises are tried at services that the environment has to name. */
const missing = ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_KINESIS'].filter((name) => !process.env[name])
if (missing.length > 0) {
  console.error(`${missing.join(' and ')} must name a service to try, see docs/testing.md.`)
  process.exitCode = 1
}
