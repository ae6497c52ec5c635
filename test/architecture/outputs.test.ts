/** Who may write to an output: customers' texts reach a terminal by one place alone. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** The code of commands that people run. The second may listen to the outputs, and writes nothing to them. */
const FOLDERS = ['operations', 'infra/local/demo']
const TERMINAL = join('operations', 'terminal.ts')
const FRAME = join('operations', 'command.ts')

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
)

const WRITES = /\bconsole\b|\bprocess\.(?:stdout|stderr)\b|\bwriteSync\(\s*[12]\b|\bnew Console\b/

test('a command writes through its terminal, which spells out what a screen would obey, and to no output itself', () => {
  const writing = files.filter((file) => file !== TERMINAL && WRITES.test(readFileSync(file, 'utf8')))
  expect(writing).toEqual([FRAME])
  expect(readFileSync(FRAME, 'utf8').match(/.*(?:console|process\.std).*/g)).toEqual([
    '  for (const output of [process.stdout, process.stderr]) {',
  ])
  expect(files.length).toBeGreaterThan(20)
})
