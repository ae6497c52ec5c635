/** Runs a command in this process. Answers what it says and the exit code that it would have. */
import { exitOf, type Command } from '#operations/command'
import type { Terminal } from '#operations/terminal'

export const runIn = async (command: Command, usage: string, args: readonly string[]) => {
  const [printed, complained]: [string[], string[]] = [[], []]
  const terminal: Terminal = {
    print: (line) => void printed.push(line),
    async write(piece) {
      printed.push(piece)
      return true
    },
    complain: (line) => void complained.push(line),
    status() {},
    width: undefined,
  }
  const exit = await exitOf(command, usage, args, terminal)
  return { exit, printed: printed.join('\n'), complained: complained.join('\n') }
}
