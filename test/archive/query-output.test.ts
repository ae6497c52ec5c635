import { expect, test } from 'vitest'
import { AWKWARD_TEXTS } from '../awkward-texts.ts'
import type { QueryResult } from '#ledger/archive'
import { asCsv, asJson, asTable } from '#operations/query-output'

/** An answer in parts of one row each, so that nothing relies on how it is cut. */
async function* answer(columns: string[], ...rows: unknown[][]): AsyncGenerator<QueryResult> {
  if (rows.length === 0) yield { columns, rows }
  for (const row of rows) yield { columns, rows: [row] }
}

const text = async (pieces: AsyncIterable<string>): Promise<string> => {
  let whole = ''
  for await (const piece of pieces) whole += piece
  return whole
}

test('a table: numbers to the right, NULL in sight, nothing that a terminal would obey', async () => {
  const rows = [
    ['sale-1', 1_250n, null],
    ['café', 5n, 'two\nlines \u001b[31m'],
    [null, 12_345_678n, ''],
  ]
  expect(await text(asTable(answer(['entry_id', 'amount', 'description'], ...rows)))).toBe(
    [
      'entry_id    amount  description',
      '────────  ────────  ───────────────────',
      'sale-1        1250  NULL',
      'café             5  two\\nlines \\x1b[31m',
      'NULL      12345678',
      '(3 rows)',
      '',
    ].join('\n'),
  )
})

test('a table without rows still has its headings', async () => {
  expect(await text(asTable(answer(['n'])))).toBe('n\n─\n(0 rows)\n')
})

test('cells are cut where a width is given, and only as far as it takes', async () => {
  const rows = [['a'.repeat(50), 'b'.repeat(20), 7]]
  const table = (width?: number) => text(asTable(answer(['one', 'two', 'n'], ...rows), width))
  expect((await table()).split('\n')[2]).toBe(`${'a'.repeat(50)}  ${'b'.repeat(20)}  7`)
  expect((await table(60)).split('\n')[2]).toBe(`${'a'.repeat(34)}…  ${'b'.repeat(20)}  7`)
  expect((await table(5)).split('\n')[2]).toBe(`${'a'.repeat(11)}…  ${'b'.repeat(11)}…  7`)
})

test('a table of an answer without end is printed while it arrives', async () => {
  async function* endless(): AsyncGenerator<QueryResult> {
    for (let n = 0; n < 1_000_000; n += 1000)
      yield { columns: ['n'], rows: Array.from({ length: 1000 }, (_, at) => [n + at]) }
    throw new Error('The table waited for the last row.')
  }
  let printed = ''
  for await (const piece of asTable(endless())) {
    printed += piece
    if (printed.includes('   2')) break
  }
  expect(printed).toBe('   n\n────\n   0\n   1\n   2\n')
})

test.each([
  { to: 'a file', width: undefined, last: `${'x'.repeat(30)}  7` },
  { to: 'a terminal', width: 80, last: 'xxx…  7' },
])('a cell far below, longer than all above it, is shown as $to needs it', async ({ width, last }) => {
  const rows = Array.from({ length: 10_000 }, () => ['four', 1])
  const table = await text(asTable(answer(['text', 'n'], ...rows, ['x'.repeat(30), 7]), width))
  expect(table.split('\n').slice(-3)).toEqual([last, '(10001 rows)', ''])
})

test('CSV by RFC 4180', async () => {
  const rows = [
    ['a,b', 'say "x"', 'two\nlines'],
    [null, '', { till: '7' }],
  ]
  expect(await text(asCsv(answer(['x', 'y, z', 'w'], ...rows)))).toBe(
    'x,"y, z",w\r\n"a,b","say ""x""","two\nlines"\r\n,"","{""till"":""7""}"\r\n',
  )
  expect(await text(asCsv(answer(['x', 'y'])))).toBe('x,y\r\n')
})

test('awkward texts stand in JSON and in CSV as they were', async () => {
  const texts = AWKWARD_TEXTS.map(({ text }) => text)
  const rows = texts.map((text) => [text, null])
  const json = JSON.parse(await text(asJson(answer(['a', 'b'], ...rows)))) as unknown
  expect(json).toEqual(texts.map((text) => ({ a: text, b: null })))
  expect(csvFields(await text(asCsv(answer(['a', 'b'], ...rows))))).toEqual([['a', 'b'], ...rows])
})

/** RFC 4180 by its grammar; an empty field without quotes is NULL. */
const csvFields = (csv: string): (string | null)[][] => {
  const records: (string | null)[][] = [[]]
  for (const [, quotes, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    records.at(-1)?.push(quotes?.replaceAll('""', '"') ?? (plain || null))
    if (end !== ',') records.push([])
  }
  return records.slice(0, -1)
}

test('a table shows what a terminal would turn around, hide or obey', async () => {
  const rows = [['\u202Eabc\u2069'], ['\uFEFFx'], ['a\u2028b'], ['\u0000']]
  const lines = (await text(asTable(answer(['t'], ...rows)))).split('\n').slice(2, -2)
  expect(lines).toEqual(['\\u202eabc\\u2069', '\\ufeffx', 'a\\u2028b', '\\x00'])
})

test('JSON: an array of objects, with every digit of a bigint', async () => {
  const json = await text(asJson(answer(['id', 'sum'], ['a', 9_007_199_254_740_993n], ['b', null])))
  expect(json).toBe('[\n{"id":"a","sum":9007199254740993},\n{"id":"b","sum":null}\n]\n')
  expect(await text(asJson(answer(['id'])))).toBe('[]\n')
})

test.each([
  { columns: ['a', 'a'], named: ['a', 'a_1'] },
  { columns: ['a', 'b', 'a', 'a'], named: ['a', 'b', 'a_1', 'a_2'] },
  { columns: ['a', 'a', 'a_1'], named: ['a', 'a_2', 'a_1'] },
  { columns: ['a', 'A'], named: ['a', 'A'] },
  { columns: ['2', '1', '__proto__', '2'], named: ['2', '1', '__proto__', '2_1'] },
  { columns: ['', ''], named: ['', '_1'] },
])('columns $columns are called $named in every kind of output, in their order', async ({ columns, named }) => {
  const row = columns.map((_, at) => at)
  const json = await text(asJson(answer(columns, row)))
  expect(json).toBe(`[\n{${named.map((name, at) => `${JSON.stringify(name)}:${at}`).join()}}\n]\n`)
  expect(csvFields(await text(asCsv(answer(columns, row))))[0]).toEqual(named.map((name) => name || ''))
  const [headings = ''] = (await text(asTable(answer(columns, row)))).split('\n')
  expect(headings.trim().split(/ +/)).toEqual(named.filter((name) => name !== ''))
})
