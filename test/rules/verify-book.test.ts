/** A chain that was altered: each way of altering it is found, and named at the segment where it was done. */
import { describe, expect, test } from 'vitest'
import { emptyBook, nextSegment } from '#ledger/book'
import type { Entry } from '#ledger/entry'
import { contentHash } from '#ledger/entry'
import { noTotals } from '#ledger/money'
import { UnreadableSegment, type Journal } from '#ledger/ports'
import { refuse } from '#ledger/result'
import { digestOf, NO_CHAIN, sealingHash, type Mark, type SealedSegment } from '#ledger/segment'
import { verifyBook } from '#processors/journal/verify-book'
import { aBookId, anEntry, day, entryId, merchantId, someTerms } from '#test/builders'
import { packEntries } from '#wire/journal/packed-entries'
import { openSegment, sealSegment } from '#wire/journal/segment'
import { packView, unpackView } from '#wire/journal/packed-view'

const ENTRIES = Array.from({ length: 40 }, (_, index) =>
  anEntry({
    entryId: entryId(`e${index}`),
    amountMinor: BigInt(index + 1),
    direction: index % 3 === 0 ? 'debit' : 'credit',
    occurredAtMs: someTerms.startsAtMs + index * 1_800_000,
    ...(index % 2 === 0 && { method: 'pix' }),
  }),
)

/** A chain of segments, each of a few of the entries. */
const chainOf = (entries: readonly Entry[], perSegment = 4, book = aBookId()): SealedSegment[] => {
  const chain: SealedSegment[] = []
  let state = emptyBook(book, someTerms)
  for (let from = 0; from < entries.length; from += perSegment) {
    const sealed = sealSegment(state, nextSegment(state, entries.slice(from, from + perSegment)))
    chain.push(sealed)
    // Not by `evolve`, which refuses what some of these tests need.
    state = { ...state, segment: sealed.number, hash: sealed.hash, view: openSegment(sealed).segment.view }
  }
  return chain
}

/** What a table would answer that holds these segments, whatever they are. */
const holding = (segments: readonly SealedSegment[]): Pick<Journal, 'read' | 'end'> => {
  const inOrder = segments.toSorted((a, b) => a.number - b.number)
  return {
    read: async (book, after, limit) =>
      inOrder
        .filter(({ number }) => number > after)
        .slice(0, limit)
        .map((segment) => ({ ...segment, book })),
    end: async () => inOrder.at(-1),
  }
}

const verify = (segments: readonly SealedSegment[], book = aBookId()) => verifyBook(holding(segments), book)

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte))

const withSegment = (chain: readonly SealedSegment[], index: number, change: (segment: SealedSegment) => object) =>
  chain.map((segment, at): SealedSegment => (at === index ? { ...segment, ...change(segment) } : segment))

/** An altered chain may have been sealed again. Then only its content can show it. */
const sealedAgain = (chain: readonly SealedSegment[]): SealedSegment[] => {
  let hash = NO_CHAIN
  return chain.map((segment) => {
    hash = sealingHash(hash, segment)
    return { ...segment, hash }
  })
}

describe('a segment that cannot be read', () => {
  const CHAIN = chainOf(ENTRIES)
  /** What a table answers that fails as long as the segment is among what is asked for. */
  const withUnreadable = (segments: readonly SealedSegment[], number: number): Pick<Journal, 'read' | 'end'> => {
    const { read, end } = holding(segments)
    return {
      end,
      async read(...asked) {
        const found = await read(...asked)
        if (found.some((segment) => segment.number === number)) {
          throw new UnreadableSegment(aBookId(), number, 'its view is missing')
        }
        return found
      },
    }
  }

  test.each([1, 3, CHAIN.length])('is named by its number: %i', async (number) => {
    expect(await verifyBook(withUnreadable(CHAIN, number), aBookId())).toEqual(
      refuse({ segment: number, faults: [{ what: 'unreadable', detail: 'its view is missing' }] }),
    )
  })

  test('is not in a chain that can be read the second time', async () => {
    const { read, end } = holding(CHAIN)
    let reads = 0
    const healing: Pick<Journal, 'read' | 'end'> = {
      end,
      read: async (...asked) => {
        reads += 1
        if (reads === 1) throw new UnreadableSegment(aBookId(), 1, 'its view is missing')
        return await read(...asked)
      },
    }
    expect(await verifyBook(healing, aBookId())).toMatchObject({ ok: true, value: { segments: CHAIN.length } })
  })

  test('is not what a table that cannot be reached is taken for', async () => {
    const { end, read } = holding(CHAIN)
    let reads = 0
    const away: Pick<Journal, 'read' | 'end'> = {
      end,
      read: async (...asked) => {
        reads += 1
        if (reads === 1) throw new Error('throttled')
        return await read(...asked)
      },
    }
    await expect(verifyBook(away, aBookId())).rejects.toThrow('throttled')
    expect(reads).toBe(1)
  })

  test('does not hide an altered one before it', async () => {
    const altered = withSegment(CHAIN, 1, ({ view }) => ({ view: flipped(view, 5) }))
    expect(await verifyBook(withUnreadable(altered, 4), aBookId())).toMatchObject({ error: { segment: 2 } })
  })
})

