/**
 * What operators decide about things set aside: to put them on the stream again, as they were or corrected, or to leave
 * them out for good.
 *
 * Each decision is one conditional write to the item's list of actions, so of two operators one is first, and the other
 * is told. A replay is decided before its entry is put on the stream and noted as done after; whoever finds one begun
 * can only go on with it. Put twice, an entry is counted once, because it is the same entry: so a request that broke off
 * anywhere is sent again, and one that was done is answered as it was.
 */
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
import { ok, refuse, type Result } from '#ledger/result'
import type { FieldProblem } from '#wire/json/fields'
import { invalid, type Problem } from '#wire/http/problem'
import { correctedEntry, type Correction } from '#wire/http/requests/quarantine'
import { auditEventOf, type Decided } from '#wire/http/responses/quarantine'
import { NOT_WRITTEN, type StampEntries } from './accept-entries.ts'
import { OutOfReach, orOutOfReach } from './out-of-reach.ts'
import type { StreamWriter } from './stream-writer.ts'

export type DecideQuarantine = {
  /** Puts the item's entry on the stream, with its correction if there is one. */
  replay(key: QuarantineKey, by: string, correction?: Correction): Promise<Result<Decided, Problem>>
  /** Leaves the item out for good. */
  discard(key: QuarantineKey, by: string, reason: string): Promise<Result<Decided, Problem>>
}

export type QuarantineDesk = {
  readonly quarantine: Pick<Quarantine, 'find' | 'note'>
  readonly stamp: StampEntries
  readonly writer: Pick<StreamWriter, 'write'>
  readonly auditTrail: AuditTrail
  readonly clock: Clock
  /** Hears why the quarantine could not be reached. */
  readonly onTrouble?: (error: unknown) => void
  /** Hears why a decision could not be told; it holds all the same. */
  readonly onUntold?: (error: unknown, decided: Decided) => void
}

export const decideQuarantine = (desk: QuarantineDesk): DecideQuarantine => ({
  replay: (key, by, correction) => decide(desk, key, (item) => replay(desk, item, by, correction)),
  discard: (key, by, reason) => decide(desk, key, (item) => discard(desk, item, by, reason)),
})

/** What came of a try; 'moved' when somebody else was quicker, and what they made of the item has to be looked at. */
type Tried = Result<Decided, Problem> | 'moved'

const decide = async (
  { quarantine, auditTrail, onTrouble = () => {}, onUntold = () => {} }: QuarantineDesk,
  key: QuarantineKey,
  attempt: (item: Quarantined) => Promise<Tried>,
): Promise<Result<Decided, Problem>> => {
  const decided = await untilSettled(quarantine, key, attempt).catch((error: unknown) => {
    if (!(error instanceof OutOfReach)) throw error
    onTrouble(error.cause)
    return refuse(QUARANTINE_UNAVAILABLE)
  })
  if (decided.ok) {
    await auditTrail.publish(auditEventOf(decided.value)).catch((error: unknown) => onUntold(error, decided.value))
  }
  return decided
}

const untilSettled = async (
  quarantine: QuarantineDesk['quarantine'],
  key: QuarantineKey,
  attempt: (item: Quarantined) => Promise<Tried>,
): Promise<Result<Decided, Problem>> => {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const item = await orOutOfReach(quarantine.find(key))
    if (item === undefined) return refuse(NO_SUCH_ITEM)
    const tried = await attempt(item)
    if (tried !== 'moved') return tried
  }
  return refuse(CHANGED_MEANWHILE)
}

const MAX_ROUNDS = 5

const replay = async (desk: QuarantineDesk, item: Quarantined, by: string, correction?: Correction): Promise<Tried> => {
  const wanted = wantedContent(item, correction)
  if (!wanted.ok) return wanted
  const isWanted = (entry: Entry): boolean => contentHash(entry) === contentHash(wanted.value)

  const state = quarantineState(item)
  if (state.status === 'discarded') return refuse(alreadyDecided('It was discarded.'))
  if (state.status === 'replayed') {
    if (!isWanted(state.replayedAs.entry)) return refuse(alreadyDecided('It was replayed with other fields.'))
    return ok(replayed(item, state.replayedAs))
  }
  if (state.begun !== undefined) {
    return isWanted(state.begun) ? await putOnStream(desk, item, state.begun, by) : refuse(REPLAY_BEGUN)
  }
  return await beginReplay(desk, item, by, wanted.value)
}

/** The content that is asked for, as far as it can be judged without its merchant. */
const wantedContent = ({ subject }: Quarantined, correction?: Correction): Result<EntryContent, Problem> => {
  if (correction !== undefined) {
    const corrected = correctedEntry(subject, correction)
    return corrected.ok ? corrected : refuse(inCorrection(corrected.error.errors))
  }
  return subject === 'unreadable' ? refuse(correctionNeeded(UNREADABLE)) : ok(subject)
}

