import { UsageError } from './command.ts'
import { textIn } from './text-file.ts'

/**
 * The token that a file holds. A token is never an argument or a variable of the environment, because other programs of
 * the machine can read both. Messages never show what the file holds.
 */
export const tokenIn = (file: string): string => {
  const token = textIn(file).trim()
  // The characters of a bearer token (RFC 6750, section 2.1).
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token
  throw new UsageError(`${file} does not hold a token: one line as \`npm run -s token\` prints it.`)
}
