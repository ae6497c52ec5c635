/** What all commands of operators have in common: how arguments are read, and what the exit code says. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { StatementError } from '#ledger/archive'

export const EXIT = {
  /** Done, and whatever was looked at is as it should be. */
  done: 0,
  /** A promise is broken, or what was asked for is refused. */
  refused: 1,
  /** The arguments make no sense. */
  usage: 2,
  /** It could not be found out: nothing runs, or something does not answer. */
  failed: 3,
} as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** Where a command speaks: results on the one, everything else on the other. */
export type Terminal = { print(line: string): void; complain(line: string): void }

export type Command = (args: readonly string[], terminal: Terminal) => Promise<Exit>

/** What was typed makes no sense; the message says what of it. */
export class UsageError extends Error {}

/** The arguments by their names. Throws a UsageError for one that is not known, or has no value where it needs one. */
export const readArguments = <Config extends ParseArgsConfig>(args: readonly string[], config: Config) => {
  try {
    return parseArgs({ ...config, args, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

/** Runs a command to its exit code, whatever it throws. */
export const exitOf = async (
  command: Command,
  usage: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<Exit> => {
  try {
    if (args.includes('--help')) {
      terminal.print(usage)
      return EXIT.done
    }
    return await command(args, terminal)
  } catch (error) {
    terminal.complain(error instanceof Error ? error.message : String(error))
    if (error instanceof StatementError) return EXIT.refused
    if (!(error instanceof UsageError)) return EXIT.failed
    terminal.complain(`\n${usage}`)
    return EXIT.usage
  }
}

/** The same for this process. */
export const runCommand = async (command: Command, usage: string): Promise<void> => {
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // The reader, such as `head`, has gone away. What the command does, and finds out, is the same without it.
      if (code === 'EPIPE') return
      console.error(message)
      process.exit(EXIT.failed)
    })
  }
  const terminal = { print: (line: string) => console.log(line), complain: (line: string) => console.error(line) }
  process.exitCode = await exitOf(command, usage, process.argv.slice(2), terminal)
}