describe('a chain that was not altered is whole', () => {
  test.each([0, 1, 4, 5, 40])('when it holds %i entries', async (count) => {
    const entries = ENTRIES.slice(0, count)
    const chain = chainOf(entries)
    expect(await verify(chain)).toEqual({
      ok: true,
      value: {
        segments: Math.ceil(count / 4),
        lastSegment: Math.ceil(count / 4),
        entries: count,
        hash: chain.at(-1)?.hash ?? null,
        digest: digestOf(entries.map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) }))),
        issued: new Map(),
      },
    })
  })

  test('and is read in several places at once when it is long', async () => {
    expect(await verify(chainOf(ENTRIES, 1))).toMatchObject({ ok: true, value: { segments: 40, entries: 40 } })
  })
})

describe('an altered byte is reported at its segment', () => {
  const chain = chainOf(ENTRIES)
  test.each([0, 4, 9])('when it is in segment %i', async (index) => {
    const bytesOf = { entries: chain[index]?.entries.length ?? 0, view: chain[index]?.view.length ?? 0 }
    for (const part of ['entries', 'view'] as const) {
      for (let at = 0; at < bytesOf[part]; at += 1) {
        const altered = withSegment(chain, index, (segment) => ({ [part]: flipped(segment[part], at) }))
        const { ok, error } = (await verify(altered)) as { ok: boolean; error: { segment: number; faults: object[] } }
        expect({ part, at, ok, segment: error?.segment }).toEqual({ part, at, ok: false, segment: index + 1 })
        expect(error.faults).toContainEqual(expect.objectContaining({ what: 'hash' }))
      }
    }
  })

  test('when it is in the seal', async () => {
    const altered = withSegment(chain, 3, ({ hash }) => ({ hash: `${hash.slice(0, -1)}${hash.endsWith('0') ? 1 : 0}` }))
    const [good, bad] = [chain, altered].map((segments) => segments[3]?.hash)
    const detail = `its content has the hash ${good}, but its seal is ${bad}`
    expect(await verify(altered)).toEqual(refuse({ segment: 4, faults: [{ what: 'hash', detail }] }))
  })
})

test.each([
  { total: 'creditsMinor', altered: { creditsMinor: 1n } },
  { total: 'debitsMinor', altered: { debitsMinor: 1n } },
  { total: 'entryCount', altered: { entryCount: 1 } },
])('an altered $total of a segment is reported as a fault of hash and view', async ({ altered: wrong }) => {
  const chain = chainOf(ENTRIES)
  const altered = withSegment(chain, 5, ({ totals }) => ({ totals: { ...totals, ...wrong } }))
  const view = { what: 'view', detail: 'the totals are not what the entries add up to' }
  expect(await verify(altered)).toMatchObject({ ok: false, error: { segment: 6, faults: [{ what: 'hash' }, view] } })
  expect(await verify(sealedAgain(altered))).toEqual({ ok: false, error: { segment: 6, faults: [view] } })
})

