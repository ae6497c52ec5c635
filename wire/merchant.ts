/** Merchants as clients register them, and as clients read them: the same fields, and the calendar's rules. */
import * as z from 'zod'
import { parseTimeOfDay, TIME_OF_DAY } from '#ledger/calendar'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import type { LatePolicy, Merchant, Registration } from '#ledger/merchant'
import { ok, type Result } from '#ledger/result'
import { currencyCode, fail, parsed, readFields, text, type FieldProblem } from './fields.ts'

/** What a client says of a merchant, under an id that stands in the path. */
export const parseRegistration = (
  merchantId: MerchantId,
  json: unknown,
): Result<Registration, readonly FieldProblem[]> => {
  const fields = readFields(merchantRequest, json)
  if (!fields.ok) return fields
  const { zoneData: _, ...wanted } = fields.value
  return ok({ merchantId, ...wanted })
}

/** A merchant as clients read it: the newest calendar rule in the words of a registration, and the list of them all. */
export const merchantResponse = ({ merchantId, name, currency, lateEntries, calendar }: Merchant) => {
  const { from, timeZone, dayStartsAt, zone } = calendar.at(-1) ?? calendar[0]
  return {
    merchantId,
    name,
    currency,
    timeZone,
    dayStartsAt,
    lateEntries,
    zoneData: zone.version,
    ...(from !== null && { calendarFrom: from }),
    calendar: calendar.map((rule) => ({
      from: rule.from,
      timeZone: rule.timeZone,
      dayStartsAt: rule.dayStartsAt,
      zoneData: rule.zone.version,
    })),
  }
}

export const LATE_POLICIES = ['nextOpenDay', 'restate', 'quarantine'] as const satisfies readonly LatePolicy[]

/** The body of `PUT /v1/merchants/{merchantId}`. */
export const merchantRequest = z.strictObject({
  name: text(200)
    .refine((name) => name !== '', fail('empty', 'must not be empty'))
    .meta({ minLength: 1, description: 'For people.' }),
  currency: currencyCode.describe('ISO 4217. The currency of all its books; it never changes.'),
  // Whether there is such a zone is for the register to say, by its zone data.
  timeZone: z
    .string()
    .describe(
      'A zone or link of the IANA database, such as `America/Sao_Paulo`. With `dayStartsAt` it says to which business day ' +
        'a moment belongs.',
    ),
  dayStartsAt: parsed(parseTimeOfDay, 'must be HH:MM, from 00:00 to 23:59')
    .meta({ pattern: TIME_OF_DAY.source, description: 'The time of day at which its business day starts.' })
    .default('00:00'),
  lateEntries: z
    .enum(LATE_POLICIES)
    .describe(
      'What becomes of an entry whose day is closed already: into the next open day, into a new version of its day, or ' +
        'set aside for a person.',
    )
    .default('nextOpenDay'),
  calendarFrom: parsed(parseBusinessDay, 'must be a calendar date, written YYYY-MM-DD')
    .meta({
      format: 'date',
      description:
        'The business day from which a change of `timeZone` or `dayStartsAt` counts; has to start more than six minutes ' +
        'from now. By default the first that does.',
    })
    .exactOptional(),
  // So that what was answered can be sent back.
  zoneData: z.string().meta({ readOnly: true, description: 'As it was answered. It changes nothing.' }).exactOptional(),
})
