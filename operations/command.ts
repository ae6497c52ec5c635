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
  // npm has a setting of this name, which may be in the environment for its own sake. Without --yes, a command asks.
  const options = Object.keys(config.options ?? {}).filter((name) => name !== 'yes')
  refuseTakenByNpm(args, options)
  try {
    return parseArgs({ ...config, args, strict: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // Node's advice is about other commands. What it says before may quote the argument.
    throw new UsageError(`${error.message.replace(NODES_ADVICE, '')}.`)
  }
}

/**
 * Without `--` before them, npm takes options for its own, and the command would run without them: `npm run zones
 * --dry-run` would change merchants. npm leaves a trace in the environment.
 */
const refuseTakenByNpm = (args: readonly string[], options: readonly string[]): void => {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const taken = options.filter(
    (name) =>
      process.env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined &&
      !args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  )
  if (taken.length === 0) return
  const names = taken.map((name) => `--${name}`).join(', ')
  throw new UsageError(
    `npm took ${names} for itself. Write -- before the arguments: npm run ${process.env['npm_lifecycle_event']} -- ${names}`,
  )
}

const NODES_ADVICE = /(?:\. (?:To specify a positional|This command does not)|\.\nDid you forget) .*$|\.$/s

/** Runs a command to its exit code, and turns every error that it throws into one. */
export const exitOf = async (
  command: Command,
  usage: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<Exit> => {
  try {
    if (args.includes('--help')) {
      terminal.print(...usage.split('\n'))
      return EXIT.done
    }
    return await command(args, terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.complain(error.message, `How it is used: ${nameIn(usage)} -- --help`)
      return EXIT.usage
    }
    terminal.complain(...messageLines(error))
    return error instanceof StatementError ? EXIT.refused : EXIT.failed
  }
}

/** How the command is run, with which its usage begins. */
const nameIn = (usage: string): string => `npm run ${/^npm run (?:-s )?([\w:-]+)/.exec(usage)?.[1] ?? 'NAME'}`

/** Lines of an error's message. All but the first are indented, so that a quoted text cannot pass for a line of ours. */
export const messageLines = (error: unknown): readonly string[] => {
  const [first = '', ...more] = (error instanceof Error ? error.message : String(error)).split('\n')
  return [first, ...more.map((line) => `    ${line}`)]
}

/** Runs a command with the arguments, the terminal and the exit code of this process. */
export const runCommand = async (command: Command, usage: string): Promise<void> => {
  const terminal = processTerminal()
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // The reader, such as `head`, has gone away. The work and the findings of the command are the same without it.
      if (code === 'EPIPE') return
      terminal.complain(message)
      process.exit(EXIT.failed)
    })
  }
  process.exitCode = await exitOf(command, usage, process.argv.slice(2), terminal)
}
