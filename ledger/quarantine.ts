import type { GrantedMerchants } from './access.ts'
import type { Act } from './actor.ts'
import { contentHash, type ContentHash, type Entry } from './entry.ts'
import { comparePositions, type BusinessDay, type EntryId, type MerchantId, type Position } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'

/** The reasons for which a record can never succeed as it is. */
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

/** An item that is set aside for a person: an entry, or a place on the stream at which no entry could be read. */
export type SetAside = {
  readonly subject: Entry | 'unreadable'
  readonly reason: QuarantineReason
  /** What exactly was wrong, for people. `keptDetail` says how much of it is kept. */
  readonly detail: string
  readonly position: Position
  /** The line of the entry or the whole record, byte for byte as on the stream. */
  readonly raw: Uint8Array
  readonly setAsideAtMs: number
}

/**
 * The beginning of a detail, as well-formed Unicode. A detail may quote input of any length. A detail that the store
 * refuses would hold up its shard for ever.
 */
export const keptDetail = (detail: string): string => detail.slice(0, 1_000).toWellFormed()

/**
 * An item, and everything that has happened to it. It has the bytes, the place and the time of the first time that it was
 * set aside, and the reason and the detail of the last time, because these say why it waits now.
 */
export type Quarantined = SetAside & {
  /**
   * Present only when the item is stored in an unknown format. It is the stored key, because the key cannot be computed
   * then.
   */
  readonly key?: QuarantineKey
  /** The latest place at which the item was set aside. It is `position` unless the item came again. */
  readonly lastPosition: Position
  /** The actions of operators, in order. No action is ever removed. */
  readonly actions: readonly QuarantineAction[]
  /** The day on which the entry counts since it was released. Then it never waits again, wherever copies are found. */
  readonly movedTo?: BusinessDay
}

/** An item without its bytes, because they may be many. */
export type QuarantineOutline = Omit<Quarantined, 'raw'>

/**
 * An action of an operator on an item, with its time and the address that it came from. A replay is two actions, because
 * it is decided before the entry is put on the stream and done afterwards. Between the two, and after a crash there, the
 * entry may be counted, so no other decision is possible.
 */
export type QuarantineAction = Act &
  (
    | { readonly action: 'replay-begun'; readonly entry: Entry }
    | { readonly action: 'replayed'; readonly position: Position }
    | { readonly action: 'discarded'; readonly reason: string }
  )

export const QUARANTINE_STATUSES = ['waiting', 'replayed', 'discarded'] as const
type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number]

/** The number of times that an entry may be replayed unchanged. After that, it has to be corrected or discarded. */
export const MAX_REPLAYS = 20

/** The state of an item. Each reader computes it and it is never stored, so no order of writes can make it wrong. */
export type QuarantineState =
  /** With `begun`, no action is possible except to continue the replay of that entry. */
  | { readonly status: 'waiting'; readonly begun?: Entry }
  | { readonly status: 'replayed'; readonly replayedAs: Replay }
  | { readonly status: 'discarded'; readonly reason: string }

/** The entry that was put on the stream in place of an item, and its position. */
export type Replay = { readonly entry: Entry; readonly position: Position }

export const quarantineState = (item: QuarantineOutline): QuarantineState => {
  const [before, last] = [item.actions.at(-2), item.actions.at(-1)]
  if (last === undefined) return { status: 'waiting' }
  if (last.action === 'replay-begun') return { status: 'waiting', begun: last.entry }
  if (last.action === 'discarded') return { status: 'discarded', reason: last.reason }
  if (before?.action !== 'replay-begun') throw new Error('a replay was noted that was never begun')
  const replayedAs = { entry: before.entry, position: last.position }
  return item.movedTo === undefined && cameBack(item, replayedAs)
    ? { status: 'waiting' }
    : { status: 'replayed', replayedAs }
}

/**
 * Whether the replayed entry was set aside again. Only the same content comes back to the same item, and only from the
 * place of the replay on. A copy that was delivered again from before that place says nothing. A discarded item never
 * comes back.
 */
const cameBack = (item: QuarantineOutline, { entry, position }: Replay): boolean =>
  isSameContent(item.subject, entry) && comparePositions(item.lastPosition, position) >= 0

/**
 * Whether an operator has decided that this content counts. The decision holds from the beginning of the replay, when the
 * entry may stand on the stream already, until the entry is set aside again.
 */
export const isReleased = (item: QuarantineOutline, content: ContentHash): boolean => {
  const state = quarantineState(item)
  const entry =
    state.status === 'waiting' ? state.begun : state.status === 'replayed' ? state.replayedAs.entry : undefined
  return entry !== undefined && contentHash(entry) === content
}

const isSameContent = (subject: SetAside['subject'], entry: Entry): boolean =>
  subject !== 'unreadable' && contentHash(subject) === contentHash(entry)

/**
 * The identity of an item. Two items of an entry are the same when book, id and content are the same, at any position.
 * Other items are the same when their position is the same. `scope` is the merchant, or the shard after a "#", which no
 * merchant id contains.
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

/** The most bytes that a page of raw bytes holds. A single larger item is a page of its own. */
export const QUARANTINE_PAGE_BYTES = 4 * 1024 * 1024

export type QuarantineFilter = {
  readonly merchantId?: MerchantId
  readonly reason?: QuarantineReason
  readonly status?: QuarantineStatus
}
