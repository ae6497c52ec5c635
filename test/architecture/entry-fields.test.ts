import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fieldList } from '#ledger/entry-fields'
import { CONTENT_COLUMNS, ENTRY_COLUMNS } from '#wire/archive/columns'

/** Each file names the fields one by one, so it would lose one that it does not name. */
const FILES_THAT_NAME_EVERY_FIELD = [
  // What two entries of one id are compared by.
  'ledger/entry.ts',
  'ledger/memory/fingerprint.ts',
  // What comes in.
  'wire/entry/optional-fields.ts',
  'wire/entry/scanner.ts',
  'wire/entry/schema.ts',
  // The stream, the journal and the archive.
  'wire/stream/usual-line.ts',
  'wire/journal/packed-entries.ts',
  'wire/archive/row.ts',
  'wire/archive/content.ts',
  'processors/reconcile/archived-sums.ts',
  // The entry by which a consumer proves that it can read.
  'processors/good-record.ts',
]

/** Where fields are named. The other folders handle entries whole, and take the compiler four times as long. */
const FOLDERS = ['ledger', 'wire', 'processors']

const TABLE = 'ledger/entry-fields.ts'

describe('an optional field that is added to the table alone', () => {
  let folder: string
  let errors: readonly string[]

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-fields-'))
    for (const name of [...FOLDERS, 'package.json', 'tsconfig.json']) {
      cpSync(name, join(folder, name), { recursive: true, filter: (file) => !file.endsWith('.lambda.ts') })
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    addToTable(
      folder,
      "tableNumber: { column: 'table_number', kind: 'text', max: 20, cardNumbers: 'refused', optional: true },",
    )
    errors = filesWithErrors(folder)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(FILES_THAT_NAME_EVERY_FIELD)('does not compile in %s', (file) => {
    expect(errors).toContain(file)
  })

  test('compiles in every other file', () => {
    expect(errors.filter((file) => !FILES_THAT_NAME_EVERY_FIELD.includes(file))).toEqual([])
  })
})

test('a text that does not say whether it may hold card numbers does not compile in the table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-fields-'))
  try {
    cpSync('ledger', join(folder, 'ledger'), { recursive: true })
    for (const name of ['package.json', 'tsconfig.json']) cpSync(name, join(folder, name))
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
    addToTable(folder, "tableNumber: { column: 'table_number', kind: 'text', max: 20, optional: true },")
    expect(filesWithErrors(folder)).toContain(TABLE)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

describe('text that no compiler reads', () => {
  test.each(['sql/views/1-raw-entries.sql', 'sql/views/2-entries.sql'])('%s selects every column of a file', (view) => {
    const [, selected = ''] = /\nSELECT\n([^]*?)\nFROM/.exec(readFileSync(view, 'utf8')) ?? []
    const wanted = ENTRY_COLUMNS.map(({ name }) => name).filter((name) => name !== 'schema_version')
    expect(selected.split(/,\s*/).map((name) => name.trim())).toEqual(expect.arrayContaining(wanted))
  })

  test('docs/analysts.md explains every column of what a client says', () => {
    const page = readFileSync('docs/analysts.md', 'utf8')
    expect(CONTENT_COLUMNS.filter(({ name }) => !page.includes(`\`${name}\``))).toEqual([])
  })

  test('docs/hashes.md names every field that is hashed', () => {
    const page = readFileSync('docs/hashes.md', 'utf8')
    expect(fieldList.filter(({ json }) => !page.includes(`\`${json}\``))).toEqual([])
  })
})

const addToTable = (folder: string, row: string): void => {
  const file = join(folder, TABLE)
  const text = readFileSync(file, 'utf8')
  const end = '\n} as const satisfies Readonly<Record<string, Field>>'
  if (!text.includes(end)) throw new Error(`${TABLE} has no table that ends with ${end}`)
  writeFileSync(file, text.replace(end, `\n  ${row}${end}`))
}

/** Each file once in which the compiler finds an error. */
const filesWithErrors = (folder: string): readonly string[] => {
  const { stdout } = spawnSync('node_modules/.bin/tsc', ['--pretty', 'false', '--singleThreaded'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return [...new Set(Array.from(stdout.matchAll(/^(\S+)\(\d+,\d+\): error/gm), ([, file = '']) => file))]
}