describe('a chain with misplaced segments', () => {
  const chain = chainOf(ENTRIES)

  test.each([
    { index: 0, follows: '2 follows nothing' },
    { index: 1, follows: '3 follows 1' },
    { index: 8, follows: '10 follows 8' },
  ])('is broken where a segment is missing, so that $follows', async ({ index, follows }) => {
    expect(await verify(chain.toSpliced(index, 1))).toEqual(
      refuse({ segment: index + 1, faults: [{ what: 'number', detail: `it is missing: ${follows}` }] }),
    )
  })

  test('is whole when only its last segment is missing, as docs/operations.md says', async () => {
    expect(await verify(chain.slice(0, -1))).toMatchObject({ ok: true, value: { segments: 9 } })
  })

  test.each([
    [0, 1],
    [3, 7],
  ])('is broken when segments %i and %i have changed places', async (a, b) => {
    const numbered = (index: number, from: number) => ({ ...(chain[from] as SealedSegment), number: index + 1 })
    const swapped = chain.map((segment, index) =>
      index === a ? numbered(a, b) : index === b ? numbered(b, a) : segment,
    )
    const { ok, error } = (await verify(swapped)) as { ok: boolean; error: { segment: number; faults: object[] } }
    expect({ ok, segment: error.segment }).toEqual({ ok: false, segment: a + 1 })
    expect(error.faults).toContainEqual(expect.objectContaining({ what: 'hash' }))
  })

  test.each([aBookId({ day: day('2026-11-21') }), aBookId({ merchantId: merchantId('m2') })])(
    'the book has another name',
    async (book) => {
      expect(await verify(chain, book)).toMatchObject({ ok: false, error: { segment: 1, faults: [{ what: 'hash' }] } })
    },
  )
})

describe('a chain that was sealed again after an alteration is found broken', () => {
  const chain = chainOf(ENTRIES)

  test('when an amount was altered', async () => {
    const altered = withSegment(chain, 2, (sealed) => {
      const { segment } = openSegment(sealed)
      const entries = segment.entries.map((entry) => ({ ...entry, amountMinor: entry.amountMinor + 1n }))
      return { entries: packEntries(entries, someTerms) }
    })
    expect(await verify(sealedAgain(altered))).toMatchObject({
      ok: false,
      error: { segment: 3, faults: [{ detail: /totals/ }, { detail: /methods/ }, { detail: /hours/ }].map(theView) },
    })
  })

  test.each(['byMethod', 'byHour'] as const)('when %s of the view was altered', async (part) => {
    const altered = withSegment(chain, 2, (sealed) => {
      const { view } = unpackView(sealed.view, sealed.totals)
      const [[key, totals] = []] = view[part]
      const rows = new Map<unknown, unknown>(view[part]).set(key, { ...totals, creditsMinor: 12_345n })
      return { view: packView(someTerms, { ...view, [part]: rows }) }
    })
    expect(await verify(sealedAgain(altered))).toMatchObject({
      ok: false,
      error: {
        segment: 3,
        faults: [{ what: 'view', detail: expect.stringContaining(part.slice(2).toLowerCase()) as string }],
      },
    })
  })

  test.each(['byMethod', 'byHour'] as const)('when %s of the view has a row more, without any entry', async (part) => {
    const altered = withSegment(chain, 2, (sealed) => {
      const { view } = unpackView(sealed.view, sealed.totals)
      const rows = new Map<unknown, unknown>(view[part]).set(part === 'byHour' ? 23 : 'cheque', noTotals)
      return { view: packView(someTerms, { ...view, [part]: rows }) }
    })
    expect(await verify(sealedAgain(altered))).toMatchObject({
      ok: false,
      error: {
        segment: 3,
        faults: expect.arrayContaining([theView({ detail: part === 'byHour' ? /hours/ : /methods/ })]) as unknown,
      },
    })
  })

  test('when an id counts twice', async () => {
    const doubled = chainOf([...ENTRIES.slice(0, 8), ENTRIES[1] as Entry])
    expect(await verify(doubled)).toEqual({
      ok: false,
      error: { segment: 3, faults: [{ what: 'ids', detail: 'e1 is in the book already' }] },
    })
  })

  test.each(['entries', 'view'] as const)('when the bytes of %s cannot be read', async (part) => {
    const altered = withSegment(chain, 6, () => ({ [part]: Uint8Array.of(9, 9, 9) }))
    expect(await verify(sealedAgain(altered))).toMatchObject({
      ok: false,
      error: { segment: 7, faults: [{ what: 'unreadable' }] },
    })
  })
})

