/** What the query API answers. */
import * as z from 'zod'
import { METHODS } from '#ledger/entry'
import { QUARANTINE_REASONS, QUARANTINE_STATUSES } from '#ledger/quarantine'
import { entryRequest } from '#wire/entry/schema'
import { WINDOW_SIZES } from '../responses/windows.ts'
import { merchant, MERCHANT_EXAMPLE, zoneData } from './merchant-schema.ts'
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
  .describe('Counts the appends to the book: it rises with every change. 0: no entries yet.')
const chainHash = z.string().describe('SHA-256 over the chain of all segments up to this one.')

const totals = z.object({
  credits: count('Money in, in minor units.'),
  debits: count('Money out, in minor units.'),
  entryCount: count('How many entries.'),
})

const sums = {
  opening: sumMinor('The balance before, in minor units.'),
  ...totals.shape,
  net: sumMinor('Credits minus debits.'),
  closing: sumMinor('The opening balance and the net.'),
}

const status = z
  .enum(['open', 'closed', 'restated'])
  .describe('A closed day is final; a restated one was issued again.')
const version = z.int().min(0).describe('0 while the day is open, then rises with every restatement.')

const window = z.object({
  start: instant('When it begins.'),
  end: instant('When it ends, itself not included.'),
  ...totals.shape,
})

const byMethod = z
  .object(Object.fromEntries(METHODS.map((method) => [method, totals.optional()])))
  .describe('By how it was paid; only methods of which there are entries. Without a method counts as `other`.')

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
    windows: z.array(window).describe('By the hour, from the start of the day; empty ones too.'),
    lateEntries: count('How many came after the day was closed.'),
    hash: chainHash.nullable().describe('Of the chain so far; null while there are no entries.'),
    digest: z.string().nullable().describe('Of the set of entries, whatever their order; null while the day is open.'),
    startsAt: instant('When the day begins.'),
    endsAt: instant('When it ends, itself not included.'),
    asOf,
    appliedThrough,
  })
  .describe('The daily consolidated: what the entries of one merchant on one business day add up to.')

const balance = z.object({
  merchantId,
  currency,
  balance: sumMinor('What all books add up to.'),
  exact: z.boolean().describe('Whether all of it was so at one instant. False only while many days change at once.'),
  closedThrough: businessDay('').nullable().describe('The last day that is closed; null until one is.'),
  openDays: z.array(businessDay('An open day.')).describe('The days with entries that are not closed.'),
  asOf,
  appliedThrough,
})

const dayRow = z.object({ businessDay: businessDay('The day.'), status, version, segment, ...sums })

const days = z.object({
  data: z.array(dayRow).describe('Every calendar day, those without entries too.'),
  totals: z.object(sums).describe('Of the whole period, on every page: from the first opening to the last closing.'),
  nextCursor,
})

const windows = z.object({
  merchantId,
  businessDay: businessDay('The day.'),
  size: z.enum(WINDOW_SIZES),
  windows: z.array(window).describe('All windows of the day, empty ones too.'),
})

/** The fields as they were sent, but for the time, which comes back in UTC. */
const entry = z
  .object({
    ...entryRequest.shape,
    occurredAt: instant('In UTC.'),
    businessDay: businessDay('The day in whose book it is counted.'),
    receivedAt: instant('When it was accepted.'),
  })
  .describe('An entry as it was accepted.')

const countedEntry = entry.extend({ segment: z.int().min(1).describe('In which segment of the book it stands.') })

const itemStatus = z
  .enum(QUARANTINE_STATUSES)
  .describe('`waiting` for a person; also when it was replayed and set aside once more.')

const conflicts = z
  .array(z.object({ quarantineId, setAsideAt: instant('When.'), status: itemStatus }))
  .min(1)
  .describe(
    'Other contents that came with the same id and were set aside, the earliest first; absent when there are none. At most ' +
      '50; `/v1/quarantine?merchant=` lists all.',
  )
  .optional()

