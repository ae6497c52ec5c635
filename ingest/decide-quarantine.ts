/**
 * Operators decide about items in quarantine: to put the entry on the stream again, as it was or corrected, or to leave
 * it out for good.
 *
 * Each decision is one conditional write to the item's list of actions, so of two operators one is first and the other
 * is told. A replay is noted as begun before its entry is put on the stream, and as done after that. A replay that has
 * begun can only be completed. An entry that is put on the stream twice is counted once, because it is the same entry.
 * So a request that broke off at any point can be sent again, and a request that was carried out is answered again.
 */
import { noSuchItem } from '#http/hidden'
import { ProblemError } from '#http/problem-error'
import { orUnavailable, type Dependency } from '#http/unavailable'
import type { GrantedMerchants } from '#ledger/access'
import { UNKNOWN, type Act, type Actor } from '#ledger/actor'
import { contentHash, type Entry, type EntryContent } from '#ledger/entry'
import type { Clock, AuditTrail, Quarantine } from '#ledger/ports'
import {
  MAX_REPLAYS,
  quarantineState,
  type QuarantineAction,
  type Quarantined,
  type QuarantineKey,
  type Replay,
} from '#ledger/quarantine'
import { ok } from '#ledger/result'
import type { FieldProblem } from '#wire/json/fields'
import { invalid, type Problem } from '#wire/http/problem'
import { correctedEntry, type Correction } from '#wire/http/requests/quarantine'
import { auditEventsOf, type Decided } from '#wire/http/responses/quarantine'
import { NOT_WRITTEN, UNKNOWN_MERCHANT, type StampEntries } from './accept-entries.ts'
import type { StreamWriter } from './stream-writer.ts'

/** Throws a ProblemError when the decision cannot be carried out. */
export type DecideQuarantine = {
  /** Puts the item's entry on the stream, with its correction if there is one. */
  replay(key: QuarantineKey, operator: Operator, correction?: Correction): Promise<Decided>
  /** Leaves the item out for good. */
  discard(key: QuarantineKey, operator: Operator, reason: string): Promise<Decided>
}

/** Who decides, and from where, for the item's list of actions, and the merchants for which they may. */
export type Operator = Actor & { readonly merchants: GrantedMerchants }

export type QuarantineDesk = {
  readonly quarantine: Pick<Quarantine, 'find' | 'note'>
  readonly stamp: StampEntries
  readonly writer: Pick<StreamWriter, 'write'>
  readonly auditTrail: AuditTrail
  readonly clock: Clock
  /** Hears why a decision could not be published; the decision holds all the same. */
  readonly onUnpublished?: (error: unknown, decided: Decided) => void
}

export const decideQuarantine = (desk: QuarantineDesk): DecideQuarantine => ({
  replay: (key, operator, correction) => carryOut(desk, key, (item) => replay(desk, item, operator, correction)),
  discard: (key, operator, reason) => carryOut(desk, key, (item) => discard(desk, item, operator, reason)),
})

/** 'moved' when another request has changed the item meanwhile, so that it has to be read again. */
type Tried = Decided | 'moved'

const carryOut = async (
  { quarantine, auditTrail, onUnpublished = () => {} }: QuarantineDesk,
  key: QuarantineKey,
  attempt: (item: Quarantined) => Promise<Tried>,
): Promise<Decided> => {
  const decided = await untilCarriedOut(quarantine, key, attempt)
  await auditTrail.publish(...auditEventsOf(decided)).catch((error: unknown) => onUnpublished(error, decided))
  return decided
}

const untilCarriedOut = async (
  quarantine: QuarantineDesk['quarantine'],
  key: QuarantineKey,
  attempt: (item: Quarantined) => Promise<Tried>,
): Promise<Decided> => {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const item = await orUnavailable(quarantine.find(key), QUARANTINE)
    if (item === undefined) throw noSuchItem()
    const tried = await attempt(item)
    if (tried !== 'moved') return tried
  }
  throw new ProblemError(CHANGED_MEANWHILE)
}

const MAX_ROUNDS = 5

const replay = async (
  desk: QuarantineDesk,
  item: Quarantined,
  operator: Operator,
  correction?: Correction,
): Promise<Tried> => {
  const wanted = wantedContent(item, correction)
  // A replay that another operator began goes on with the entry as it is, so it is not looked at again below.
  if (!operator.merchants.covers(wanted.merchantId)) throw inCorrection([UNKNOWN_MERCHANT])
  const isWanted = (entry: Entry): boolean => contentHash(entry) === contentHash(wanted)

  const state = quarantineState(item)
  if (state.status === 'discarded') throw alreadyDecided('The item was discarded.')
  if (state.status === 'replayed') {
    if (!isWanted(state.replayedAs.entry)) throw alreadyDecided('The item was replayed with other fields.')
    return replayed(item, state.replayedAs)
  }
  if (state.begun !== undefined) {
    if (!isWanted(state.begun)) throw new ProblemError(REPLAY_BEGUN)
    return await putOnStream(desk, item, state.begun, operator)
  }
  return await beginReplay(desk, item, operator, wanted)
}