const beginReplay = async (
  desk: QuarantineDesk,
  item: Quarantined,
  by: string,
  content: EntryContent,
): Promise<Tried> => {
  const entry = await entryToReplay(desk, item, content)
  if (!entry.ok) return entry
  const begun = await note(desk, item, { action: 'replay-begun', entry: entry.value, by, atMs: desk.clock() })
  return begun === 'moved' ? begun : await putOnStream(desk, begun, entry.value, by)
}

/** The entry as it was, with its day and time; or a corrected one, which is judged as a new one is. */
const entryToReplay = async (
  { stamp }: QuarantineDesk,
  { subject, actions }: Quarantined,
  content: EntryContent,
): Promise<Result<Entry, Problem>> => {
  if (subject !== 'unreadable' && contentHash(subject) === contentHash(content)) {
    const replays = actions.filter(({ action }) => action === 'replayed').length
    return replays < MAX_REPLAYS ? ok(subject) : refuse(correctionNeeded(TOO_OFTEN))
  }
  const [stamped] = await stamp([ok(content)])
  if (stamped === undefined) throw new Error('an entry was given and nothing came back')
  if (stamped.ok) return stamped
  const { errors } = stamped.error
  return refuse(errors === undefined ? stamped.error : inCorrection(errors))
}

const putOnStream = async (desk: QuarantineDesk, item: Quarantined, entry: Entry, by: string): Promise<Tried> => {
  const [position] = await desk.writer.write([entry])
  if (position === undefined) throw new Error('an entry was written and nothing came back')
  if (!position.ok) return refuse({ ...NOT_WRITTEN[position.error], detail: NOT_ON_STREAM })
  const action = { action: 'replayed', position: position.value, by, atMs: desk.clock() } as const
  const noted = await note(desk, item, action)
  return noted === 'moved' ? noted : ok(replayed(noted, { entry, position: position.value }))
}

const discard = async (desk: QuarantineDesk, item: Quarantined, by: string, reason: string): Promise<Tried> => {
  const state = quarantineState(item)
  if (state.status === 'replayed') return refuse(alreadyDecided('It was replayed.'))
  if (state.status === 'discarded') {
    if (state.reason !== reason) return refuse(alreadyDecided('It was discarded for another reason.'))
    return ok(discarded(item, reason))
  }
  if (state.begun !== undefined) return refuse(REPLAY_BEGUN)
  const noted = await note(desk, item, { action: 'discarded', reason, by, atMs: desk.clock() })
  return noted === 'moved' ? noted : ok(discarded(noted, reason))
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
  const { by = 'unknown', atMs = 0 } = item.actions.at(-1) ?? {}
  return { item, by, atMs }
}

/** The item with one more action. */
const note = async (
  { quarantine }: QuarantineDesk,
  item: Quarantined,
  action: QuarantineAction,
): Promise<Quarantined | 'moved'> => {
  const noted = await orOutOfReach(quarantine.note(item, action))
  return noted === 'moved' ? noted : { ...item, actions: [...item.actions, action] }
}

const inCorrection = (errors: readonly FieldProblem[]): Problem =>
  invalid(
    'The entry is not valid.',
    errors.map((error) => ({ ...error, pointer: `/entry${error.pointer}` })),
  )

const correctionNeeded = (detail: string): Problem =>
  invalid('It cannot be replayed as it was.', [{ pointer: '/entry', code: 'missing', detail }])

const UNREADABLE = 'is required: what was set aside cannot be read as an entry'
const TOO_OFTEN = `is required: it was replayed ${MAX_REPLAYS} times as it was, and set aside each time`

const alreadyDecided = (what: string): Problem => ({
  code: 'already-decided',
  detail: `${what} Look at the item to see by whom.`,
})

const REPLAY_BEGUN: Problem = {
  code: 'already-decided',
  detail: 'A replay was begun, and its entry may be on the stream. Look at the item, and send that very replay again.',
}

const NO_SUCH_ITEM: Problem = { code: 'not-found', detail: 'There is no such item in quarantine.' }

const NOT_ON_STREAM = 'The entry could not be put on the stream. Send the same request again.'

const CHANGED_MEANWHILE: Problem = {
  code: 'changed-meanwhile',
  detail: `Others changed the item ${MAX_ROUNDS} times while we tried. Read it, and send your request again.`,
  retryAfterSeconds: 1,
}

const QUARANTINE_UNAVAILABLE: Problem = {
  code: 'store-unavailable',
  detail: 'The quarantine could not be reached. Send the same request again.',
  retryAfterSeconds: 1,
}
