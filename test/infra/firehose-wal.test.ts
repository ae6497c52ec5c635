import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWriteAheadLog, type WriteAheadLog } from '#infra/local/firehose/write-ahead-log'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-wal-'))
})
afterEach(async () => {
  // Also of those that stood for a process that is gone.
  for (const log of opened.splice(0)) await log.seal()
  rmSync(folder, { recursive: true })
})

const opened: WriteAheadLog[] = []
const openLog = (segmentBytes = 1_000_000): WriteAheadLog => {
  const log = openWriteAheadLog({ folder, segmentBytes })
  opened.push(log)
  return log
}
const records = (...texts: string[]) => texts.map((text) => Buffer.from(text))

/** All that is sealed, a list per segment. */
const contents = async (log: WriteAheadLog): Promise<string[][]> =>
  await Promise.all(
    log.sealed.map(async (segment) =>
      (await log.read(segment)).records.map((record) => Buffer.from(record).toString()),
    ),
  )

const onlyFile = (): string => join(folder, readdirSync(folder)[0] ?? '')

test('appended records are read back in order once the segment is sealed', async () => {
  const log = openLog()
  await log.append(records('one', 'two'))
  await Promise.all([log.append(records('three')), log.append(records('', 'four'))])
  expect(log.sealed).toEqual([])
  await log.seal()
  expect(await contents(log)).toEqual([['one', 'two', 'three', '', 'four']])
})

test('the next process finds the segment sealed, and appends to another segment', async () => {
  await openLog().append(records('before'))
  const log = openLog()
  await log.append(records('after'))
  expect(await contents(log)).toEqual([['before']])
  await log.seal()
  expect(await contents(log)).toEqual([['before'], ['after']])
})

test.each([
  { end: 'cut in its bytes', tear: (file: string, size: number) => truncateSync(file, size - 1) },
  { end: 'cut in its header', tear: (file: string, size: number) => truncateSync(file, size - 'torn'.length - 5) },
  {
    end: 'not written through',
    tear: (file: string, size: number) => writeFileSync(file, readFileSync(file).fill(0, size - 2)),
  },
  {
    end: 'followed by rubbish',
    tear: (file: string) => appendFileSync(file, 'rubbish without a meaning'),
    keeps: true,
  },
])('a segment whose last frame is $end is read up to that frame', async ({ tear, keeps }) => {
  await openLog().append(records('whole', 'torn'))
  tear(onlyFile(), readFileSync(onlyFile()).length)
  expect(await contents(openLog())).toEqual([keeps ? ['whole', 'torn'] : ['whole']])
})

test('a record whose bytes have changed on the disk is left out, the others are read, and the loss is counted', async () => {
  await openLog().append(records('first', 'second', 'third'))
  const bytes = readFileSync(onlyFile())
  // The header of 8 bytes, "first", and the next header.
  bytes[8 + 5 + 8] = 0
  writeFileSync(onlyFile(), bytes)
  const log = openLog()
  expect(await contents(log)).toEqual([['first', 'third']])
  expect(await log.read(String(log.sealed[0]))).toMatchObject({ unreadableBytes: 8 + 'second'.length })
})

test('a segment that was put away stays on the disk, and the next process does not read it', async () => {
  const log = openLog()
  await log.append(records('damaged'))
  await log.seal()
  const path = await log.putAway(String(log.sealed[0]))
  expect(readFileSync(path).toString()).toContain('damaged')
  expect({ bytes: log.bytes, sealed: log.sealed, next: openLog().sealed }).toEqual({ bytes: 0, sealed: [], next: [] })
})

test('a segment that would become too large is sealed first', async () => {
  const log = openLog(100)
  for (const text of ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(400), 'd']) await log.append(records(text))
  await log.seal()
  expect((await contents(log)).map((segment) => segment.map((record) => record[0]))).toEqual([['a', 'b'], ['c'], ['d']])
})

test('records that are appended at the same time are all kept, each call in one segment', async () => {
  const log = openLog(1_000)
  const calls = Array.from({ length: 50 }, (_, call) => records(`${call} first`, `${call} second`))
  await Promise.all(calls.map((call) => log.append(call)))
  await log.seal()
  const segments = await contents(log)
  expect(segments.length).toBeGreaterThan(1)
  expect(segments.flat()).toEqual(calls.flat().map(String))
  for (const segment of segments) expect(segment.length % 2).toBe(0)
})

test('an append that cannot be written fails, and the next one may succeed', async () => {
  const log = openLog()
  rmSync(folder, { recursive: true })
  await expect(log.append(records('lost'))).rejects.toThrow('ENOENT')
  mkdirSync(folder)
  await log.append(records('kept'))
  await log.seal()
  expect(await contents(log)).toEqual([['kept']])
})

test('a removed segment is gone, and its bytes are no longer counted', async () => {
  const log = openLog()
  await log.append(records('delivered'))
  await log.seal()
  expect(log.bytes).toBe(8 + 'delivered'.length)
  await log.remove(String(log.sealed[0]))
  expect({ bytes: log.bytes, sealed: log.sealed, files: readdirSync(folder) }).toEqual({
    bytes: 0,
    sealed: [],
    files: [],
  })
})

test.each(['a.wal', 'a.v2.wal'])('a segment of another format, %s, is refused by name and stays', (file) => {
  writeFileSync(join(folder, file), 'acknowledged')
  expect(() => openLog()).toThrow(`${join(folder, file)} is in a format that is not known here`)
  expect(readdirSync(folder)).toEqual([file])
})
