/** What the operators' commands have in common: how they fail. */

/** The command was not used as it is meant to be. */
export class UsageError extends Error {}

/** Runs a command; its answer is the exit code. What goes wrong is said in a sentence, bad usage with the usage text. */
export const runCommand = async (usage: string, command: () => Promise<number>): Promise<void> => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads, such as `head`, has seen enough.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    process.exitCode = await command()
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseArgsError(error)
    console.error(error instanceof Error ? error.message : String(error))
    if (isUsage) console.error(`\n${usage}`)
    process.exitCode = isUsage ? 2 : 1
  }
}

const isParseArgsError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
