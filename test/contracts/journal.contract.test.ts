import { TransactionConflictException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoJournal } from '#adapters/journal/dynamo-journal'
import { wholeChain } from '#ledger/chain'
import { Superseded } from '#ledger/generation'
import { UnreadableSegment } from '#ledger/ports'
import { MAX_TOTAL_MINOR } from '#ledger/money'
import { SEGMENT_BYTES } from '#ledger/ports'
import { NO_CHAIN, sealingHash, type ChainHash, type SealedSegment } from '#ledger/segment'
import { openSegment } from '#wire/journal/segment'
import { awkwardEntries } from '../awkward-texts.ts'
import { aBookId, anEntry, aSealedSegment, day, entryId, merchantId } from '../builders.ts'
import { allBooks, dynamodb, freshTable, journals } from './adapters.ts'

describe.each(journals)('a journal: $name', ({ fresh }) => {
  test('a book without segments has nothing to read and no end', async () => {
    const journal = await fresh()
    expect(await journal.read(aBookId(), 0)).toEqual([])
    expect(await journal.end(aBookId())).toBeUndefined()
  })

  test('an appended segment is read back whole, and its seal is still right', async () => {
    const journal = await fresh()
    const entry = anEntry({ method: 'pix', description: 'pão de queijo 🧀', metadata: { mesa: '7', '': '' } })
    const segment = aSealedSegment({ entries: [entry, anEntry({ entryId: entryId('e2'), direction: 'debit' })] })

    expect(await journal.append(segment)).toBe('appended')

    const [read] = await journal.read(aBookId(), 0)
    expect(read).toEqual(segment)
    expect(sealingHash(NO_CHAIN, read!)).toBe(segment.hash)
    expect(openSegment(read!).segment.entries[0]).toEqual(entry)
  })

  test('awkward texts come back as they were', async () => {
    const journal = await fresh()
    const entries = awkwardEntries()
    await journal.append(aSealedSegment({ entries }))
    const [read] = await journal.read(aBookId(), 0)
    expect(openSegment(read!).segment.entries).toEqual(entries)
  })

  test('totals keep every digit up to 2^53 − 1', async () => {
    const journal = await fresh()
    const totals = { creditsMinor: MAX_TOTAL_MINOR, debitsMinor: MAX_TOTAL_MINOR - 1n, entryCount: 9_007_200 }
    await journal.append({ ...aSealedSegment(), totals })
    expect((await journal.end(aBookId()))?.totals).toEqual(totals)
    expect((await journal.read(aBookId(), 0))[0]?.totals).toEqual(totals)
  })

  test('a number is taken once, and a second append of it changes nothing', async () => {
    const journal = await fresh()
    const first = aSealedSegment({ entries: [anEntry({ amountMinor: 1n })] })
    expect(await journal.append(first)).toBe('appended')
    expect(await journal.append(aSealedSegment({ entries: [anEntry({ amountMinor: 2n })] }))).toBe('taken')
    expect(await journal.append(first)).toBe('taken')
    expect(await journal.read(aBookId(), 0)).toEqual([first])
  })

  test.each([
    { asked: 'all', after: 0, read: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    { asked: 'those after 9', after: 9, read: [10, 11, 12] },
    { asked: 'those after the end', after: 12, read: [] },
    { asked: 'the first two', after: 0, limit: 2, read: [1, 2] },
    { asked: 'two after 8', after: 8, limit: 2, read: [9, 10] },
    { asked: 'two where one is left', after: 11, limit: 2, read: [12] },
  ])('segments are read in order when asked for $asked', async ({ after, limit, read }) => {
    const journal = await fresh()
    await appendAll(journal, twelveSegments)
    const numbers = (await journal.read(aBookId(), after, limit)).map(({ number }) => number)
    expect(numbers).toEqual(read)
  })

  test('the end of a book is its last segment without the entries', async () => {
    const journal = await fresh()
    await appendAll(journal, twelveSegments)
    const { entries: _entries, ...end } = twelveSegments[11]!
    expect(await journal.end(aBookId())).toEqual(end)
  })

  test('a chain of several megabytes is read whole', async () => {
    const journal = await fresh()
    const entries = new Uint8Array(300_000).fill(7)
    const chain = twelveSegments.map((segment) => ({ ...segment, entries }))
    await appendAll(journal, chain)
    expect((await journal.read(aBookId(), 0)).map(({ entries }) => entries.length)).toEqual(chain.map(() => 300_000))
    expect(await journal.read(aBookId(), 1, 10)).toHaveLength(10)
  })

  // DynamoDB: "The maximum item size in DynamoDB is 400 KB, which includes both attribute name binary length and
  // attribute value lengths." Its KB are 1,024 bytes.
  test('a segment may take SEGMENT_BYTES, and one of 400 KB is thrown and leaves its number free', async () => {
    const journal = await fresh()
    const book = aBookId({ merchantId: merchantId('m'.repeat(64)) })
    const { view, ...segment } = aSealedSegment({ book })
    const totals = { creditsMinor: MAX_TOTAL_MINOR, debitsMinor: MAX_TOTAL_MINOR, entryCount: 9_007_200 }
    const ofBytes = (bytes: number) => ({
      ...segment,
      totals,
      view,
      entries: new Uint8Array(bytes - view.length).fill(7),
    })
    await expect(journal.append(ofBytes(400 * 1_024))).rejects.toThrow()
    expect(await journal.append(ofBytes(SEGMENT_BYTES))).toBe('appended')
    expect((await journal.read(book, 0)).map(({ entries }) => entries.length)).toEqual([SEGMENT_BYTES - view.length])
  })

  test('every book has its own numbers', async () => {
    const journal = await fresh()
    const books = [aBookId(), aBookId({ day: day('2026-11-21') }), aBookId({ merchantId: merchantId('m1.2') })]
    for (const book of books) expect(await journal.append(aSealedSegment({ book }))).toBe('appended')
    for (const book of books) {
      expect((await journal.read(book, 0)).map((segment) => segment.book)).toEqual([book])
      expect((await journal.end(book))?.book).toEqual(book)
    }
  })

  test('of twenty appends of one number at the same time exactly one succeeds and is read back', async () => {
    const journal = await fresh()
    const rivals = Array.from({ length: 20 }, (_, index) =>
      aSealedSegment({ entries: [anEntry({ entryId: entryId(`rival-${index}`) })] }),
    )
    const answers = await Promise.all(rivals.map((segment) => journal.append(segment)))
    expect(answers.filter((answer) => answer === 'appended')).toHaveLength(1)
    expect(await journal.read(aBookId(), 0)).toEqual([rivals[answers.indexOf('appended')]])
  })
})

describe.each(allBooks)('a book that was mended: $name', ({ fresh }) => {
  const hash = 'ab'.repeat(32) as ChainHash
  /** A chain of three segments, superseded by one of two, or of as many as are given. */
  const given = async ({ good = 2 } = {}) => {
    const { journal, transactions } = await fresh()
    await appendAll(journal, twelveSegments.slice(0, 3))
    const goodChain = Array.from({ length: good }, (_, index) => aSealedSegment({ number: 1_000_000_001 + index }))
    await appendAll(journal, goodChain)
    const supersede = async () =>
      await transactions.commit(
        [0, 4, 999_999_999].map((number) => ({
          change: 'append',
          segment: aSealedSegment({ number, entries: [], mark: { kind: 'superseding', generation: 1, hash } }),
        })),
      )
    return { journal, goodChain, supersede }
  }

  test('a good chain beside the broken one is not seen before it supersedes it', async () => {
    const { journal, goodChain } = await given()
    expect((await journal.read(aBookId(), 0)).map(({ number }) => number)).toEqual([1, 2, 3])
    expect((await journal.end(aBookId()))?.number).toBe(3)
    expect(await journal.read(aBookId(), 1_000_000_000)).toEqual(goodChain)
    expect(await journal.append(aSealedSegment({ number: 4 }))).toBe('appended')
  })

  test('readers from the start and of the end find the good chain, and writers of the old one find its number taken', async () => {
    const { journal, goodChain, supersede } = await given()
    expect(await supersede()).toBe('committed')
    expect(await journal.read(aBookId(), 0)).toEqual(goodChain)
    expect(await journal.read(aBookId(), 0, 1)).toEqual(goodChain.slice(0, 1))
    expect((await journal.end(aBookId()))?.number).toBe(1_000_000_002)
    expect(await journal.append(aSealedSegment({ number: 4 }))).toBe('taken')
    expect(await journal.append(aSealedSegment({ number: 1_000_000_003 }))).toBe('appended')
    expect((await journal.read(aBookId(), 1_000_000_002)).map(({ number }) => number)).toEqual([1_000_000_003])
    expect((await journal.end(aBookId()))?.number).toBe(1_000_000_003)
  })

  test.each([{ after: 1 }, { after: 3 }, { after: 4 }, { after: 77 }])(
    'a reader that knows the old chain up to segment $after is told that it was superseded',
    async ({ after }) => {
      const { journal, supersede } = await given()
      await supersede()
      await expect(journal.read(aBookId(), after)).rejects.toBeInstanceOf(Superseded)
    },
  )

  test('a chain of forty segments is walked whole', async () => {
    const { journal, goodChain, supersede } = await given({ good: 40 })
    await supersede()
    const walked = []
    for await (const { number } of wholeChain(journal, aBookId())) walked.push(number)
    expect(walked).toEqual(goodChain.map(({ number }) => number))
  })

  test('it is not superseded when its next number is taken', async () => {
    const { journal, supersede } = await given()
    await journal.append(aSealedSegment({ number: 4 }))
    expect(await supersede()).toBe('refused')
    expect((await journal.read(aBookId(), 0)).map(({ number }) => number)).toEqual([1, 2, 3, 4])
    expect((await journal.end(aBookId()))?.number).toBe(4)
  })

  test('it is superseded once', async () => {
    const { supersede } = await given()
    const outcomes = await Promise.all([supersede(), supersede()])
    expect(outcomes.toSorted()).toEqual(['committed', 'refused'])
  })
})

describe('the journal on DynamoDB', () => {
  test.each([
    { conflicts: 4, ends: 'appended' },
    { conflicts: 5, ends: 'thrown' },
  ])('an append that conflicts with $conflicts transactions is $ends', async ({ conflicts, ends }) => {
    const client = documentClient()
    let left = conflicts
    // The local store never raises this one.
    client.middlewareStack.add((next) => async (args) => {
      if (left === 0) return next(args)
      left -= 1
      throw new TransactionConflictException({ message: 'made up', $metadata: {} })
    })
    const append = dynamoJournal(client, await freshTable('journal')).append(aSealedSegment())
    expect(await append.catch((error: Error) => error.name)).toBe(
      ends === 'appended' ? 'appended' : 'TransactionConflictException',
    )
  })

  test('a table that does not exist yet is thrown as an error that may heal', async () => {
    const journal = dynamoJournal(dynamodb, 'no-such-table')
    await expect(journal.append(aSealedSegment())).rejects.toThrow()
    await expect(journal.read(aBookId(), 0)).rejects.toThrow()
    await expect(journal.end(aBookId())).rejects.toThrow()
  })
})

const twelveSegments = Array.from({ length: 12 }, (_, index) => aSealedSegment({ number: index + 1 }))

const appendAll = async (
  journal: { append(segment: SealedSegment): Promise<unknown> },
  segments: readonly SealedSegment[],
): Promise<void> => {
  for (const segment of segments) await journal.append(segment)
}

test.each([
  { part: 'hash', stored: undefined, says: 'its hash is missing' },
  { part: 'hash', stored: Buffer.from('ab', 'hex'), says: 'its hash is not what a segment has there' },
  { part: 'view', stored: 'text', says: 'its view is not what a segment has there' },
  { part: 'entryCount', stored: 1.5, says: 'its entryCount is not what a segment has there' },
  { part: 'credits', stored: undefined, says: 'its credits is missing' },
])('a stored segment is refused by its book, number and part when $says', async ({ part, stored, says }) => {
  const table = await freshTable('journal')
  const journal = dynamoJournal(dynamodb, table)
  await appendAll(journal, twelveSegments)
  const found = await dynamodb.send(new GetCommand({ TableName: table, Key: { book: 'm1#2026-11-20', segment: 7 } }))
  await dynamodb.send(new PutCommand({ TableName: table, Item: { ...found.Item, [part]: stored } }))
  const read = journal.read(aBookId(), 0)
  await expect(read).rejects.toThrow(`Segment 7 of the book m1 2026-11-20 cannot be read: ${says}.`)
  await expect(read).rejects.toBeInstanceOf(UnreadableSegment)
  expect((await journal.read(aBookId(), 0, 6)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
})