const foundEntry = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('applied'),
    entry,
    segment: z.int().min(1).describe('In which segment of the book it stands.'),
    hash: chainHash,
    conflicts,
  }),
  z.object({
    status: z.literal('quarantined'),
    entry: entry.describe('What was set aside first under this id.'),
    reason: z.enum(QUARANTINE_REASONS).describe('Why it was set aside.'),
    conflicts,
  }),
])

const by = z.string().describe('Who did it: the subject of the token.')
const from = z.string().describe('From where: the IPv4 or IPv6 address of the client, or `unknown`.')
const at = instant('When it was done.')

const quarantineAction = z
  .discriminatedUnion('action', [
    z.object({
      action: z.literal('replay-begun'),
      by,
      from,
      at,
      entry: entry.describe('What is put on the stream. Until it is `replayed`, only this replay can go on.'),
    }),
    z.object({ action: z.literal('replayed'), by, from, at, position }),
    z.object({ action: z.literal('discarded'), by, from, at, reason: z.string().describe('Why, in their words.') }),
  ])
  .describe('What somebody did about an item.')

const quarantined = z
  .object({
    quarantineId,
    merchantId: merchantId.optional(),
    entryId: clientIdOf('The id of the entry.').optional(),
    businessDay: businessDay('The day in whose book it would have been counted.').optional(),
    reason: z.enum(QUARANTINE_REASONS).describe('Why it can never succeed as it is.'),
    detail: z.string().describe('For people; may change.'),
    status: itemStatus,
    setAsideAt: instant('When.'),
    position,
    entry: entry.optional(),
    raw: z
      .string()
      .meta({ contentEncoding: 'base64', description: 'The bytes as they stood on the stream, in base64.' }),
    replayedAs: z
      .object({ entry, position })
      .describe('What was put on the stream in its place, and where; only when it is `replayed`.')
      .optional(),
    actions: z.array(quarantineAction).describe('What people did about it, in order.'),
  })
  .describe('Something set aside. What could not be read as an entry has neither merchant, day, id nor entry.')

const pageOf = (item: z.ZodType, description: string) =>
  z.object({ data: z.array(item).describe(description), nextCursor })

const TOTALS_EXAMPLE = { credits: 1250, debits: 0, entryCount: 1 }

const DAY_EXAMPLE = {
  merchantId: 'corner-shop',
  businessDay: '2026-11-20',
  currency: 'BRL',
  timeZone: 'America/Sao_Paulo',
  zoneData: '2026f',
  status: 'open',
  version: 0,
  segment: 1,
  opening: 0,
  ...TOTALS_EXAMPLE,
  net: 1250,
  closing: 1250,
  byMethod: { pix: TOTALS_EXAMPLE },
  windows: [{ start: '2026-11-20T07:00:00.000Z', end: '2026-11-20T08:00:00.000Z', ...TOTALS_EXAMPLE }],
  lateEntries: 0,
  hash: 'e621d895c6d1a7b2f0c3e4a5968778695a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d',
  digest: null,
  startsAt: '2026-11-20T07:00:00.000Z',
  endsAt: '2026-11-21T07:00:00.000Z',
  asOf: '2026-11-20T12:30:01.000Z',
  appliedThrough: '2026-11-20T12:30:00.900Z',
}

export const QUERY_SCHEMAS = {
  Merchant: { schema: merchant, example: MERCHANT_EXAMPLE },
  Merchants: { schema: pageOf(merchant, 'The merchants, by their ids.') },
  Balance: { schema: balance },
  Day: { schema: day, example: DAY_EXAMPLE },
  Days: { schema: days },
  DayRow: { schema: dayRow },
  Totals: { schema: totals, example: TOTALS_EXAMPLE },
  Window: { schema: window },
  Windows: { schema: windows },
  Entry: { schema: entry },
  CountedEntry: { schema: countedEntry },
  Entries: { schema: pageOf(countedEntry, 'The entries of the book, in journal order.') },
  FoundEntry: { schema: foundEntry },
  Quarantined: { schema: quarantined },
  QuarantineAction: { schema: quarantineAction },
  QuarantinedItems: { schema: pageOf(quarantined, 'What was set aside.') },
  Problem: { schema: problem },
  FieldProblem: { schema: fieldProblem },
} satisfies Record<string, Published>
