/** What every command gets from the one frame that runs it. */
import { Writable } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { StatementError } from '#ledger/archive'
import { EXIT, readArguments, UsageError, type Command } from '#operations/command'
import { progressLine, rate } from '#operations/progress'
import { rebuild, USAGE as REBUILD_USAGE } from '#operations/rebuild'
import { replay, USAGE as REPLAY_USAGE } from '#operations/replay'
import { processTerminal } from '#operations/terminal'
import { runIn } from './run.ts'

test.each<{ thrown: Error; exit: number; complained: string }>([
  {
    thrown: new UsageError('Missing --day.'),
    exit: 2,
    complained: 'Missing --day.\nHow it is used: npm run it -- --help',
  },
  { thrown: new StatementError('No such table.'), exit: 1, complained: 'No such table.' },
  { thrown: new Error('The store does not answer.'), exit: 3, complained: 'The store does not answer.' },
])('a command that throws $thrown ends with exit code $exit', async ({ thrown, exit, complained }) => {
  const failing: Command = () => Promise.reject(thrown)
  expect(await runIn(failing, 'npm run -s it -- --day D', [])).toEqual({ exit, printed: '', complained })
})

test.each([
  { command: replay, usage: REPLAY_USAGE, args: [], says: 'Missing --from: the time from which to replay' },
  { command: replay, usage: REPLAY_USAGE, args: ['--from', 'today'], says: 'today is not a time with an offset' },
  {
    command: replay,
    usage: REPLAY_USAGE,
    args: ['--from', '2026-11-20T00:00:00Z', '--source', 'disk'],
    says: '--source takes stream or archive, not disk.',
  },
  { command: rebuild, usage: REBUILD_USAGE, args: ['--kept'], says: "Unknown option '--kept'." },
])('$args is refused with "$says" and a word about --help', async ({ command, usage, args, says }) => {
  const { exit, printed, complained } = await runIn(command, usage, args)
  expect({ exit, printed }).toEqual({ exit: EXIT.usage, printed: '' })
  expect(complained.split('\n')).toEqual([
    expect.stringContaining(says),
    expect.stringMatching(/^How it is used: npm run \w+ -- --help$/),
  ])
})

describe('an option that npm took for itself', () => {
  const changing: Command = async (args) => {
    readArguments(args, { options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } })
    return EXIT.done
  }

  test('is refused, because the command would change what it was only asked to list', async () => {
    vi.stubEnv('npm_lifecycle_event', 'zones')
    vi.stubEnv('npm_config_dry_run', 'true')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await runIn(changing, 'npm run zones', [])).toMatchObject({
      exit: EXIT.usage,
      complained: expect.stringContaining(
        'npm took --dry-run for itself. Write -- before the arguments: npm run zones -- --dry-run',
      ) as string,
    })
    expect(await runIn(changing, 'npm run zones', ['--dry-run'])).toMatchObject({ exit: EXIT.done })
  })
})

test.each([
  [1, '1 entry'],
  [2_000, '2,000 entries'],
])('the speed of a command says how many there are in words: %i', (count, said) => {
  expect(rate()(count, 'entry', 'entries')).toMatch(new RegExp(`^${said}, [\\d,]+ a second$`))
})

/** An output of a process that keeps what it gets, and takes it at its own pace. */
const anOutput = (isTTY: boolean) => {
  const chunks: string[] = []
  const taken: (() => void)[] = []
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      taken.push(done)
    },
  })
  const text = () => chunks.join('')
  return {
    out: Object.assign(stream, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream,
    text,
    taken,
  }
}

test('a terminal spells out control characters that a complaint quotes, its line breaks included', () => {
  const [results, rest] = [anOutput(false), anOutput(false)]
  const terminal = processTerminal({ stdout: results.out, stderr: rest.out })
  terminal.complain('x\u001b[31m is not an action.', '"\u009b31m", \n"\u202egnirts"')
  rest.taken.forEach((take) => take())
  expect(rest.text()).toBe('x\\x1b[31m is not an action.\n"\\x9b31m", \\n"\\u202egnirts"\n')
})

test('a terminal writes a piece of a result only after its reader has taken the piece before', async () => {
  const [results, rest] = [anOutput(false), anOutput(false)]
  const terminal = processTerminal({ stdout: results.out, stderr: rest.out })
  let isWritten = false
  const written = terminal.write('first', 'lines').then(() => (isWritten = true))
  await Promise.resolve()
  expect(isWritten).toBe(false)
  results.taken.shift()?.()
  await written
  expect(results.text()).toBe('first')
})

test('a terminal says that its reader has gone away, and does not wait for it', async () => {
  const [results, rest] = [anOutput(false), anOutput(false)]
  const terminal = processTerminal({ stdout: results.out, stderr: rest.out })
  const written = terminal.write('first', 'lines')
  results.out.destroy(new Error('write EPIPE'))
  expect(await written).toBe(false)
  expect(await terminal.write('second', 'lines')).toBe(false)
})

test.each([
  { where: 'a screen', isTTY: true, text: '\r\x1b[K5 entries\r\x1b[K', width: 80 },
  { where: 'a file', isTTY: false, text: '', width: undefined },
])('progress that goes to $where is "$text"', ({ isTTY, text, width }) => {
  const [results, rest] = [anOutput(isTTY), anOutput(isTTY)]
  const terminal = processTerminal({ stdout: results.out, stderr: rest.out })
  const line = progressLine(terminal)
  line.show(undefined, '5 entries')
  rest.taken.shift()?.()
  line.clear()
  expect([rest.text(), results.text(), terminal.width]).toEqual([text, '', width])
})
