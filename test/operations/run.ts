/** Runs a command in this process. Answers what it says and the exit code that it would have. */
import { Writable } from 'node:stream'
import { exitOf, type Command } from '#operations/command'
import { processTerminal } from '#operations/terminal'

export const runIn = async (command: Command, usage: string, args: readonly string[]) => {
  const [results, rest] = [anOutput(), anOutput()]
  const exit = await exitOf(command, usage, args, processTerminal({ stdout: results.out, stderr: rest.out }))
  return { exit, printed: results.text(), complained: rest.text() }
}

/** An output that goes to a file, or to a screen of 80 columns. Its text is without the last line break. */
export const anOutput = (isTTY = false) => {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return {
    out: Object.assign(stream, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream,
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString().replace(/\n$/, ''),
  }
}
