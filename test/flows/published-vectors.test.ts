/** docs/vectors: what is published about hashes is what Daybook computes, and what a program that is not ours computes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { canonicalContent, contentHash, type ContentHash } from '#ledger/entry'
import type { BusinessDay, MerchantId } from '#ledger/identifiers'
import { sealHash, sealText, type Seal, type SealHash } from '#ledger/seal'
import { digestOf, NO_CHAIN, sealingHash, type ChainHash, type SealedSegment } from '#ledger/segment'
import { entryRequestOf, entryResponse, parseEntryText } from '#wire/entry/schema'
import { jsonText } from '#wire/json/json'
import { openSegment } from '#wire/journal/segment'
import { anyEntry } from '../arbitraries.ts'

const FOLDER = fileURLToPath(new URL('../../docs/vectors/', import.meta.url))
const read = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))

type ContentVector = {
  readonly name: string
  readonly sent: string
  readonly canonical: string
  readonly canonicalHex: string
  readonly contentHash: ContentHash
  readonly refused?: readonly { readonly pointer: string; readonly code: string }[]
}

type BookVector = {
  readonly merchantId: MerchantId
  readonly businessDay: BusinessDay
  readonly segments: readonly StoredSegment[]
  readonly seals: readonly { readonly text: string; readonly hash: SealHash }[]
}

type StoredSegment = {
  readonly number: number
  readonly credits: number
  readonly debits: number
  readonly entryCount: number
  readonly mark?: string
  readonly view: string
  readonly entries: string
  readonly hash: ChainHash
  readonly digest: string
  readonly holds: readonly { readonly entryId: string; readonly sent: string; readonly contentHash: ContentHash }[]
}

const { vectors } = read('content.json') as { vectors: readonly ContentVector[] }
const book = read('book.json') as BookVector

const contentOf = (sent: string) => {
  const entry = parseEntryText(sent)
  if (!entry.ok || !entry.value.ok) throw new Error(`no valid entry: ${sent}`)
  return entry.value.value
}

describe('the published contents', () => {
  test.each(vectors.filter(({ refused }) => refused === undefined))('$name', ({ sent, ...expected }) => {
    const content = contentOf(sent)
    expect(canonicalContent(content)).toBe(expected.canonical)
    expect(Buffer.from(canonicalContent(content)).toString('hex')).toBe(expected.canonicalHex)
    expect(contentHash(content)).toBe(expected.contentHash)
  })

  test.each(vectors.filter(({ refused }) => refused !== undefined))('$name', ({ sent, refused }) => {
    expect(parseEntryText(sent)).toMatchObject({ value: { ok: false, error: { errors: refused } } })
  })
})

describe('the published book', () => {
  const stored = ({
    number,
    credits,
    debits,
    entryCount,
    mark,
    view,
    entries,
    hash,
  }: StoredSegment): SealedSegment => ({
    book: { merchantId: book.merchantId, day: book.businessDay },
    number,
    totals: { creditsMinor: BigInt(credits), debitsMinor: BigInt(debits), entryCount },
    ...(mark !== undefined && { mark }),
    view: Buffer.from(view, 'base64'),
    entries: Buffer.from(entries, 'base64'),
    hash,
  })

  test('has the chain of hashes of its stored bytes', () => {
    let previous = NO_CHAIN
    for (const segment of book.segments) {
      previous = sealingHash(previous, stored(segment))
      expect(segment.hash).toBe(previous)
    }
  })

  test('holds in its stored bytes the entries that were sent; if it cannot be read, `npm run vectors` writes it anew', () => {
    const hashes: { entryId: string; contentHash: ContentHash }[] = []
    for (const segment of book.segments) {
      const { entries: counted, passedOn } = openSegment(stored(segment)).segment
      const entries = [...counted, ...passedOn]
      const found = entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) }))
      expect(found).toEqual(segment.holds.map(({ entryId, contentHash }) => ({ entryId, contentHash })))
      expect(found.map((entry) => entry.contentHash)).toEqual(
        segment.holds.map(({ sent }) => contentHash(contentOf(sent))),
      )
      if (counted.length > 0) hashes.push(...found)
      expect(digestOf(hashes)).toBe(segment.digest)
    }
  })
})

test('the published seals are those of the closed book and of its restatement', () => {
  expect(book.seals).toHaveLength(2)
  let previous: SealHash | null = null
  for (const [index, { text, hash }] of book.seals.entries()) {
    const { merchantId, businessDay: day } = book
    const segment = book.segments.find(({ mark = '' }) => mark.includes(['closing', 'restating'][index] ?? ''))
    if (segment === undefined) throw new Error('the published book has no such segment')
    const { credits, debits, entryCount, hash: chainHash, digest } = segment
    const totals = { creditsMinor: BigInt(credits), debitsMinor: BigInt(debits), entryCount }
    const seal: Seal = { merchantId, day, version: index + 1, totals, chainHash, digest, previous }
    expect(sealText(seal)).toBe(text)
    expect(sealHash(seal)).toBe(hash)
    previous = hash
  }
})

// Python's standard library, so nothing of ours and nothing of Node's computes what is expected here.
describe.skipIf(spawnSync('python3', ['--version']).status !== 0)('docs/vectors/verify.py', () => {
  const python = (args: readonly string[], input = '') =>
    spawnSync('python3', ['-B', ...args], { input, encoding: 'utf8' })

  test('finds every published value as it computes it', () => {
    const { status, stdout } = python([join(FOLDER, 'verify.py')])
    expect(stdout).toMatch(/^(\d+) of \1 values match\.\n$/)
    expect(status).toBe(0)
  })

  test.each([
    { what: 'a content hash', file: 'content.json', field: 'contentHash' },
    { what: 'canonical bytes', file: 'content.json', field: 'canonicalHex' },
    { what: 'a chain hash', file: 'book.json', field: 'hash' },
    { what: 'a digest', file: 'book.json', field: 'digest' },
    { what: 'stored entries', file: 'book.json', field: 'entries' },
    { what: 'a stored view', file: 'book.json', field: 'view' },
  ])('names $what that does not match, and exits with 1', ({ file, field }) => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-vectors-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync(FOLDER, folder, { recursive: true })
    const altered = readFileSync(join(FOLDER, file), 'utf8').replace(
      new RegExp(`("${field}": ".{8})(.)`),
      (_, before: string, digit: string) => `${before}${digit === '0' ? '1' : '0'}`,
    )
    writeFileSync(join(folder, file), altered)
    const { status, stdout } = python([join(folder, 'verify.py')])
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringMatching(/ is .*, not .*\n/) as string })
  })

  test('computes the content hashes and the digest of any entries, as sent and as the query API lists them', () => {
    const entries = fc.sample(anyEntry, { numRuns: 300, seed: 20_261_120 })
    const hashes = entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) }))
    const expected = [
      ...hashes.map(({ entryId, contentHash }) => `${entryId} ${contentHash}`),
      `digest ${digestOf(hashes)}`,
      '',
    ].join('\n')
    const asSent = entries.map((entry) => JSON.stringify(entryRequestOf(entry))).join('\n')
    const asListed = entries.map((entry) => jsonText({ ...entryResponse(entry), segment: 1 })).join('\n')
    for (const input of [asSent, asListed]) {
      expect(execFileSync('python3', ['-B', join(FOLDER, 'verify.py'), '-'], { input, encoding: 'utf8' })).toBe(
        expected,
      )
    }
  })
})
