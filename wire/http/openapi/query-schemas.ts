/** The answers of the query API. */
import * as z from 'zod'
import { METHODS } from '#ledger/entry'
import { QUARANTINE_STATUSES } from '#ledger/quarantine'
import { entryRequest } from '#wire/entry/schema'
import { WINDOW_SIZES } from '../responses/windows.ts'
import { calendarRule, merchant, zoneData } from './merchant-schema.ts'
import { codeOfField, codeOfProblem, quarantineReason } from './problem-codes.ts'
import {
  appliedThrough,
  businessDay,
  clientIdOf,
  count,
  currency,
  fieldProblem,
  instant,
  nextCursor,
  position,
  problem,
  quarantineId,
  sumMinor,
  type Published,
} from './values.ts'

const merchantId = clientIdOf('The merchant.')
const asOf = instant('When the books were read.')
const segment = z
  .int()
  .min(0)
  .describe('The number of appends to the book. It rises with every change, and is 0 while there are no entries.')
const chainHash = z.string().describe('SHA-256 over the chain of all segments up to this one.')

const totals = z.object({
  credits: count('Money in, in minor units.'),
  debits: count('Money out, in minor units.'),
  entryCount: count('The number of entries.'),
})

const sums = {
  opening: sumMinor('The balance at the start, in minor units.'),
  ...totals.shape,
  net: sumMinor('Credits minus debits.'),
  closing: sumMinor('The opening balance plus the net.'),
}

const exact = z
  .boolean()
  .describe(
    'Whether all of it was true at one instant, and every book that it needs is sound. It is false while many days change at ' +
      'once, and while a book is marked as broken: then an operator has to mend the book.',
  )

const status = z
  .enum(['open', 'closed', 'restated'])
  .describe('A closed day is final. A restated day was issued again.')
const version = z.int().min(0).describe('0 while the day is open. After that, it rises with every restatement.')

const window = z.object({
  start: instant('When the window begins.'),
  end: instant('When the window ends. This instant is not part of it.'),
  ...totals.shape,
})

const byMethod = z
  .object(Object.fromEntries(METHODS.map((method) => [method, totals.optional()])))
  .describe(
    'The totals by method of payment, only for methods that have entries. An entry without a method counts as `other`.',
  )

const day = z
  .object({
    merchantId,
    businessDay: businessDay('The day.'),
    currency,
    timeZone: z.string().describe('The IANA time zone of this day.'),
    zoneData,
    status,
    version,
    segment,
    ...sums,
    byMethod,
    windows: z.array(window).describe('The hours from the start of the day, including hours without entries.'),
    lateEntries: count('How many of the entries came after their own day was closed: this day, or one that is closed.'),
    hash: chainHash.nullable().describe('The hash of the chain so far. Null while there are no entries.'),
    digest: z
      .string()
      .nullable()
      .describe('The digest of the set of entries, whatever their order. Null while the day is open.'),
    exact,
    startsAt: instant('When the day begins.'),
    endsAt: instant('When the day ends. This instant is not part of it.'),
    asOf,
    appliedThrough,
  })
  .describe('The daily consolidated: the sums of the entries of one merchant on one business day.')

const balance = z.object({
  merchantId,
  currency,
  balance: sumMinor('The sum of all books.'),
  exact,
  closedThrough: businessDay('').nullable().describe('The last closed day. Null until a day is closed.'),
  openDays: z.array(businessDay('An open day.')).describe('The days with entries that are not closed.'),
  asOf,
  appliedThrough,
})

const periodTotals = z.object({ ...sums, exact })

const dayRow = z.object({ businessDay: businessDay('The day.'), status, version, segment, ...sums, exact })

const days = z.object({
  data: z.array(dayRow).describe('Every calendar day, including days without entries.'),
  totals: periodTotals.describe(
    'The totals of the whole period, from the first opening to the last closing. Every page has them.',
  ),
  nextCursor,
})

const windows = z.object({
  merchantId,
  businessDay: businessDay('The day.'),
  size: z.enum(WINDOW_SIZES),
  windows: z.array(window).describe('All windows of the day, including windows without entries.'),
})

/** The fields as they were sent, except for the time, which comes back in UTC. */
const entry = z
  .object({
    ...entryRequest.shape,
    occurredAt: instant('The time of the entry, in UTC.'),
    businessDay: businessDay(
      'The day of the entry, by the calendar of its merchant. A late entry may count in the book of another day.',
    ),
    receivedAt: instant('When the entry was accepted.'),
  })
  .describe('An entry as it was accepted.')

const countedEntry = entry.extend({ segment: z.int().min(1).describe('The segment of the book that holds the entry.') })

const itemStatus = z
  .enum(QUARANTINE_STATUSES)
  .describe('`waiting`: an operator has to decide. An item that was replayed and set aside again is `waiting`, too.')

const conflict = z
  .object({ quarantineId, setAsideAt: instant('When it was set aside.'), status: itemStatus })
  .describe('An item of the quarantine, in short.')

const conflicts = z
  .array(conflict)
  .min(1)
  .describe(
    'Other contents that came with the same id and were set aside, the earliest first. At most 50; ' +
      '`/v1/quarantine?merchant=` lists all. Absent when there are none.',
  )
  .optional()

