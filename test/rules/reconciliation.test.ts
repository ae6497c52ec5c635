import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ContentHash } from '#ledger/entry'
import type { EntryId } from '#ledger/identifiers'
import { differencesOf, type Archived, type BookSides, type Kept, type Times } from '#ledger/reconciliation'
import { entryId } from '../builders.ts'

const BARRIER_MS = 1_000_000
const times: Times = { barrierAtMs: BARRIER_MS, deliveredThroughMs: BARRIER_MS - 1_000 }

const hash = (text: string) => text as ContentHash
/** Received long ago, or lately, or after the barrier. */
const kept = (content: string, receivedAtMs = 0): Kept => ({ contentHash: hash(content), receivedAtMs })
const lately = BARRIER_MS - 500
const after = BARRIER_MS + 1
const archived = (content: string, isBeforeBarrier = true): Archived => ({
  contentHash: hash(content),
  isBeforeBarrier,
})

type Given = { counted?: Kept; setAside?: Kept[]; archived?: Archived[] }

const sidesOf = ({ counted, setAside = [], archived = [] }: Given): BookSides => ({
  counted: new Map(counted === undefined ? [] : [[entryId('e'), counted]]),
  setAside: new Map(setAside.length === 0 ? [] : [[entryId('e'), setAside]]),
  archived: new Map(archived.length === 0 ? [] : [[entryId('e'), archived]]),
})

describe('an id', () => {
  test.each<Given & { what: string }>([
    { what: 'that neither side has' },
    { what: 'counted and archived', counted: kept('x'), archived: [archived('x')] },
    { what: 'set aside and archived', setAside: [kept('x')], archived: [archived('x')] },
    {
      what: 'counted, a conflict set aside, both archived',
      counted: kept('x'),
      setAside: [kept('y')],
      archived: [archived('y'), archived('x')],
    },
    { what: 'set aside and released as it was', counted: kept('x'), setAside: [kept('x')], archived: [archived('x')] },
    {
      what: 'set aside and released corrected',
      counted: kept('y'),
      setAside: [kept('x')],
      archived: [archived('x'), archived('y')],
    },
    { what: 'archived after the barrier and not processed yet', archived: [archived('x', false)] },
    { what: 'received after the barrier, not archived yet', counted: kept('x', after) },
    {
      what: 'counted, then a conflict after the barrier',
      counted: kept('x'),
      archived: [archived('x'), archived('y', false)],
    },
  ])('$what is no difference', (given) => {
    expect(differencesOf(sidesOf(given), times)).toEqual([])
  })

  test.each<Given & { what: string; kind: string; inJournal?: string[]; inArchive?: string[] }>([
    { what: 'archived alone', archived: [archived('x')], kind: 'missing-in-journal', inArchive: ['x'] },
    {
      what: 'archived with two contents',
      archived: [archived('x'), archived('y')],
      kind: 'missing-in-journal',
      inArchive: ['x', 'y'],
    },
    {
      what: 'whose conflict was set aside, but that is not counted',
      setAside: [kept('y')],
      archived: [archived('x'), archived('y')],
      kind: 'missing-in-journal',
      inArchive: ['x'],
    },
    { what: 'counted alone', counted: kept('x'), kind: 'missing-in-archive', inJournal: ['x'] },
    { what: 'set aside alone', setAside: [kept('x')], kind: 'missing-in-archive', inJournal: ['x'] },
    { what: 'counted lately', counted: kept('x', lately), kind: 'not-yet-delivered', inJournal: ['x'] },
    {
      what: 'counted and archived with another content',
      counted: kept('x'),
      archived: [archived('y')],
      kind: 'different',
      inJournal: ['x'],
      inArchive: ['y'],
    },
    {
      what: 'counted lately, altered in the archive',
      counted: kept('x', lately),
      archived: [archived('y')],
      kind: 'different',
      inJournal: ['x'],
      inArchive: ['y'],
    },
    {
      what: 'set aside, altered in the archive',
      setAside: [kept('x')],
      archived: [archived('y')],
      kind: 'different',
      inJournal: ['x'],
      inArchive: ['y'],
    },
    {
      what: 'counted and archived, with one more content in the archive',
      counted: kept('x'),
      archived: [archived('x'), archived('y')],
      kind: 'different',
      inArchive: ['y'],
    },
  ])('$what is $kind', ({ kind, inJournal = [], inArchive = [], ...given }) => {
    expect(differencesOf(sidesOf(given), times)).toEqual([{ entryId: 'e', kind, inJournal, inArchive }])
  })
})

/** What stood on the stream: contents of a few ids, some of them sent more than once. */
const anyStream = fc.array(
  fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd').map(entryId), content: fc.constantFrom('1', '2', '3') }),
  { maxLength: 30 },
)
type Sent = { readonly id: EntryId; readonly content: string }

/** The sides that proper consumers make of a stream: the first content of an id is counted, the others set aside. */
const processed = (stream: readonly Sent[]) => {
  const counted = new Map<EntryId, Kept>()
  const setAside = new Map<EntryId, Kept[]>()
  const archive = new Map<EntryId, Archived[]>()
  for (const { id, content } of stream) {
    const [contents, aside] = [archive.get(id) ?? [], setAside.get(id) ?? []]
    if (contents.some(({ contentHash }) => contentHash === content)) continue
    archive.set(id, [...contents, archived(content)])
    if (counted.has(id)) setAside.set(id, [...aside, kept(content)])
    else counted.set(id, kept(content))
  }
  return { counted, setAside, archived: archive }
}

test('the archive and the books of correct consumers are equal for any stream', () => {
  fc.assert(
    fc.property(anyStream, (stream) => {
      expect(differencesOf(processed(stream), times)).toEqual([])
    }),
  )
})

test('every entry that one side lost is named, and no other entry', () => {
  const side = fc.constantFrom('counted', 'archived')
  fc.assert(
    fc.property(anyStream, side, fc.constantFrom('a', 'b', 'c', 'd').map(entryId), (stream, side, lost) => {
      const sides = processed(stream)
      const wasThere = sides[side].delete(lost)
      expect(differencesOf(sides, times).map(({ entryId }) => entryId)).toEqual(wasThere ? [lost] : [])
    }),
  )
})

test('the order of the rows makes no difference to the comparison', () => {
  const mirrored = <T>(map: ReadonlyMap<EntryId, readonly T[]>) =>
    new Map([...map].toReversed().map(([id, of]) => [id, of.toReversed()]))
  fc.assert(
    fc.property(anyStream, anyStream, (one, other) => {
      const sides = { ...processed(one), archived: processed(other).archived }
      const reversed = {
        counted: new Map([...sides.counted].toReversed()),
        setAside: mirrored(sides.setAside),
        archived: mirrored(sides.archived),
      }
      const kinds = (of: BookSides) => differencesOf(of, times).map(({ entryId, kind }) => `${entryId} ${kind}`)
      expect(kinds(reversed)).toEqual(kinds(sides))
    }),
  )
})
