import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The path of the dynoxide that npm installed for this platform. */
export const dynoxideBinary = (platform = `${process.platform}-${process.arch}`): string => {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`)
    return join(dirname(manifest), 'dynoxide')
  } catch {
    throw new Error(
      `The local DynamoDB is not installed for ${platform}: the optional package @dynoxide/${platform} is missing. ` +
        'Run `npm install` without --omit=optional.',
    )
  }
}
