import { readFileSync } from 'node:fs'
import { UsageError } from './command.ts'

/**
 * The token that a file holds. A token is never an argument or a variable of the environment, because other programs of
 * the machine can read both. Messages never show what the file holds.
 */
export const tokenIn = (file: string): string => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`The token cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  const token = text.trim()
  // The characters of a bearer token (RFC 6750, section 2.1).
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token
  throw new UsageError(`${file} does not hold a token: one line as \`npm run -s token\` prints it.`)
}
