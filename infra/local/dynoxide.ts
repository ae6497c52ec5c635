import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The path of the dynoxide that npm installed for this platform. */
export const dynoxideBinary = (platform = `${process.platform}-${process.arch}`): string => {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`)
    return join(dirname(manifest), 'dynoxide')
  } catch {
    throw new Error(platform === OURS ? NOT_INSTALLED : noneFor(platform))
  }
}

const OURS = 'linux-x64'

const NOT_INSTALLED =
  `The local DynamoDB is not installed: the optional package @dynoxide/${OURS} is missing. ` +
  'Run `npm install` without --omit=optional.'

const noneFor = (platform: string): string =>
  `The registry of npm has no local DynamoDB for ${platform}. Start Amazon's DynamoDB Local, which needs Java or a ` +
  'container, and name it: AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 (README, "Other machines").'
