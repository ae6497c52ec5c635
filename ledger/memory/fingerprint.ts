/**
 * Short hashes of ids and of contents, by which a worker knows again what it has counted. They are compared millions of
 * times and never leave the process: the digest of a book, which others check, is made of SHA-256.
 *
 * HalfSipHash-1-3 (Aumasson and Bernstein, https://github.com/veorq/SipHash), which hash tables use against chosen
 * collisions: each process draws its key at random, so an attacker cannot prepare two ids, or two contents, that would be
 * taken for one. By chance, two of a million ids agree in 128 bits once in 10^26 books.
 */
import { randomFillSync } from 'node:crypto'
import { METHODS, type Entry, type EntryContent } from '../entry.ts'
import type { Handling, OptionalFieldName } from '../entry-fields.ts'

/** Four numbers of 32 bits for an id, at `at` of `out`. */
export const idFingerprint = (id: string, out: Uint32Array, at = 0): void => {
  used = 0
  writeId(id)
  halfSipHash(0, out, at)
  halfSipHash(2, out, at + 2)
}

/** Two numbers of 32 bits for what the client said of an entry beside its id and merchant, at `at` of `out`. */
export const contentFingerprint = (entry: Entry, out: Uint32Array, at = 0): void => {
  const { direction, amountMinor, currency, occurredAtMs, method }: EveryField = entry
  const { category, description, reference, terminalId, terminalSeq, reverses, metadata }: EveryField = entry
  used = 0
  writeWord(direction === 'credit' ? 1 : 2)
  writeNumber(Number(amountMinor))
  writeId(currency)
  writeNumber(occurredAtMs)
  // Each optional field is written with its tag, so that none can stand for another.
  if (method !== undefined) writeWord(TAGS.method + METHODS.indexOf(method))
  if (terminalSeq !== undefined) tagged(TAGS.terminalSeq, writeNumber, terminalSeq)
  if (terminalId !== undefined) tagged(TAGS.terminalId, writeId, terminalId)
  if (reverses !== undefined) tagged(TAGS.reverses, writeId, reverses)
  if (category !== undefined) tagged(TAGS.category, writeText, category)
  if (description !== undefined) tagged(TAGS.description, writeText, description)
  if (reference !== undefined) tagged(TAGS.reference, writeText, reference)
  for (const name of metadata === undefined ? [] : Object.keys(metadata).toSorted()) {
    tagged(TAGS.metadata, writeText, name)
    writeText(metadata?.[name] ?? '')
  }
  halfSipHash(0, out, at)
}

/** The id and the merchant are known to be equal where contents are compared. */
type EveryField = Handling<
  EntryContent,
  'entryId' | 'merchantId' | 'direction' | 'amountMinor' | 'currency' | 'occurredAtMs' | keyof typeof TAGS
>

/** What is hashed next: `words` up to `used`. One for all, because an array per call would cost more than the hash. */
let words = new Uint32Array(1_024)
let used = 0

const writeWord = (word: number): void => {
  // Room for the last word, which is the length, is always left.
  if (used + 1 === words.length) {
    const larger = new Uint32Array(2 * words.length)
    larger.set(words)
    words = larger
  }
  words[used] = word
  used += 1
}

/** A whole number up to ±(2^53 − 1), in two words. */
const writeNumber = (value: number): void => {
  writeWord(value)
  writeWord(Math.floor(value / 2 ** 32))
}

/** An id with its length in front, four of its characters a word; all of them are ASCII. */
const writeId = (id: string): void => {
  const { length } = id
  writeWord(length)
  for (let at = 0; at < length; at += 4) {
    // Past the end stands NaN, which counts as 0.
    writeWord(
      id.charCodeAt(at) | (id.charCodeAt(at + 1) << 8) | (id.charCodeAt(at + 2) << 16) | (id.charCodeAt(at + 3) << 24),
    )
  }
}

/** A text with its length in front, two code units a word. */
const writeText = (text: string): void => {
  const { length } = text
  writeWord(length)
  for (let at = 0; at < length; at += 2) {
    writeWord(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16))
  }
}

const tagged = <T>(tag: number, write: (value: T) => void, value: T): void => {
  writeWord(tag)
  write(value)
}

const TAGS = {
  terminalSeq: 1,
  terminalId: 2,
  reverses: 3,
  category: 4,
  description: 5,
  reference: 6,
  metadata: 7,
  /** And what follows, one for each method. */
  method: 100,
} as const satisfies Record<OptionalFieldName, number>

const key = randomFillSync(new Int32Array(4))

/** HalfSipHash-1-3 with 64 bits of result, under the two words of the key from `keyAt` on. */
const halfSipHash = (keyAt: 0 | 2, out: Uint32Array, at: number): void => {
  const k0 = key[keyAt] ?? 0
  const k1 = key[keyAt + 1] ?? 0
  let v0 = k0
  let v1 = k1 ^ 0xee
  let v2 = 0x6c796765 ^ k0
  let v3 = 0x74656462 ^ k1
  words[used] = used << 26
  // One round a word, then three and three without one; the round stands here once for all of them.
  const lastWord = used
  for (let round = 0; round <= lastWord + 6; round += 1) {
    const word = round <= lastWord ? (words[round] ?? 0) : 0
    if (round === lastWord + 1) v2 ^= 0xee
    if (round === lastWord + 4) {
      out[at] = v1 ^ v3
      v1 ^= 0xdd
    }
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  out[at + 1] = v1 ^ v3
}
