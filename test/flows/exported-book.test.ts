/** `verify-journal --export` writes what a program that is not ours checks, with Python's standard library alone. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MON, sealedDays, WED } from './sealed-days.ts'

const VERIFY = fileURLToPath(new URL('../../docs/vectors/verify.py', import.meta.url))
const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url))

const exported = async (of: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-export-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'book.json')
  const system = await sealedDays()
  const run = async () => await system.verify({}, ['--merchant', 'm1', '--day', of, '--export', file])
  const said = await run()
  const objects = [...system.seals.objects]
    .filter(([key]) => key.includes(`business_day=${of}/`))
    .map(([, text], index) => {
      const name = join(folder, `object-${index + 1}.json`)
      writeFileSync(name, text)
      return name
    })
  return { file, said, run, objects }
}

const verify = (...args: readonly string[]) => {
  const { status, stdout } = spawnSync('python3', ['-B', VERIFY, '--book', ...args], { encoding: 'utf8' })
  return { status, stdout }
}

test('an export names its file and the program that checks it, and overwrites none', async () => {
  const { file, said, run } = await exported(MON)
  expect(said).toMatchObject({ exit: 0, complained: expect.stringContaining(`--book ${file}`) as string })
  const written = readFileSync(file, 'utf8')
  expect(JSON.parse(written)).toMatchObject({ kind: 'daybook-book', format: 2, merchantId: 'm1', businessDay: MON })
  expect(await run()).toMatchObject({ exit: 2, complained: expect.stringContaining('file already exists') as string })
  expect(readFileSync(file, 'utf8')).toBe(written)
})

test.each([
  { args: ['--merchant', 'm1', '--export'], says: '--export writes one book' },
  { args: ['--merchant', 'm1', '--day', MON, 'file'], says: 'file has no meaning here' },
  { args: ['--merchant', 'm1', '--day', MON, '--export', 'a', 'b'], says: 'b has no meaning here' },
])('verify-journal $args is refused', async ({ args, says }) => {
  const { verify } = await sealedDays()
  expect(await verify({}, args)).toMatchObject({ exit: 2, complained: expect.stringContaining(says) as string })
})

test('a broken book is not exported', async () => {
  const { verify, books } = await sealedDays()
  const read: typeof books.journal.read = async (...asked) =>
    (await books.journal.read(...asked)).map((segment) => ({ ...segment, view: segment.entries }))
  const args = ['--merchant', 'm1', '--day', MON, '--export', '/nonexistent/never-written']
  expect(await verify({ journal: { ...books.journal, read } }, args)).toMatchObject({
    exit: 1,
    complained: expect.stringContaining('A broken book is not exported.') as string,
  })
})

describe.skipIf(spawnSync('python3', ['--version']).status !== 0)('docs/vectors/verify.py --book', () => {
  test('finds every value of a closed and restated book as it computes it, with the objects of its seals', async () => {
    const { file, objects } = await exported(MON)
    expect(objects).toHaveLength(2)
    for (const args of [[file], [file, ...objects]]) {
      expect(verify(...args)).toEqual({
        status: 0,
        stdout: expect.stringMatching(/^(\d+) of \1 values match\.\n$/) as string,
      })
    }
  })

  test('finds every value of an open book, which has no seal', async () => {
    const { file } = await exported(WED)
    expect(verify(file)).toMatchObject({ status: 0 })
  })

  const altered = [
    { what: 'a stored byte', from: '"entries":"A', to: '"entries":"B', says: 'segment 1: chain hash' },
    { what: 'a stored view', from: '"view":"A', to: '"view":"B', says: 'segment 1: chain hash' },
    { what: 'a stored total', from: '"credits":500', to: '"credits":501', says: 'segment 1: credits' },
    {
      what: 'an amount',
      from: String.raw`{\"amount\":500`,
      to: String.raw`{\"amount\":501`,
      says: 'the seal of version 1: digest',
    },
    {
      what: 'an entry that is written in another way',
      from: String.raw`{\"amount\":500`,
      to: String.raw`{ \"amount\":500`,
      says: 'canonical text',
    },
    { what: 'the day', from: '"businessDay":"2026-11-16"', to: '"businessDay":"2026-11-17"', says: 'chain hash' },
    {
      what: 'a seal',
      from: String.raw`\"entryCount\":1,`,
      to: String.raw`\"entryCount\":2,`,
      says: 'the seal of version 1: entryCount',
    },
    { what: 'the mark of a segment', from: 'restating', to: 'redirecting', says: 'segment 3: chain hash' },
    { what: 'the digest of the book', from: /"digest":"./, to: '"digest":"x', says: 'the digest of the book' },
  ]
  test.each(altered)('names $what that was altered, and exits with 1', async ({ from, to, says }) => {
    const { file } = await exported(MON)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(from, to))
    expect(readFileSync(file, 'utf8')).not.toBe(text)
    expect(verify(file)).toEqual({ status: 1, stdout: expect.stringContaining(says) as string })
  })

  test('names an object that is no seal of the book, and a seal without an object', async () => {
    const { file, objects } = await exported(MON)
    const [first = ''] = objects
    writeFileSync(first, `${readFileSync(first, 'utf8')}\n`)
    const { status, stdout } = verify(file, ...objects)
    expect(status).toBe(1)
    expect(stdout).toContain(`${first}: the object of a seal of this book is False`)
    expect(stdout).toContain('the seal of version 1: is among the objects is False')
  })

  test.each([
    { what: 'is not there', file: '/nonexistent', says: '/nonexistent cannot be read: No such file' },
    { what: 'is not JSON', file: VERIFY, says: 'verify.py is not JSON' },
    { what: 'is no exported book', file: PACKAGE, says: 'cannot be checked' },
  ])('says so when the file $what', ({ file, says }) => {
    const { status, stdout } = verify(file)
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringContaining(says) as string })
  })

  test('says that it does not know a later format', async () => {
    const { file } = await exported(MON)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"format":2', '"format":3'))
    expect(verify(file)).toEqual({
      status: 1,
      stdout: expect.stringContaining('no exported book of format 2') as string,
    })
  })
})
