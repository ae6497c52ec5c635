/** docs/stream-record.md: what is published about stream records is what Daybook reads and writes, in every version. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { canonicalContent, contentHash, type Entry } from '#ledger/entry'
import type { MerchantId } from '#ledger/identifiers'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import { UnknownFormat } from '#ledger/ports'
import { auditEventLine } from '#wire/stream/audit-event'
import { decodeRecord, encodeAuditEvents, encodeEntries, encodeHeartbeat, entryLine } from '#wire/stream/record'

const FOLDER = fileURLToPath(new URL('../../docs/vectors/', import.meta.url))

type Published = {
  readonly version: number
  readonly records: readonly { readonly name: string; readonly record: string; readonly holds: unknown }[]
  readonly lanes: readonly {
    readonly merchantId: MerchantId
    readonly lane: number
    readonly explicitHashKey: string
  }[]
}

const files = globSync('stream-record-v*.json', { cwd: FOLDER }).toSorted()
const published = files.map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Published)
const vectors = published.flatMap(({ version, records }) => records.map((vector) => ({ version, ...vector })))
const bytesOf = (record: string): Buffer => Buffer.from(record, 'base64')

const SET_ASIDE = { refused: 'set aside' }
const WAIT = { refused: 'wait' }

const entryHeld = (entry: Entry) => ({
  entry: JSON.parse(canonicalContent(entry)) as unknown,
  businessDay: entry.businessDay,
  receivedAt: entry.receivedAtMs,
  contentHash: contentHash(entry),
})

/** What our reader finds in a record, in the words of the file. */
const held = (data: Uint8Array): unknown => {
  try {
    const record = decodeRecord(data)
    if (!record.ok) return SET_ASIDE
    switch (record.value.kind) {
      case 'entries': {
        const lines = record.value.entries.map(({ entry }) => (entry.ok ? entryHeld(entry.value) : SET_ASIDE))
        return { kind: 'entries', lines }
      }
      case 'decisions': {
        const lines = record.value.auditEvents.map(({ auditEvent }) =>
          auditEvent.ok ? (JSON.parse(auditEventLine(auditEvent.value)) as unknown) : SET_ASIDE,
        )
        return { kind: 'decisions', lines }
      }
      case 'heartbeat':
      case 'unknown':
        return { kind: record.value.kind }
    }
  } catch (error) {
    if (error instanceof UnknownFormat) return WAIT
    throw error
  }
}

describe('the published stream records', () => {
  test('are there for every version that Daybook has ever written', () => {
    const [, today = 0] = encodeHeartbeat()
    expect(published.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: today }, (_, index) => index + 1),
    )
  })

  // A record that was published stays as it is: readers of others, and records that wait on streams, rely on it. Where
  // records were added to the newest version, its number here is made anew; that of a former version never changes.
  test.each([{ version: 1, sha256: '4074b0ba3fce666a92aa1c9839762f25d95ccf72cf187c04ead90cc72defe0ee' }])(
    'of version $version have the bytes that they were published with',
    ({ version, sha256 }) => {
      const all = createHash('sha256')
      for (const vector of vectors.filter((candidate) => candidate.version === version)) {
        all.update(`${vector.name}\n${vector.record}\n`)
      }
      expect(all.digest('hex')).toBe(sha256)
    },
  )

  test.each(vectors)('are read as published: version $version, $name', ({ version, record, holds }) => {
    const [, today = 0] = encodeHeartbeat()
    // When a newer version is read here, its number is no reason to wait any more, and what is said of it is void.
    if (JSON.stringify(holds) === JSON.stringify(WAIT) && version < today) return
    expect(held(bytesOf(record))).toEqual(holds)
  })

  test('hold entries and decisions that are written again to records that read the same', () => {
    for (const { record, holds } of vectors) {
      if (holds === undefined || 'refused' in (holds as object)) continue
      const decoded = decodeRecord(bytesOf(record))
      if (!decoded.ok) throw new Error(decoded.error)
      if (decoded.value.kind === 'entries') {
        const entries = decoded.value.entries.flatMap(({ entry }) => (entry.ok ? [entry.value] : []))
        expect(held(encodeEntries(entries.map(entryLine)))).toEqual({ kind: 'entries', lines: entries.map(entryHeld) })
      } else if (decoded.value.kind === 'decisions') {
        const events = decoded.value.auditEvents.flatMap(({ auditEvent }) => (auditEvent.ok ? [auditEvent.value] : []))
        const lines = events.map((event) => JSON.parse(auditEventLine(event)) as unknown)
        expect(held(encodeAuditEvents(events))).toEqual({ kind: 'decisions', lines })
      }
    }
  })

  test.each(published.flatMap(({ lanes }) => lanes))(
    'go by the lane of a merchant: $merchantId has lane $lane',
    ({ merchantId, lane, explicitHashKey }) => {
      expect([laneOf(merchantId), String(hashKeyOf(laneOf(merchantId)))]).toEqual([lane, explicitHashKey])
    },
  )
})

// It follows the page, in another language, so none of our code decides what is expected here.
describe.skipIf(spawnSync('python3', ['--version']).status !== 0)('docs/vectors/read_record.py', () => {
  const python = (args: readonly string[], input = '') =>
    spawnSync('python3', ['-B', ...args], { input, encoding: 'utf8' })

  test('reads every published record as it is published, but for Zstandard where it has no library', () => {
    const { status, stdout, stderr } = python([join(FOLDER, 'read_record.py')])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [, read, all, skipped] = /^(\d+) of (\d+) vectors are read as published, (\d+) are skipped/.exec(stdout) ?? []
    const packedByZstandard = vectors.filter(({ record }) => [...bytesOf(record).subarray(0, 3)].join() === '68,1,2')
    expect(['0', String(packedByZstandard.length)]).toContain(skipped)
    expect(Number(read) + Number(skipped)).toBe(Number(all))
  })

  test('names a record that is not read as published, and exits with 1', () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-records-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync(FOLDER, folder, { recursive: true })
    const file = join(folder, 'stream-record-v1.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"amount": 100,', '"amount": 101,'))
    const { status, stdout } = python([join(folder, 'read_record.py')])
    expect(status).toBe(1)
    expect(stdout).toContain('not read as published: an entry with the required fields\n')
  })

  test('reads what Daybook writes of entries of any size', () => {
    const entry = vectors.find(({ name }) => name === 'an entry with every field')
    const record = decodeRecord(bytesOf(entry?.record ?? ''))
    if (!record.ok || record.value.kind !== 'entries') throw new Error('no entries')
    const [line = ''] = record.value.entries.map((decoded) => decoded.line)
    const datas = [1, 10].map((count) => encodeEntries(Array.from({ length: count }, () => line)))
    const { stdout } = python(
      [join(FOLDER, 'read_record.py'), '-'],
      datas.map((data) => Buffer.from(data).toString('base64')).join('\n'),
    )
    expect(
      stdout
        .trim()
        .split('\n')
        .map((printed) => JSON.parse(printed) as unknown),
    ).toEqual(datas.map(held))
  })
})