const theView = ({ detail }: { detail: RegExp }) => ({
  what: 'view',
  detail: expect.stringMatching(detail) as string,
})

describe('a book with marks', () => {
  type Part = { readonly entries: readonly Entry[]; readonly mark?: Mark }
  const [first, second, third, fourth] = ENTRIES as [Entry, Entry, Entry, Entry]
  const marked = (...parts: readonly Part[]): SealedSegment[] => {
    let state = emptyBook(aBookId(), someTerms)
    return parts.map(({ entries, mark }) => {
      const sealed = sealSegment(state, nextSegment(state, entries, mark))
      state = { ...state, segment: sealed.number, hash: sealed.hash, view: openSegment(sealed).segment.view }
      return sealed
    })
  }
  const open: Part = { entries: [first] }
  const closing: Part = { entries: [], mark: { kind: 'closing' } }
  const restating: Part = { entries: [second], mark: { kind: 'restating', restatement: 1 } }
  const redirecting: Part = { entries: [third], mark: { kind: 'redirecting', to: day('2026-11-22') } }
  const settingAside: Part = { entries: [fourth], mark: { kind: 'setting-aside', reason: 'day-closed' } }
  const releasing: Part = { entries: [fourth], mark: { kind: 'releasing', to: day('2026-11-22') } }
  const received: Part = { entries: [second], mark: { kind: 'received', from: day('2026-11-18') } }

  test('is whole, and its digest is that of the entries that count', async () => {
    const chain = marked(open, closing, restating, redirecting, settingAside, releasing)
    const digest = digestOf(
      [first, second].map((entry) => ({ entryId: entry.entryId, contentHash: contentHash(entry) })),
    )
    expect(await verify(chain)).toMatchObject({ ok: true, value: { segments: 6, entries: 2, digest } })
    expect(await verify(marked(open, received, closing))).toMatchObject({ ok: true, value: { entries: 2 } })
  })

  test.each([
    { what: 'an append after the close', parts: [open, closing, { entries: [second] }], segment: 3 },
    { what: 'late entries of another day after the close', parts: [open, closing, received], segment: 3 },
    { what: 'a second close', parts: [open, closing, closing], segment: 3 },
    { what: 'a restatement before the close', parts: [open, restating], segment: 2 },
    { what: 'entries passed on before the close', parts: [open, redirecting], segment: 2 },
    { what: 'entries set aside before the close', parts: [settingAside], segment: 1 },
    { what: 'a close with entries', parts: [{ ...closing, entries: [first] }], segment: 1 },
  ])('is broken by $what', async ({ parts, segment }) => {
    expect(await verify(marked(...parts))).toMatchObject({ ok: false, error: { segment, faults: [{ what: 'mark' }] } })
  })

  test('is broken by an id that comes again, also where it does not count', async () => {
    expect(await verify(marked(open, closing, { ...redirecting, entries: [first] }))).toMatchObject({
      error: { segment: 3, faults: [{ what: 'ids' }] },
    })
  })

  test.each([
    { what: 'that never waited', parts: [open, closing, releasing], segment: 3 },
    { what: 'that counts', parts: [open, closing, { ...releasing, entries: [first] }], segment: 3 },
    { what: 'for the second time', parts: [open, closing, settingAside, releasing, releasing], segment: 5 },
  ])('is broken by the release of an entry $what', async ({ parts, segment }) => {
    expect(await verify(marked(...parts))).toMatchObject({ error: { segment, faults: [{ what: 'ids' }] } })
  })

  test('is broken when its view counts late entries otherwise', async () => {
    const chain = withSegment(marked(open, closing, restating), 2, ({ view, totals }) => {
      const { terms, view: read } = unpackView(view, totals)
      return { view: packView(terms, { ...read, lateEntries: 0 }) }
    })
    expect(await verify(sealedAgain(chain))).toMatchObject({
      error: { segment: 3, faults: [{ what: 'view', detail: expect.stringContaining('the late entries') as string }] },
    })
  })
})
