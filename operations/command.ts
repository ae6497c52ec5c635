/** What all commands have in common: how arguments are read, and what the exit code says. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { StatementError } from '#ledger/archive'
import { processTerminal, type Terminal } from './terminal.ts'

export const EXIT = {
  /** The command is done, and all that it looked at is as it should be. */
  done: 0,
  /** A promise is broken, or the request is refused. */
  refused: 1,
  /** The arguments make no sense. */
  usage: 2,
  /** The command could not find out: no system runs, or a service does not answer. */
  failed: 3,
} as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

export type Command = (args: readonly string[], terminal: Terminal) => Promise<Exit>

/** The arguments make no sense; the message says which, and what to write instead. */
export class UsageError extends Error {}

/** The arguments by their names. Throws a UsageError for an unknown one, and for one that lacks its value. */
export const readArguments = <Config extends ParseArgsConfig>(args: readonly string[], config: Config) => {
  try {
    return parseArgs({ ...config, args, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
}

/** Runs a command to its exit code, and turns every error that it throws into one. */
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

/** Runs a command with the arguments, the terminal and the exit code of this process. */
export const runCommand = async (command: Command, usage: string): Promise<void> => {
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // The reader, such as `head`, has gone away. The work and the findings of the command are the same without it.
      if (code === 'EPIPE') return
      console.error(message)
      process.exit(EXIT.failed)
    })
  }
  process.exitCode = await exitOf(command, usage, process.argv.slice(2), processTerminal())
}
