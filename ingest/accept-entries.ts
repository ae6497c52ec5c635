/**
 * The use case behind every entry route: the inputs of a client become entries on the stream. Each entry is judged by
 * itself, so a bad entry never fails the others. An entry is accepted only when the stream has acknowledged it.
 */
import type { GrantedMerchants } from '#ledger/access'
import { MAX_ENTRY_AGE_MS, stampDay } from '#ledger/calendar'
import type { Entry } from '#ledger/entry'
import type { MerchantId } from '#ledger/identifiers'
import { MAX_AHEAD_MS, type Merchant } from '#ledger/merchant'
import type { Clock } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { Accepted } from '#wire/http/batch'
import type { EntryFields, EntryInput } from '#wire/entry/schema'
import type { FieldProblem } from '#wire/json/fields'
import { invalid, type Problem } from '#wire/http/problem'
import type { KnownMerchants } from './known-merchants.ts'
import { REGISTER } from './register-merchant.ts'
import type { NotWritten, StreamWriter } from './stream-writer.ts'

/**
 * Answers one outcome per input, in order. Never rejects: each entry fails by itself. Entries of merchants that are not
 * granted are refused like those of unknown ones.
 */
export type AcceptEntries = (
  inputs: readonly EntryInput[],
  granted: GrantedMerchants,
) => Promise<readonly Result<Accepted, Problem>[]>

export type Acceptance = { readonly stamp: StampEntries; readonly writer: StreamWriter }

export const acceptEntries =
  ({ stamp, writer }: Acceptance): AcceptEntries =>
  async (inputs, granted) => {
    const judged = await stamp(inputs, granted)
    const entries = judged.flatMap((judgement) => (judgement.ok ? [judgement.value] : []))
    const written = (await writer.write(entries)).values()
    return judged.map((judgement) => {
      if (!judgement.ok) return judgement
      const { value: position } = written.next()
      if (position === undefined) throw new Error('an entry was written and nothing came back')
      return position.ok
        ? ok({ entry: judgement.value, position: position.value })
        : refuse(NOT_WRITTEN[position.error])
    })
  }

/** Each input as an entry, with its business day and the time at which it came, or the problem with it; in order. */
export type StampEntries = (
  inputs: readonly EntryInput[],
  granted: GrantedMerchants,
) => Promise<readonly Result<Entry, Problem>[]>

export type Stamping = {
  readonly merchants: KnownMerchants
  readonly clock: Clock
  /** Hears why the register could not be read. */
  readonly onTrouble?: (error: unknown) => void
  /** Hears the errors of our own code on an entry. */
  readonly onFault?: (error: unknown) => void
}

export const stampEntries =
  ({ merchants, clock, onTrouble = () => {}, onFault = () => {} }: Stamping): StampEntries =>
  async (inputs, granted) => {
    // Before any merchant is looked up: a calendar change leaves time for a calendar that was valid at this moment.
    const nowMs = clock()
    const owners = await findOwners(merchants, inputs, granted, onTrouble)
    return inputs.map((input) => {
      if (!input.ok) return refuse(invalidEntry(input.error.errors))
      try {
        return judge(input.value, owners.get(input.value.merchantId), nowMs)
      } catch (error) {
        // A fault of ours on one entry must not fail the others.
        onFault(error)
        return refuse(UNEXPECTED_ERROR)
      }
    })
  }

type Owner = Merchant | 'unknown' | 'unreachable'

/** The merchants of all entries, each looked up once if it is granted. */
const findOwners = async (
  merchants: KnownMerchants,
  inputs: readonly EntryInput[],
  granted: GrantedMerchants,
  onTrouble: (error: unknown) => void,
): Promise<ReadonlyMap<MerchantId, Owner>> => {
  const owners = new Map<MerchantId, Owner>()
  const reads: Promise<unknown>[] = []
  for (const input of inputs) {
    if (!input.ok || owners.has(input.value.merchantId)) continue
    const { merchantId } = input.value
    // What is not granted is not looked up: neither the answer nor its time tells whether there is such a merchant.
    const found = granted.covers(merchantId) ? merchants.find(merchantId) : undefined
    owners.set(merchantId, found instanceof Promise ? 'unreachable' : (found ?? 'unknown'))
    if (found instanceof Promise) {
      reads.push(found.then((merchant) => owners.set(merchantId, merchant ?? 'unknown'), onTrouble))
    }
  }
  await Promise.all(reads)
  return owners
}

/** The entry as it is accepted, with its business day and the time at which it came. */
const judge = (fields: EntryFields, owner: Owner = 'unknown', nowMs: number): Result<Entry, Problem> => {
  if (owner === 'unreachable') return refuse(REGISTER.unavailable)
  if (owner === 'unknown') return refuse(invalidEntry([UNKNOWN_MERCHANT]))
  const wrongCurrency = currencyProblem(fields, owner)
  const wrongTime = timeProblem(fields, nowMs)
  if (wrongCurrency !== undefined || wrongTime !== undefined) {
    return refuse(invalidEntry([wrongCurrency, wrongTime].filter((found) => found !== undefined)))
  }
  const businessDay = stampDay(owner.calendar, fields.occurredAtMs)
  return businessDay.ok
    ? ok({ ...fields, businessDay: businessDay.value, receivedAtMs: nowMs })
    : refuse(CALENDAR_ENDED)
}

const currencyProblem = ({ currency }: EntryFields, owner: Merchant): FieldProblem | undefined =>
  currency === owner.currency
    ? undefined
    : { pointer: '/currency', code: 'wrong-currency', detail: `must be the merchant's, which is ${owner.currency}` }

const timeProblem = ({ occurredAtMs }: EntryFields, nowMs: number): FieldProblem | undefined => {
  const pointer = '/occurredAt'
  if (occurredAtMs > nowMs + MAX_AHEAD_MS) {
    return { pointer, code: 'too-far-ahead', detail: 'must be at most 5 minutes ahead of our clock' }
  }
  if (occurredAtMs < nowMs - MAX_ENTRY_AGE_MS)
    return { pointer, code: 'too-old', detail: 'must be at most 400 days ago' }
  return undefined
}

/** Of a merchant that is not registered, and in the same words one that is not granted. */
export const UNKNOWN_MERCHANT: FieldProblem = {
  pointer: '/merchantId',
  code: 'unknown-merchant',
  detail: 'is not the id of a registered merchant',
}

const CALENDAR_ENDED: Problem = {
  code: 'calendar-ended',
  detail:
    "The record of the merchant's time zone ends before this time. We extend it. Send the entry again with " +
    'the same entryId.',
  retryAfterSeconds: 600,
}

const invalidEntry = (errors: readonly FieldProblem[]): Problem => invalid('The entry is not valid.', errors)

const UNEXPECTED_ERROR: Problem = {
  code: 'unexpected-error',
  detail: 'Our own code failed on this entry. The failure is logged. The entry may be valid, so send it again later.',
}

// After any 5xx the entry may be counted all the same. The client sends it again under the same id.
export const NOT_WRITTEN: Record<NotWritten, Problem> = {
  'stream-unavailable': {
    code: 'stream-unavailable',
    detail: 'The entry could not be put on the stream. Send it again with the same entryId.',
    retryAfterSeconds: 1,
  },
  'too-busy': {
    code: 'too-busy',
    detail: 'Too many entries are waiting for the stream. Send the entry again a little later.',
    retryAfterSeconds: 2,
  },
  'unexpected-error': UNEXPECTED_ERROR,
}
