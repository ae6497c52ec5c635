import * as z from 'zod'
import { TIME_OF_DAY } from '#ledger/calendar'
import { LATE_POLICIES } from '../merchant.ts'
import { businessDay, clientIdOf, currency } from './values.ts'

const timeZone = z.string().describe('IANA time zone.')
export const zoneData = z
  .string()
  .describe('The version of the IANA time zone database by which the days start and end, such as `2026f`.')
const dayStartsAt = z
  .string()
  .meta({ pattern: TIME_OF_DAY.source, description: 'The time of day at which a business day starts.' })

export const calendarRule = z.object({
  from: businessDay('The first day of this rule.')
    .nullable()
    .describe('The first day of this rule. Null for the rule from the beginning.'),
  timeZone,
  dayStartsAt,
  zoneData,
})

export const merchant = z
  .object({
    merchantId: clientIdOf('The id in the path.'),
    name: z.string().describe('The name for people.'),
    currency,
    timeZone,
    dayStartsAt,
    lateEntries: z.enum(LATE_POLICIES).describe('What happens to an entry whose day is already closed.'),
    zoneData,
    calendarFrom: businessDay('The first day for which the newest time zone and start of day count.').optional(),
    calendar: z.array(calendarRule).min(1).describe('Every rule of the calendar, the newest last.'),
  })
  .describe('A merchant: the owner of books.')
