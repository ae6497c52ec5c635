/** Merchants as clients register them, and as clients read them: the same fields, and the calendar's rules. */
import * as z from 'zod'
import { parseTimeOfDay, parseTimeZone, type CalendarRule } from '#ledger/calendar'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import type { LatePolicy, Merchant, Registration } from '#ledger/merchant'
import { parseCurrency } from '#ledger/money'
import { ok, type Result } from '#ledger/result'
import { fail, parsed, readFields, text, type FieldProblem } from './fields.ts'

/** What a client says of a merchant, under an id that stands in the path. */
export const parseRegistration = (
  merchantId: MerchantId,
  json: unknown,
): Result<Registration, readonly FieldProblem[]> => {
  const fields = readFields(merchantRequest, json)
  return fields.ok ? ok({ merchantId, ...fields.value }) : fields
}

/** A merchant as clients read it: the newest calendar rule in the words of a registration, and the list of them all. */
export const merchantResponse = ({ merchantId, name, currency, lateEntries, calendar }: Merchant) => {
  const { from, timeZone, dayStartsAt } = calendar.at(-1) ?? calendar[0]
  return {
    merchantId,
    name,
    currency,
    timeZone,
    dayStartsAt,
    lateEntries,
    ...(from !== null && { calendarFrom: from }),
    calendar: calendar.map((rule): CalendarRule => ({
      from: rule.from,
      timeZone: rule.timeZone,
      dayStartsAt: rule.dayStartsAt,
    })),
  }
}

const LATE_POLICIES = ['nextOpenDay', 'restate', 'quarantine'] as const satisfies readonly LatePolicy[]

/** The body of `PUT /v1/merchants/{merchantId}`. */
export const merchantRequest = z.strictObject({
  name: text(200).refine((name) => name !== '', fail('empty', 'must not be empty')),
  currency: parsed(parseCurrency, 'must be an active ISO 4217 code in capitals'),
  timeZone: parsed(parseTimeZone, 'must be an IANA time zone such as America/Sao_Paulo'),
  dayStartsAt: parsed(parseTimeOfDay, 'must be HH:MM, from 00:00 to 23:59').default('00:00'),
  lateEntries: z.enum(LATE_POLICIES).default('nextOpenDay'),
  calendarFrom: parsed(parseBusinessDay, 'must be a calendar date, written YYYY-MM-DD').exactOptional(),
})
