import { hostname, userInfo } from 'node:os'
import { UNKNOWN, type Actor } from '#ledger/actor'

/**
 * Who runs a command that works on the stores without a token: the user and the machine, as the operating system names
 * them. They prove nothing, and `os:` tells the user from the subject of a token.
 */
export const operatorHere = (): Actor => ({ by: `os:${userName()}`, from: hostname() })

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // In a container, a user may have a number and no name.
    return String(process.getuid?.() ?? UNKNOWN)
  }
}
