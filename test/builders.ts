/** Things of the domain for tests, which then mention only what matters to them. */
import type { Grant, MerchantPattern, Subject } from '#ledger/access'
import { emptyBook, nextSegment, type BookTerms } from '#ledger/book'
import type { ArchivedEntry } from '#ledger/archive'
import { ianaZones } from '#adapters/zones/iana-zones'
import type { CalendarRule } from '#ledger/calendar'
import { quarantineSetAside, type AuditEvent } from '#ledger/audit-event'
import type { Entry } from '#ledger/entry'
import type { BookId, BusinessDay, EntryId, MerchantId, Position } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import type { SetAside } from '#ledger/quarantine'
import type { Seal } from '#ledger/seal'
import { NO_CHAIN, type Mark, type SealedSegment } from '#ledger/segment'
import { sealSegment } from '#wire/journal/segment'
import { entryLine } from '#wire/stream/record'

export const merchantId = (text: string) => text as MerchantId
export const entryId = (text: string) => text as EntryId
export const day = (text: string) => text as BusinessDay
export const currency = (text: string) => text as Currency

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** 09:30 of `aBookId`'s day in São Paulo. */
const MORNING_MS = Date.parse('2026-11-20T09:30:00-03:00')

export const aBookId = (given: Partial<BookId> = {}): BookId => ({
  merchantId: merchantId('m1'),
  day: day('2026-11-20'),
  ...given,
})

export const someTerms: BookTerms = {
  currency: currency('BRL'),
  startsAtMs: Date.parse('2026-11-20T00:00:00-03:00'),
}

export const anEntry = (given: Partial<Entry> = {}): Entry => ({
  entryId: entryId('e1'),
  merchantId: merchantId('m1'),
  direction: 'credit',
  amountMinor: 100n,
  currency: currency('BRL'),
  occurredAtMs: MORNING_MS,
  businessDay: day('2026-11-20'),
  receivedAtMs: MORNING_MS + 250,
  ...given,
})

const POSITION: Position = {
  shardId: 'shardId-000000000000',
  sequenceNumber: '49655000000000000000000000000000000000000000000000000001',
  index: 0,
}

export const anArchivedEntry = (given: Partial<ArchivedEntry> = {}): ArchivedEntry => ({
  entry: anEntry(),
  position: POSITION,
  arrivedAtMs: MORNING_MS + 1_000,
  ...given,
})

/** The decision that set an entry aside, but for what is given. */
export const anAuditEvent = (given: Partial<AuditEvent> = {}): AuditEvent => ({
  ...quarantineSetAside(aSetAside()),
  ...given,
})

/** A rule that knows its zone from 2000 up to 2050. */
export const aRule = ({ timeZone = 'America/Sao_Paulo', ...given }: Partial<CalendarRule> = {}): CalendarRule => {
  const [knownFromMs, knownUntilMs] = [Date.UTC(2000), Date.UTC(2050)]
  return {
    from: null,
    timeZone,
    dayStartsAt: '00:00',
    zone: ianaZones.table(timeZone, knownFromMs, knownUntilMs),
    knownFromMs,
    knownUntilMs,
    ...given,
  }
}

export const aMerchant = (given: Partial<Merchant> = {}): Merchant => ({
  merchantId: merchantId('m1'),
  name: 'Padaria Central',
  currency: currency('BRL'),
  calendar: [aRule()],
  lateEntries: 'nextOpenDay',
  revision: 1,
  ...given,
})

/** A segment as it is stored. Its totals hold its own entries alone, also when its number is above 1. */
export const aSealedSegment = ({
  book = aBookId(),
  number = 1,
  entries = [anEntry()],
  mark,
}: {
  book?: BookId
  number?: number
  entries?: readonly Entry[]
  mark?: Mark
} = {}): SealedSegment => {
  const before = { ...emptyBook(book, someTerms), segment: number - 1 }
  const sealed = sealSegment(before, nextSegment(before, entries, mark))
  // `expect` takes a Buffer and the plain bytes that come back from a store for two things.
  return { ...sealed, view: new Uint8Array(sealed.view), entries: new Uint8Array(sealed.entries) }
}

/** An entry set aside. */
export const aSeal = (given: Partial<Seal> = {}): Seal => ({
  ...aBookId(),
  version: 1,
  totals: { creditsMinor: 2n ** 53n - 1n, debitsMinor: 250n, entryCount: 3 },
  chainHash: NO_CHAIN,
  digest: 'cd'.repeat(32),
  previous: null,
  ...given,
})

export const aSetAside = ({ entry = anEntry(), ...given }: Partial<SetAside> & { entry?: Entry } = {}): SetAside => ({
  subject: entry,
  reason: 'content-conflict',
  detail: 'The book already holds this entryId with other content.',
  position: POSITION,
  raw: utf8(entryLine(entry)),
  setAsideAtMs: MORNING_MS + 1_000,
  ...given,
})

export const subject = (text: string) => text as Subject

export const aGrant = (name: string, ...merchants: readonly string[]): Grant => ({
  subject: subject(name),
  merchants: merchants.map((text) => text as MerchantPattern),
})
