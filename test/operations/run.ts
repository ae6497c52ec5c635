/** A command run in this process, with what it says and the exit code it would have. */
import { exitOf, type Command } from '#operations/command'

export const runIn = async (command: Command, usage: string, args: readonly string[]) => {
  const [printed, complained]: [string[], string[]] = [[], []]
  const terminal = {
    print: (line: string) => void printed.push(line),
    complain: (line: string) => void complained.push(line),
  }
  const exit = await exitOf(command, usage, args, terminal)
  return { exit, printed: printed.join('\n'), complained: complained.join('\n') }
}
