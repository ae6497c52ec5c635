import type { GrantedMerchants } from './access.ts'
import { contentHash, type Entry } from './entry.ts'
import { comparePositions, type BusinessDay, type EntryId, type MerchantId, type Position } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'

/** Why a record can never succeed as it is. */
export const QUARANTINE_REASONS = [
  'content-conflict',
  'wrong-currency',
  'total-out-of-bounds',
  'unknown-merchant',
  'day-closed',
  'invalid-entry',
  'undecodable-record',
  'unexpected-error',
] as const
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number]

/** Something set aside for a person: an entry, or a place on the stream where no entry could be read. */
export type SetAside = {
  readonly subject: Entry | 'unreadable'
  readonly reason: QuarantineReason
  /** For people: what exactly was wrong; `keptDetail` of it is kept. */
  readonly detail: string
  readonly position: Position
  /** The entry's line or the whole record, byte for byte as it stood on the stream. */
  readonly raw: Uint8Array
  readonly setAsideAtMs: number
}

/**
 * The beginning of a detail, as well-formed Unicode. A detail may quote input of any length, and a detail that the store
 * refuses would hold up its shard for ever.
 */
export const keptDetail = (detail: string): string => detail.slice(0, 1_000).toWellFormed()

/** Something set aside, as it was the first time, and all that has happened to it since. */
export type Quarantined = SetAside & {
  /** Only of an item that is stored in a way that is not known here: its key, which cannot be computed. */
  readonly key?: QuarantineKey
  /** The latest place at which it was set aside; `position` unless it came again. */
  readonly lastPosition: Position
  /** What people did about it, in order. Nothing is ever taken out. */
  readonly actions: readonly QuarantineAction[]
}

/** An item without its bytes, which may be large. */
export type QuarantineOutline = Omit<Quarantined, 'raw'>

/**
 * Who did what, and when. A replay is two actions, for it is decided before the entry is put on the stream and done
 * after: in between, and after a crash there, the entry may be counted, so nothing else can be decided any more.
 */
export type QuarantineAction = { readonly by: string; readonly atMs: number } & (
  | { readonly action: 'replay-begun'; readonly entry: Entry }
  | { readonly action: 'replayed'; readonly position: Position }
  | { readonly action: 'discarded'; readonly reason: string }
)

export const QUARANTINE_STATUSES = ['waiting', 'replayed', 'discarded'] as const
type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number]

/** How often an entry may be replayed as it was. What is set aside so often has to be corrected, or discarded. */
export const MAX_REPLAYS = 20

/** Where an item stands. It is computed by each reader and never stored, so no order of writes can leave it wrong. */
export type QuarantineState =
  /** With `begun`, only the replay of that entry can go on. */
  | { readonly status: 'waiting'; readonly begun?: Entry }
  | { readonly status: 'replayed'; readonly replayedAs: Replay }
  | { readonly status: 'discarded'; readonly reason: string }

/** What was put on the stream in place of an item, and where. */
export type Replay = { readonly entry: Entry; readonly position: Position }

export const quarantineState = (item: QuarantineOutline): QuarantineState => {
  const [before, last] = [item.actions.at(-2), item.actions.at(-1)]
  if (last === undefined) return { status: 'waiting' }
  if (last.action === 'replay-begun') return { status: 'waiting', begun: last.entry }
  if (last.action === 'discarded') return { status: 'discarded', reason: last.reason }
  if (before?.action !== 'replay-begun') throw new Error('a replay was noted that was never begun')
  const replayedAs = { entry: before.entry, position: last.position }
  return cameBack(item, replayedAs) ? { status: 'waiting' } : { status: 'replayed', replayedAs }
}

/**
 * Whether what was replayed was set aside again. Only the same content comes back to the same item, and only from the
 * replay's place on: what was delivered again from before it says nothing, and no discarded item comes back at all.
 */
const cameBack = (item: QuarantineOutline, { entry, position }: Replay): boolean =>
  isSameContent(item.subject, entry) && comparePositions(item.lastPosition, position) >= 0

const isSameContent = (subject: SetAside['subject'], entry: Entry): boolean =>
  subject !== 'unreadable' && contentHash(subject) === contentHash(entry)

/**
 * What makes two items the same: for an entry its book, id and content, at any position; for the rest the position.
 * `scope` is the merchant, or the shard behind a "#", which stands in no merchant's id.
 */
export type QuarantineKey = { readonly scope: string; readonly item: string }

export const quarantineKey = ({
  subject,
  position,
  key,
}: Pick<Quarantined, 'subject' | 'position' | 'key'>): QuarantineKey => {
  if (key !== undefined) return key
  if (subject === 'unreadable') {
    return { scope: `#${position.shardId}`, item: `${position.sequenceNumber}#${position.index}` }
  }
  const prefix = entryItemPrefix(subject.businessDay, subject.entryId)
  return { scope: subject.merchantId, item: `${prefix}${contentHash(subject)}` }
}

/** A key as the place at which a page of a list ends. */
export const quarantinePlace = ({ scope, item }: QuarantineKey): string => `${scope}\n${item}`

/** The key that such a place names. */
export const parseQuarantinePlace = (text: string): Result<QuarantineKey, 'not-a-place'> => {
  // No key that we make comes near this length, and the store takes none that is much longer.
  const [, scope, item] = text.length > 1_000 ? [] : (/^([^\n]+)\n([^\n]+)$/.exec(text) ?? [])
  return scope === undefined || item === undefined ? refuse('not-a-place') : ok({ scope, item })
}

/**
 * Whether a grant covers the items of a scope. What cannot be read belongs to no merchant, or to several: it is for those
 * who may act for all.
 */
export const coversScope = (granted: GrantedMerchants, scope: string): boolean =>
  scope.startsWith('#') ? granted.coversAll : granted.covers(scope as MerchantId)

/** What the items of one id in a book have in common. */
export const entryItemPrefix = (day: BusinessDay, entryId: EntryId): string => `${day}#${entryId}#`

/** What a page of raw bytes may come to; a single item that is larger is a page of its own. */
export const QUARANTINE_PAGE_BYTES = 4 * 1024 * 1024

export type QuarantineFilter = {
  readonly merchantId?: MerchantId
  readonly reason?: QuarantineReason
  readonly status?: QuarantineStatus
}
