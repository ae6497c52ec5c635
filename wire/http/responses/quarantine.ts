import type { GrantedMerchants } from '#ledger/access'
import type { Act } from '#ledger/actor'
import type { Entry } from '#ledger/entry'
import type { AuditEvent } from '#ledger/audit-event'
import {
  quarantineKey,
  quarantineState,
  type QuarantineAction,
  type Quarantined,
  type QuarantineOutline,
  type Replay,
  type SetAside,
} from '#ledger/quarantine'
import { entryRequestOf, entryResponse } from '#wire/entry/schema'
import { instantText } from '#wire/entry/instant'
import { positionToken } from '../position-token.ts'
import { quarantineId } from '../quarantine-id.ts'

/**
 * Something set aside as clients read it; what could not be read as an entry has only its bytes, in base64. A correction
 * may have moved its entry to another merchant. Then the entry is shown only to those who may act for that one.
 */
export const quarantineResponse = (item: Quarantined, granted: GrantedMerchants) => {
  const { subject, reason, detail, position, raw, setAsideAtMs, actions, movedTo, ...rest } = item
  // A stored item's key is in its id, and `quarantineState` looks at its last position.
  const { key: _inId, lastPosition: _inState, ...forgotten } = rest
  forgotten satisfies Record<string, never>
  const state = quarantineState(item)
  return {
    quarantineId: quarantineId(quarantineKey(item)),
    ...entryNames(subject),
    reason,
    detail,
    status: state.status,
    setAsideAt: instantText(setAsideAtMs),
    position: positionToken(position),
    ...(subject !== 'unreadable' && { entry: entryResponse(subject) }),
    raw: Buffer.from(raw).toString('base64'),
    ...(state.status === 'replayed' && {
      replayedAs: {
        ...grantedEntry(state.replayedAs.entry, granted),
        position: positionToken(state.replayedAs.position),
      },
    }),
    ...(movedTo !== undefined && { movedTo }),
    actions: actions.map((action) => actionResponse(action, granted)),
  }
}

/** The same in short, beside the entry with whose id it came. */
export const conflictResponse = (item: QuarantineOutline) => ({
  quarantineId: quarantineId(quarantineKey(item)),
  setAsideAt: instantText(item.setAsideAtMs),
  status: quarantineState(item).status,
})

const grantedEntry = (entry: Entry, granted: GrantedMerchants) =>
  granted.covers(entry.merchantId) && { entry: entryResponse(entry) }

const actionResponse = (action: QuarantineAction, granted: GrantedMerchants) => {
  const { by, from, atMs } = action
  const common = { by, from, at: instantText(atMs) }
  switch (action.action) {
    case 'replay-begun':
      return { action: action.action, ...common, ...grantedEntry(action.entry, granted) }
    case 'replayed':
      return { action: action.action, ...common, position: positionToken(action.position) }
    case 'discarded':
      return { action: action.action, ...common, reason: action.reason }
  }
}

/** What was decided about an item, the decision being the last of its actions. */
export type Decided = Act & { readonly item: Quarantined } & (
    | { readonly status: 'replayed'; readonly replayedAs: Replay }
    | { readonly status: 'discarded'; readonly reason: string }
  )

/** What an operator is answered. */
export const decidedResponse = (decided: Decided) => ({
  quarantineId: quarantineId(quarantineKey(decided.item)),
  status: decided.status,
  by: decided.by,
  at: instantText(decided.atMs),
  ...(decided.status === 'replayed'
    ? { ...entryNames(decided.replayedAs.entry), position: positionToken(decided.replayedAs.position) }
    : { reason: decided.reason }),
})

/**
 * The same for those who follow the stream: an event for each action by which it was done, because one operator may have
 * begun a replay and another one completed it. Told again, they have the same ids.
 */
export const auditEventsOf = ({ item, ...decided }: Decided): AuditEvent[] =>
  item.actions.slice(decided.status === 'replayed' ? -2 : -1).map((action) => {
    const { subject, reason } = item
    const id = quarantineId(quarantineKey(item))
    const entry = decided.status === 'replayed' ? decided.replayedAs.entry : undefined
    const { businessDay, merchantId } = entryNames(entry ?? subject)
    return {
      eventId: `${id}.${item.actions.indexOf(action) + 1}`,
      kind: `quarantine.${action.action}`,
      ...(merchantId !== undefined && { merchantId }),
      ...(businessDay !== undefined && { businessDay }),
      decidedAtMs: action.atMs,
      body: {
        quarantineId: id,
        by: action.by,
        from: action.from,
        setAsideFor: reason,
        ...(subject !== 'unreadable' && { original: entryJson(subject) }),
        ...(entry !== undefined && { entry: entryJson(entry) }),
        ...(action.action === 'replayed' && { position: positionToken(action.position) }),
        ...(action.action === 'discarded' && { reason: action.reason }),
      },
    }
  })

const entryNames = (subject: SetAside['subject']): Partial<Pick<Entry, 'merchantId' | 'entryId' | 'businessDay'>> =>
  subject === 'unreadable'
    ? {}
    : { merchantId: subject.merchantId, entryId: subject.entryId, businessDay: subject.businessDay }

const entryJson = (entry: Entry) => ({
  ...entryRequestOf(entry),
  businessDay: entry.businessDay,
  receivedAt: instantText(entry.receivedAtMs),
})
