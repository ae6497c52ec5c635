/** What audit events tell of closed days: how they were closed and issued again, and what became of late entries. */
import * as z from 'zod'
import { CLOSE_EVENT_FORMAT, type AnyAuditEvent, type AuditEventKind } from '#ledger/audit-event'
import type { ToldClose, ToldRestatement } from '#ledger/close'
import type { ContentHash } from '#ledger/entry'
import {
  bookKey,
  parseBusinessDay,
  parseEntryId,
  type BookId,
  type BusinessDay,
  type MerchantId,
} from '#ledger/identifiers'
import type { ToldDays, ToldLateEntry } from '#ledger/rebuilt-days'
import { QUARANTINE_REASONS } from '#ledger/quarantine'
import { ok, refuse, type Result } from '#ledger/result'
import { sealHash, type Seal, type SealHash } from '#ledger/seal'
import type { ChainHash } from '#ledger/segment'
import { explainFields, parsed, readFields } from '../json/fields.ts'
import { parseJson } from '../json/json.ts'

export const CLOSED_DAY_KINDS = [
  'day.closed',
  'day.restated',
  'days.closed-through',
  'entry.redirected',
  'entry.restated',
  'entry.set-aside',
] as const satisfies readonly AuditEventKind[]

/** Takes events of these kinds in any order, each of them as often as it is told. */
export class ToldDaysReader {
  readonly #closed = new Map<string, ToldClose>()
  readonly #restated = new Map<string, ToldRestatement>()
  readonly #through = new Map<MerchantId, BusinessDay>()
  readonly #late = new Map<string, ToldLateEntry>()

  /** Takes an event. An error says why the event cannot be read. */
  take(event: AnyAuditEvent): Result<void, string> {
    const { merchantId, businessDay: day } = event
    if (merchantId === undefined || day === undefined) return refuse(`${event.eventId} names no book`)
    const book = { merchantId, day }
    const taken = this.#takeOf(event, book)
    return taken.ok ? taken : refuse(`${event.eventId}: ${taken.error}`)
  }

  told(): ToldDays {
    return {
      closed: [...this.#closed.values()],
      restated: [...this.#restated.values()],
      closedThrough: this.#through,
      late: [...this.#late.values()],
    }
  }

  #takeOf({ kind, decidedAtMs, body }: AnyAuditEvent, book: BookId): Result<void, string> {
    switch (kind) {
      case 'day.closed': {
        const closed = toldClose(book, decidedAtMs, body)
        if (closed.ok) this.#closed.set(bookKey(book), closed.value)
        return closed.ok ? DONE : closed
      }
      case 'day.restated': {
        const restated = toldRestatement(book, decidedAtMs, body)
        if (restated.ok) this.#restated.set(`${book.merchantId}#${restated.value.number}`, restated.value)
        return restated.ok ? DONE : restated
      }
      case 'days.closed-through': {
        if (book.day > (this.#through.get(book.merchantId) ?? '')) this.#through.set(book.merchantId, book.day)
        return DONE
      }
      default: {
        const late = toldLateEntry(book, body)
        if (!late.ok) return late
        const key = `${bookKey(book)}#${late.value.entryId}`
        // An entry that was set aside and released counts, in whichever order its events come.
        if (late.value.became.what !== 'set-aside' || !this.#late.has(key)) this.#late.set(key, late.value)
        return DONE
      }
    }
  }
}

const DONE = ok(undefined)

const toldClose = (book: BookId, closedAtMs: number, body: AnyAuditEvent['body']): Result<ToldClose, string> => {
  const { format } = body
  if (format !== CLOSE_EVENT_FORMAT) return refuse(`a close in format ${JSON.stringify(format)} is not known here`)
  const fields = readFields(closeFields, body)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { opening, net, base } = fields.value
  const seal = sealIn(book, fields.value)
  if (!seal.ok) return seal
  return ok({ book, openingMinor: BigInt(opening), netMinor: BigInt(net), base, seal: seal.value, closedAtMs })
}

const toldRestatement = (
  book: BookId,
  restatedAtMs: number,
  body: AnyAuditEvent['body'],
): Result<ToldRestatement, string> => {
  const fields = readFields(restatementFields, body)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { restatement: number, delta } = fields.value
  const seal = sealIn(book, fields.value)
  return seal.ok ? ok({ book, number, deltaMinor: BigInt(delta), seal: seal.value, restatedAtMs }) : seal
}

/** The seal that the text says, which must have the hash that was told with it. */
const sealIn = (book: BookId, { seal: text, sealHash: told }: z.infer<typeof sealFields>): Result<Seal, string> => {
  const json = parseJson(text)
  if (!json.ok) return json
  const fields = readFields(sealTextFields, json.value)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { merchantId, day, version, chainHash, digest, previous, credits, debits, entryCount } = fields.value
  if (merchantId !== book.merchantId || day !== book.day) return refuse('its seal is that of another book')
  const totals = { creditsMinor: BigInt(credits), debitsMinor: BigInt(debits), entryCount }
  const seal: Seal = {
    merchantId: book.merchantId,
    day: book.day,
    version,
    totals,
    chainHash: chainHash as ChainHash,
    digest,
    previous: previous as SealHash | null,
  }
  return sealHash(seal) === told ? ok(seal) : refuse('its seal does not have the hash that it says')
}

const toldLateEntry = (book: BookId, body: AnyAuditEvent['body']): Result<ToldLateEntry, string> => {
  const fields = readFields(lateFields, body)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { entryId, contentHash, to, restatement, reason } = fields.value
  return ok({
    book,
    entryId,
    contentHash: contentHash as ContentHash,
    became:
      to !== undefined
        ? { what: 'redirected', to }
        : restatement !== undefined
          ? { what: 'restated', restatement }
          : { what: 'set-aside', reason },
  })
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const sealFields = z.looseObject({ seal: z.string(), sealHash: sha256 })
const closeFields = sealFields.extend({ opening: z.string().regex(/^-?\d{1,40}$/), net: z.int(), base: z.int().min(0) })
const restatementFields = sealFields.extend({ restatement: z.int().min(1), delta: z.int() })
const sealTextFields = z.strictObject({
  chainHash: sha256,
  credits: z.int(),
  day: z.string(),
  debits: z.int(),
  digest: sha256,
  entryCount: z.int().min(0),
  merchantId: z.string(),
  previous: sha256.nullable(),
  version: z.int().min(1),
})
const lateFields = z.looseObject({
  entryId: parsed(parseEntryId, 'must be the id of an entry'),
  contentHash: sha256,
  to: parsed(parseBusinessDay, 'must be a calendar date').exactOptional(),
  restatement: z.int().min(1).exactOptional(),
  reason: z.enum(QUARANTINE_REASONS).default('day-closed'),
})
