import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const simulate = (...args: string[]): Promise<{ code: number | null; output: string }> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'simulate.ts'), ...args])
  const output: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => output.push(data))
  child.stderr.on('data', (data: Buffer) => output.push(data))
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, output: Buffer.concat(output).toString() })),
  )
}

// The full length is `npm run simulate -- --seeds 20000`. 38 seeds are two of each mix.
test('the books of every history of 38 seeds end exact', { timeout: 180_000 }, async () => {
  const { code, output } = await simulate('--seeds', '38')
  expect(output).toContain('every history exact')
  expect(code).toBe(0)
})

// All bugs are `npm run simulate -- --bugs`. A bug that makes the code go in circles costs all the turns there are.
test('every third planted bug is caught by the history that is known to catch it', { timeout: 180_000 }, async () => {
  const { code, output } = await simulate('--bugs', '--known', '--every', '3', '--seeds', '4', '--turns', '30000')
  expect(output).not.toContain('MISSED')
  expect(code).toBe(0)
})

// All worlds and all bugs are `npm run simulate -- --exhaustive` and `-- --exhaustive --bugs`.
test.each(['two workers, one batch with a copy in it', 'several records and segments', 'the archive'])(
  'every history of the small world "%s" is exact',
  { timeout: 180_000 },
  async (world) => {
    const { code, output } = await simulate('--exhaustive', '--world', world)
    expect(output).toMatch(/: \d{3,} histories, \d+ states? at the end/)
    expect(code).toBe(0)
  },
)

// Without a world, each of them is lived through until one catches the bug.
test.each([
  { bug: 'a failed condition is taken for a duplicate', world: 'a worker that fell behind by two segments' },
  { bug: 'a timeout is taken for success', world: 'two workers, one batch with a copy in it' },
  { bug: 'progress is written past a failure', world: 'two workers, one batch with a copy in it' },
  { bug: 'a conflict within a batch is decided early', world: 'a copy and a conflict in one batch' },
])(
  'a history of a small world catches the planted bug "$bug", and is lived through again by its path',
  { timeout: 180_000 },
  async ({ bug, world }) => {
    const found = await simulate('--exhaustive', '--bug', bug, '--world', world)
    expect(found.code).toBe(1)
    const again = await simulate(...againIn(found.output))
    expect(again.code).toBe(1)
    expect(again.output).toContain(found.output.split('\nAgain: ')[0]?.split('\n').at(-1))
    expect(again.output).toMatch(/^ +1 {2}a: reads progress journal/)
  },
)

test('the line that a failed history prints lives it through again', async () => {
  const bug = 'a failed condition is taken for a duplicate'
  const found = await simulate('--seeds', '20', '--bug', bug)
  const again = await simulate(...againIn(found.output))
  expect(again.code).toBe(1)
  expect(found.output).toContain(again.output.split('\n')[0])
})

/** The arguments of the command that lives a failed history through again. */
const againIn = (output: string): string[] => {
  const [, args = ''] = /Again: npm run simulate -- (.*)/.exec(output) ?? []
  return args.split(/ (?=--)/).flatMap(splitOption)
}

/** `--mix "hot book"` as a shell would hand it over. */
const splitOption = (option: string): string[] => {
  const [, name = '', value] = /^(\S+)(?: "?(.*?)"?)?$/.exec(option) ?? []
  return value === undefined ? [name] : [name, value]
}
