/** Arguments of the scripts that prove or measure something. Wrong ones end the process before it starts anything. */
import { EXIT, readArguments, UsageError } from '#operations/command'
import type { ParseArgsOptionsConfig } from 'node:util'

/** The options of this process by their names. Ends the process when an option is unknown or lacks its value. */
export const readOptions = <const Options extends ParseArgsOptionsConfig>(options: Options, usage: string) => {
  try {
    return readArguments(process.argv.slice(2), { options }).values
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return refuseArguments(error.message, usage)
  }
}

/** The value of an option that takes a whole number. Ends the process for any other value. */
export const wholeNumber = (name: string, text: string, usage: string): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : refuseArguments(`${name} takes a whole number, not ${text}.`, usage)

/** Ends the process with the exit code for wrong arguments, after it has said what is wrong and what to write. */
export const refuseArguments = (message: string, usage: string): never => {
  console.error(`${message}\n\n${usage}`)
  process.exit(EXIT.usage)
}
