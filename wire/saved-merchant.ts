/** A merchant as a decision tells it: whole, as the register has it. */
import * as z from 'zod'
import { TIME_OF_DAY, type Calendar } from '#ledger/calendar'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { ok, refuse, type Result } from '#ledger/result'
import { clientId, currencyCode, parsed, readFields, text } from './fields.ts'
import { LATE_POLICIES } from './merchant.ts'

export const parseSavedMerchant = (json: unknown): Result<Merchant, string> => {
  const fields = readFields(savedMerchant, json)
  if (!fields.ok) return refuse(fields.error.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '))
  return ok({ ...fields.value, calendar: fields.value.calendar as unknown as Calendar })
}

const calendarRule = z.strictObject({
  from: parsed(parseBusinessDay, 'must be a calendar date').nullable(),
  // Not checked against the zones of this runtime: what was valid when it was registered stays so.
  timeZone: z.string().min(1),
  dayStartsAt: z.string().regex(TIME_OF_DAY),
})

const savedMerchant = z.strictObject({
  merchantId: clientId.transform((id) => id as MerchantId),
  name: text(200),
  currency: currencyCode,
  calendar: z.array(calendarRule).min(1),
  lateEntries: z.enum(LATE_POLICIES),
  revision: z.int().min(1),
})
