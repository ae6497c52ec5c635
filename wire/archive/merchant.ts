/**
 * A merchant whole, as the register stores it and as audit events tell it: with what each rule of its calendar recorded of
 * its zone. Its business days are the same on every runtime that reads it.
 */
import * as z from 'zod'
import type { Act } from '#ledger/actor'
import { TIME_OF_DAY, type Calendar, type CalendarRule } from '#ledger/calendar'
import type { AuditEvent } from '#ledger/audit-event'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { ok, refuse, type Result } from '#ledger/result'
import type { ZoneTable } from '#ledger/zone'
import { clientId, currencyCode, explainFields, parsed, readFields, text } from '../json/fields.ts'
import { LATE_POLICIES } from '../http/merchant.ts'

const FORMAT = 2
/** The same without who saved it. A merchant that was stored so stays so until it changes. */
const FORMER = 1

/** The merchant in JSON's own values. */
export const savedMerchant = (merchant: Merchant) => {
  const { merchantId, name, currency, calendar, lateEntries, revision, savedBy, ...forgotten } = merchant
  forgotten satisfies Record<string, never>
  const saved = { merchantId, name, currency, calendar: calendar.map(savedRule), lateEntries, revision }
  return savedBy === undefined ? { format: FORMER, ...saved } : { format: FORMAT, ...saved, ...savedAct(savedBy) }
}

const savedAct = ({ by, from, atMs, ...forgotten }: Act) => {
  forgotten satisfies Record<string, never>
  return { by, from, savedAtMs: atMs }
}

const savedRule = ({ from, timeZone, dayStartsAt, zone, knownFromMs, knownUntilMs, ...forgotten }: CalendarRule) => {
  forgotten satisfies Record<string, never>
  const { version, ...table } = savedZone(zone)
  return { from, timeZone, dayStartsAt, zone: { version, knownFromMs, knownUntilMs, ...table } }
}

const savedZone = ({ version, firstOffsetMs, transitions, ...forgotten }: ZoneTable) => {
  forgotten satisfies Record<string, never>
  return { version, firstOffsetMs, transitions: transitions.map(({ atMs, offsetMs }) => [atMs, offsetMs]) }
}

/** Reads what `savedMerchant` wrote. */
export const parseSavedMerchant = (json: unknown): Result<Merchant, string> => {
  const format = z.looseObject({ format: z.unknown() }).safeParse(json).data?.format
  switch (format) {
    case FORMAT: {
      const fields = readFields(savedFields, json)
      if (!fields.ok) return refuse(explainFields(fields.error))
      const { by, from, savedAtMs, ...merchant } = fields.value
      return ok({ ...merchantOf(merchant), savedBy: { by, from, atMs: savedAtMs } })
    }
    case FORMER: {
      const fields = readFields(formerFields, json)
      return fields.ok ? ok(merchantOf(fields.value)) : refuse(explainFields(fields.error))
    }
    default:
      return refuse(
        `a merchant in format ${JSON.stringify(format)}; only the formats ${FORMER} and ${FORMAT} are known here`,
      )
  }
}

/**
 * The merchant was registered or changed. A request for what is there already tells the event again, and it still says
 * who saved this revision, from where and when. For a revision that does not record this, it says when it is told.
 */
export const merchantSaved = (merchant: Merchant, toldAtMs: number): AuditEvent => ({
  eventId: `merchant.saved/${merchant.merchantId}/${merchant.revision}`,
  kind: 'merchant.saved',
  merchantId: merchant.merchantId,
  decidedAtMs: merchant.savedBy?.atMs ?? toldAtMs,
  body: savedMerchant(merchant),
})

const merchantOf = ({ format: _, calendar, ...merchant }: z.infer<typeof formerFields>): Merchant => ({
  ...merchant,
  calendar: calendar.map(ruleOf) as unknown as Calendar,
})

type SavedRule = z.infer<typeof calendarRule>

const ruleOf = ({ zone: { knownFromMs, knownUntilMs, ...zone }, ...rule }: SavedRule): CalendarRule => ({
  ...rule,
  zone: sharedTable(zone),
  knownFromMs,
  knownUntilMs,
})

/**
 * Equal tables are one value in memory: merchants of one zone, of whom there may be many thousands, share what is recorded
 * of it, and the starts of days that were found by it.
 */
const sharedTable = ({ version, firstOffsetMs, transitions }: Omit<SavedRule['zone'], `known${string}`>): ZoneTable => {
  const key = `${version} ${firstOffsetMs} ${transitions.join()}`
  const shared = tables.get(key)
  if (shared !== undefined) return shared
  const table = {
    version,
    firstOffsetMs,
    transitions: transitions.map(([atMs, offsetMs]) => ({ atMs, offsetMs })),
  }
  if (tables.size >= MAX_TABLES) tables.clear()
  tables.set(key, table)
  return table
}

// Some 600 names are under 350 zones, and a zone's record differs with its version and with the season it was made in.
const tables = new Map<string, ZoneTable>()
const MAX_TABLES = 5_000

const milliseconds = z.int()

const calendarRule = z.strictObject({
  from: parsed(parseBusinessDay, 'must be a calendar date').nullable(),
  // The name is not looked up: a zone that was registered stays a zone.
  timeZone: z.string().min(1),
  dayStartsAt: z.string().regex(TIME_OF_DAY),
  zone: z.strictObject({
    version: z.string().min(1),
    knownFromMs: milliseconds,
    knownUntilMs: milliseconds,
    firstOffsetMs: milliseconds,
    transitions: z.array(z.tuple([milliseconds, milliseconds])),
  }),
} satisfies Record<Exclude<keyof CalendarRule, `known${string}`>, z.ZodType>)

const formerFields = z.strictObject({
  format: z.int(),
  merchantId: clientId.transform((id) => id as MerchantId),
  name: text(200),
  currency: currencyCode,
  calendar: z.array(calendarRule).min(1),
  lateEntries: z.enum(LATE_POLICIES),
  revision: z.int().min(1),
} satisfies Record<'format' | Exclude<keyof Merchant, 'savedBy'>, z.ZodType>)

const savedFields = formerFields.extend({ by: z.string(), from: z.string(), savedAtMs: milliseconds })
