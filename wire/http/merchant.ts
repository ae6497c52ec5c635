/** Merchants as clients register them, and as clients read them: the same fields, and the calendar's rules. */
import * as z from 'zod'
import { parseTimeOfDay, TIME_OF_DAY } from '#ledger/calendar'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import {
  MERCHANT_DEFAULTS,
  newestRule,
  type LatePolicy,
  type Merchant,
  type MerchantChange,
  type Registration,
} from '#ledger/merchant'
import { ok, refuse, type Result } from '#ledger/result'
import { currencyCode, fail, freeText, parsed, readFields, type FieldProblem } from '../json/fields.ts'

/** What a PUT says of a merchant, under an id that stands in the path. */
export const parseRegistration = (
  merchantId: MerchantId,
  json: unknown,
): Result<Registration, readonly FieldProblem[]> => {
  const fields = readFields(merchantRequest, json)
  return fields.ok ? ok({ merchantId, ...fields.value }) : fields
}

/** What a PATCH changes of a merchant (RFC 7396). */
export const parseMerchantPatch = (json: unknown): Result<MerchantChange, readonly FieldProblem[]> => {
  const fields = readFields(merchantPatch, json)
  if (fields.ok) return fields
  return refuse(fields.error.map((problem) => (takesAway(json, problem) ? { ...problem, ...CANNOT_GO } : problem)))
}

// In a merge patch null takes a field away.
const takesAway = (json: unknown, { pointer }: FieldProblem): boolean =>
  REQUIRED.some((name) => pointer === `/${name}` && (json as Readonly<Record<string, unknown>>)[name] === null)

const REQUIRED = ['name', 'currency', 'timeZone'] as const

const CANNOT_GO = { code: 'missing', detail: 'is required, so null cannot remove it' }

/** The strong ETag of a merchant, the same on both services. */
export const merchantTag = ({ revision }: Merchant): string => `"${revision}"`

/** A merchant as clients read it: the newest calendar rule in the words of a registration, and the list of them all. */
export const merchantResponse = (merchant: Merchant) => {
  const { merchantId, name, currency, lateEntries, calendar, revision: _inTag, ...rest } = merchant
  // People who administer merchants are told in audit events, and not to every reader of the register.
  const { savedBy: _inAuditEvents, ...forgotten } = rest
  forgotten satisfies Record<string, never>
  const { from, timeZone, dayStartsAt, zone } = newestRule(calendar)
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

const parseFlag = (text: string): Result<boolean, 'not-allowed'> =>
  text === 'true' || text === 'false' ? ok(text === 'true') : refuse('not-allowed')

export const LATE_POLICIES = ['nextOpenDay', 'restate', 'quarantine'] as const satisfies readonly LatePolicy[]

const name = freeText(200)
  .refine((name) => name !== '', fail('empty', 'must not be empty'))
  .meta({ minLength: 1, description: 'A name for people. No card numbers.' })
const currency = currencyCode.describe('ISO 4217. All books of the merchant have this currency. It never changes.')
// The register decides, by its zone data, whether there is such a zone.
const timeZone = z
  .string()
  .describe(
    'A zone or link of the IANA database, such as `America/Sao_Paulo`. The zone and `dayStartsAt` decide to ' +
      'which business day an instant belongs.',
  )
const dayStartsAt = parsed(parseTimeOfDay, 'must be HH:MM, from 00:00 to 23:59').meta({
  pattern: TIME_OF_DAY.source,
  description: `The time of day at which a business day starts. A new merchant has \`${MERCHANT_DEFAULTS.dayStartsAt}\`.`,
})
const lateEntries = z
  .enum(LATE_POLICIES)
  .describe(
    'What happens to an entry whose day is already closed: it goes into the next open day and takes its id there, it goes ' +
      `into a new version of its day, or it is set aside for an operator. A new merchant has \`${MERCHANT_DEFAULTS.lateEntries}\`.`,
  )
const calendarFrom = parsed(parseBusinessDay, 'must be a calendar date, written YYYY-MM-DD').meta({
  format: 'date',
  description:
    'The business day from which a change of `timeZone` or `dayStartsAt` counts. It has to start more than ' +
    'six minutes from now. Without it, a change that replaces a change still to come counts from the same ' +
    'day, and any other change counts from the first day that is far enough ahead.',
})

/** The body of `PUT /v1/merchants/{merchantId}`. */
export const merchantRequest = z
  .strictObject({
    name,
    currency,
    timeZone,
    dayStartsAt: dayStartsAt.exactOptional(),
    lateEntries: lateEntries.exactOptional(),
    calendarFrom: calendarFrom.exactOptional(),
  })
  .describe('A field that is left out keeps its value if the merchant exists.')

/** The body of `PATCH /v1/merchants/{merchantId}`. */
export const merchantPatch = z
  .strictObject({
    name: name.exactOptional(),
    currency: currency.exactOptional(),
    timeZone: timeZone.exactOptional(),
    dayStartsAt: dayStartsAt.nullable().exactOptional(),
    lateEntries: lateEntries.nullable().exactOptional(),
    calendarFrom: calendarFrom.nullable().exactOptional(),
  })
  .describe(
    'A field that is left out keeps its value. `null` gives `dayStartsAt` and `lateEntries` the value of a ' +
      'new merchant. `null` for `calendarFrom` asks for the first day that is far enough ahead.',
  )

/** The query of both. */
export const merchantParams = z.strictObject({
  preview: parsed(parseFlag, 'must be true or false')
    .meta({
      type: 'boolean',
      example: true,
      description:
        'The answer is 200 with the merchant as the change would make it, and nothing is saved. A change that ' +
        'would be refused is refused here, too.',
    })
    .default(false),
})

export const parseMerchantParams = (given: unknown): Result<z.output<typeof merchantParams>, readonly FieldProblem[]> =>
  readFields(merchantParams, given)