const appliedEntry = z
  .object({
    status: z.literal('applied'),
    entry,
    segment: z.int().min(1).describe('The segment of the book that holds the entry.'),
    hash: chainHash,
    conflicts,
  })
  .describe('The entry is counted.')

const quarantinedEntry = z
  .object({
    status: z.literal('quarantined'),
    entry: entry.describe('The entry that was set aside first under this id.'),
    reason: quarantineReason,
    conflicts,
  })
  .describe('No entry with this id is counted.')

const redirectedEntry = z
  .object({
    status: z.literal('redirected'),
    entry,
    movedTo: businessDay('The day in whose book the entry is counted, because its own day was closed.'),
    segment: z.int().min(1).describe('The segment of the own book that says so.'),
    hash: chainHash,
    conflicts,
  })
  .describe('The entry came late, and is counted in the book of another day.')

const foundEntry = z.discriminatedUnion('status', [appliedEntry, redirectedEntry, quarantinedEntry])

const by = z.string().describe('The operator: the subject of the token.')
const from = z.string().describe('The IPv4 or IPv6 address that the request came from, or `unknown`.')
const at = instant('The time of the action.')

const replayBegun = z
  .object({
    action: z.literal('replay-begun'),
    by,
    from,
    at,
    entry: entry
      .describe(
        'The entry that is put on the stream. Until it is `replayed`, only this replay can go on. Left out when a ' +
          'correction has moved it to a merchant that the caller may not act for.',
      )
      .optional(),
  })
  .describe('An operator asked for a replay.')

const replayDone = z
  .object({ action: z.literal('replayed'), by, from, at, position })
  .describe('The entry is on the stream.')

const discarding = z
  .object({
    action: z.literal('discarded'),
    by,
    from,
    at,
    reason: z.string().describe('The reason, as the operator gave it.'),
  })
  .describe('An operator left the item out for good.')

const quarantineAction = z
  .discriminatedUnion('action', [replayBegun, replayDone, discarding])
  .describe('An action of an operator on an item.')

const replayedAs = z.object({ entry: entry.optional(), position })

const quarantined = z
  .object({
    quarantineId,
    merchantId: merchantId.optional(),
    entryId: clientIdOf('The id of the entry.').optional(),
    businessDay: businessDay('The day in whose book the entry would have been counted.').optional(),
    reason: quarantineReason,
    detail: z.string().describe('A text for people. It may change.'),
    status: itemStatus,
    setAsideAt: instant('When the item was set aside.'),
    position,
    entry: entry.optional(),
    raw: z
      .string()
      .meta({ contentEncoding: 'base64', description: 'The bytes as they stood on the stream, in base64.' }),
    replayedAs: replayedAs
      .describe(
        'The entry that was put on the stream in place of the item, and its position. Present only when the ' +
          'item is `replayed`. The entry is left out when a correction has moved it to a merchant that the caller ' +
          'may not act for.',
      )
      .optional(),
    movedTo: businessDay(
      'The day in whose book the replayed entry is counted, because its own day was closed. Present once it is counted there.',
    ).optional(),
    actions: z.array(quarantineAction).describe('The actions of operators on the item, in order.'),
  })
  .describe('An item that was set aside. An item that could not be read as an entry has no merchant, day, id or entry.')

const pageOf = (item: z.ZodType, description: string) =>
  z.object({ data: z.array(item).describe(description), nextCursor })

/** Examples of answers are recorded (recorded-answers.ts). */
export const QUERY_SCHEMAS = {
  Merchant: { schema: merchant },
  CalendarRule: { schema: calendarRule },
  Merchants: { schema: pageOf(merchant, 'The merchants, by their ids.') },
  Balance: { schema: balance },
  Day: { schema: day },
  Days: { schema: days },
  DayRow: { schema: dayRow },
  PeriodTotals: { schema: periodTotals },
  TotalsByMethod: { schema: byMethod },
  Totals: { schema: totals },
  Window: { schema: window },
  Windows: { schema: windows },
  Entry: { schema: entry },
  CountedEntry: { schema: countedEntry },
  Entries: { schema: pageOf(countedEntry, 'The entries of the book, in journal order.') },
  FoundEntry: { schema: foundEntry },
  AppliedEntry: { schema: appliedEntry },
  RedirectedEntry: { schema: redirectedEntry },
  QuarantinedEntry: { schema: quarantinedEntry },
  Conflict: { schema: conflict },
  Quarantined: { schema: quarantined },
  ReplayedAs: { schema: replayedAs },
  QuarantineAction: { schema: quarantineAction },
  ReplayBegun: { schema: replayBegun },
  ReplayDone: { schema: replayDone },
  Discarding: { schema: discarding },
  QuarantinedItems: { schema: pageOf(quarantined, 'The items that were set aside.') },
  Problem: { schema: problem },
  FieldProblem: { schema: fieldProblem },
  ProblemCode: { schema: codeOfProblem },
  FieldCode: { schema: codeOfField },
  QuarantineReason: { schema: quarantineReason },
} satisfies Record<string, Published>