/** The content that is asked for. Throws the problems that can be found without its merchant. */
const wantedContent = ({ subject }: Quarantined, correction?: Correction): EntryContent => {
  if (correction !== undefined) {
    const corrected = correctedEntry(subject, correction)
    if (!corrected.ok) throw inCorrection(corrected.error.errors)
    return corrected.value
  }
  if (subject === 'unreadable') throw correctionNeeded(UNREADABLE)
  return subject
}

const beginReplay = async (
  desk: QuarantineDesk,
  item: Quarantined,
  operator: Operator,
  content: EntryContent,
): Promise<Tried> => {
  const entry = await entryToReplay(desk, item, content, operator)
  const begun = await note(desk, item, { action: 'replay-begun', entry, ...actOf(desk, operator) })
  return begun === 'moved' ? begun : await putOnStream(desk, begun, entry, operator)
}

/** The entry as it was, with its day and time; or the corrected entry, which is judged like a new one. */
const entryToReplay = async (
  { stamp }: QuarantineDesk,
  { subject, actions }: Quarantined,
  content: EntryContent,
  { merchants }: Operator,
): Promise<Entry> => {
  if (subject !== 'unreadable' && contentHash(subject) === contentHash(content)) {
    const replays = actions.filter(({ action }) => action === 'replayed').length
    if (replays >= MAX_REPLAYS) throw correctionNeeded(TOO_OFTEN)
    return subject
  }
  const [stamped] = await stamp([ok(content)], merchants)
  if (stamped === undefined) throw new Error('an entry was given and nothing came back')
  if (stamped.ok) return stamped.value
  const { errors } = stamped.error
  throw errors === undefined ? new ProblemError(stamped.error) : inCorrection(errors)
}

const putOnStream = async (
  desk: QuarantineDesk,
  item: Quarantined,
  entry: Entry,
  operator: Operator,
): Promise<Tried> => {
  const [position] = await desk.writer.write([entry])
  if (position === undefined) throw new Error('an entry was written and nothing came back')
  if (!position.ok) throw new ProblemError({ ...NOT_WRITTEN[position.error], detail: NOT_ON_STREAM })
  const noted = await note(desk, item, { action: 'replayed', position: position.value, ...actOf(desk, operator) })
  return noted === 'moved' ? noted : replayed(noted, { entry, position: position.value })
}

const discard = async (desk: QuarantineDesk, item: Quarantined, operator: Operator, reason: string): Promise<Tried> => {
  const state = quarantineState(item)
  if (state.status === 'replayed') throw alreadyDecided('It was replayed.')
  if (state.status === 'discarded') {
    if (state.reason !== reason) throw alreadyDecided('The item was discarded for another reason.')
    return discarded(item, reason)
  }
  if (state.begun !== undefined) throw new ProblemError(REPLAY_BEGUN)
  const noted = await note(desk, item, { action: 'discarded', reason, ...actOf(desk, operator) })
  return noted === 'moved' ? noted : discarded(noted, reason)
}

const replayed = (item: Quarantined, replayedAs: Replay): Decided => ({
  ...lastAction(item),
  status: 'replayed',
  replayedAs,
})

const discarded = (item: Quarantined, reason: string): Decided => ({
  ...lastAction(item),
  status: 'discarded',
  reason,
})

const lastAction = (item: Quarantined) => {
  const { by = UNKNOWN, from = UNKNOWN, atMs = 0 } = item.actions.at(-1) ?? {}
  return { item, by, from, atMs }
}

const actOf = ({ clock }: QuarantineDesk, { by, from }: Operator): Act => ({ by, from, atMs: clock() })

/** The item with one more action. */
const note = async (
  { quarantine }: QuarantineDesk,
  item: Quarantined,
  action: QuarantineAction,
): Promise<Quarantined | 'moved'> => {
  const noted = await orUnavailable(quarantine.note(item, action), QUARANTINE)
  return noted === 'moved' ? noted : { ...item, actions: [...item.actions, action] }
}

const inCorrection = (errors: readonly FieldProblem[]): ProblemError => {
  const inRequest = errors.map((error) => ({ ...error, pointer: `/entry${error.pointer}` }))
  return new ProblemError(invalid('The entry is not valid.', inRequest))
}

const correctionNeeded = (detail: string): ProblemError =>
  new ProblemError(invalid('The item cannot be replayed unchanged.', [{ pointer: '/entry', code: 'missing', detail }]))

const UNREADABLE = 'is required, because the item cannot be read as an entry'
const TOO_OFTEN = `is required, because the item was replayed unchanged ${MAX_REPLAYS} times and was set aside each time`

const alreadyDecided = (what: string): ProblemError =>
  new ProblemError({ code: 'already-decided', detail: `${what} Read the item: its actions name the operator.` })

const REPLAY_BEGUN: Problem = {
  code: 'already-decided',
  detail: 'A replay was begun, and its entry may be on the stream. Read the item, and send the same replay again.',
}

const NOT_ON_STREAM = 'The entry could not be put on the stream. Send the same request again.'

const CHANGED_MEANWHILE: Problem = {
  code: 'changed-meanwhile',
  detail: `Other requests changed the item ${MAX_ROUNDS} times during this one. Read the item, and send your request again.`,
  retryAfterSeconds: 1,
}

const QUARANTINE: Dependency = {
  name: 'the quarantine',
  unavailable: {
    code: 'store-unavailable',
    detail: 'The quarantine could not be reached. Send the same request again.',
    retryAfterSeconds: 1,
  },
}
