/**
 * Records that are known to be good. While a program cannot read them, it must not judge other records. They are
 * encoded when the program starts.
 */
import type { Entry } from '#ledger/entry'
import type { BusinessDay, EntryId, MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import type { Currency } from '#ledger/money'
import { UnknownFormat } from '#ledger/ports'
import { refuse, type Result } from '#ledger/result'
import { merchantSaved } from '#wire/archive/merchant'
import {
  decodeRecord,
  encodeAuditEvents,
  encodeEntries,
  entryLine,
  FULL_RECORD_BYTES,
  type DecodedAuditEvent,
  type DecodedEntry,
  type StreamRecord,
} from '#wire/stream/record'
import { messageOf, mustWork, OwnFault } from './own-fault.ts'

const REQUIRED: Entry = {
  entryId: 'good-1' as EntryId,
  merchantId: 'good' as MerchantId,
  direction: 'credit',
  amountMinor: 4_217n,
  currency: 'BRL' as Currency,
  occurredAtMs: Date.parse('2026-11-20T12:30:00.123Z'),
  businessDay: '2026-11-20' as BusinessDay,
  receivedAtMs: Date.parse('2026-11-20T12:30:01.456Z'),
}

const EVERY_FIELD: Required<Entry> = {
  ...REQUIRED,
  entryId: 'good-2' as EntryId,
  direction: 'debit',
  amountMinor: 118n,
  method: 'pix',
  category: 'padaria',
  description: 'pão "francês",\nmeia dúzia 🧾',
  reference: 'NF 0042',
  terminalId: 'till-1',
  terminalSeq: 42,
  reverses: 'good-1',
  metadata: { b: '2', a: '1' },
}

/** For each optional field, one of the two entries has it and the other lacks it. */
export const GOOD_ENTRIES: readonly Entry[] = [REQUIRED, EVERY_FIELD]

const GOOD_MERCHANT: Merchant = {
  merchantId: REQUIRED.merchantId,
  name: 'Good',
  currency: REQUIRED.currency,
  calendar: [
    {
      from: null,
      timeZone: 'UTC',
      dayStartsAt: '00:00',
      zone: { version: 'good', firstOffsetMs: 0, transitions: [] },
      knownFromMs: REQUIRED.occurredAtMs,
      knownUntilMs: REQUIRED.receivedAtMs,
    },
  ],
  lateEntries: 'nextOpenDay',
  revision: 1,
}

/** Reading these lines proves that lines can be read: there is one for each way in which a line is read. */
const GOOD_LINES: readonly Uint8Array[] = [
  encodeEntries(GOOD_ENTRIES.map(entryLine)),
  encodeAuditEvents([merchantSaved(GOOD_MERCHANT, REQUIRED.receivedAtMs)]),
]

/** A record of one line. The length of the line decides how the record is packed. */
const longLine = (length: number): Uint8Array =>
  encodeAuditEvents([merchantSaved({ ...GOOD_MERCHANT, name: 'x'.repeat(length) }, REQUIRED.receivedAtMs)])

/**
 * Reading these records proves that records can be read: records that are not packed, and records packed by gzip and by
 * zstd.
 */
const GOOD_RECORDS: readonly Uint8Array[] = [...GOOD_LINES, longLine(3_000), longLine(9_000)]

/** A record of full size. Small records may still be readable when there is no memory for this one. */
const FULL_RECORD = encodeEntries(
  Array.from({ length: Math.ceil(FULL_RECORD_BYTES / entryLine(REQUIRED).length) }, () => entryLine(REQUIRED)),
)

/** Throws an OwnFault unless all good records can be read now. */
const readAll = (goodRecords: readonly Uint8Array[]): void =>
  mustWork('good records cannot be read', () => {
    for (const data of goodRecords) {
      const record = read(data)
      const fault = record.ok
        ? linesOf(record.value)
            .map(faultIn)
            .find((found) => found !== undefined)
        : record.error.detail
      if (fault !== undefined) throw new OwnFault(`good records cannot be read: ${fault}`)
    }
  })

const faultIn = (decoded: DecodedEntry | DecodedAuditEvent): string | undefined => {
  if ('auditEvent' in decoded) return decoded.auditEvent.ok ? undefined : decoded.auditEvent.error
  if (!decoded.entry.ok) return decoded.entry.error
  return entryLine(decoded.entry.value) === decoded.line ? undefined : 'an entry is read otherwise than it was written'
}

/** The record that was read, or the reason why it cannot be read. */
export type ReadAttempt = Result<StreamRecord, Unread>
type Unread = { readonly reason: 'undecodable-record' | 'unexpected-error'; readonly detail: string }

/**
 * Reads the records of one batch. It calls a record or a line unreadable only while good records can be read; otherwise
 * it throws an OwnFault. It ignores an exception that does not come a second time. For a record of a newer version it
 * throws the UnknownFormat of `decodeRecord`.
 */
export const recordReader = (): ((data: Uint8Array) => ReadAttempt) => {
  let proven: readonly Uint8Array[] = []
  return (data) => {
    const first = read(data)
    if (hasThrown(first)) {
      readAll([...GOOD_RECORDS, FULL_RECORD])
      const again = read(data)
      if (hasThrown(again)) readAll([...GOOD_RECORDS, FULL_RECORD])
      return again
    }
    if (!isReadable(first)) {
      // A record with a refused line was unpacked, so only the reading of lines is in doubt.
      const inDoubt = first.ok ? GOOD_LINES : GOOD_RECORDS
      // Records that are refused without an exception need one proof for each batch. A sender of garbage sends many of
      // them.
      if (inDoubt.length > proven.length) {
        readAll(inDoubt)
        proven = inDoubt
      }
    }
    return first
  }
}

const read = (data: Uint8Array): ReadAttempt => {
  try {
    const decoded = decodeRecord(data)
    return decoded.ok ? decoded : refuse({ reason: 'undecodable-record', detail: decoded.error })
  } catch (error) {
    if (error instanceof UnknownFormat) throw error
    return refuse({ reason: 'unexpected-error', detail: messageOf(error) })
  }
}

const hasThrown = (record: ReadAttempt): boolean =>
  record.ok ? linesOf(record.value).some(({ threw }) => threw === true) : record.error.reason === 'unexpected-error'

const isReadable = (record: ReadAttempt): boolean => record.ok && linesOf(record.value).every(isReadableLine)

const isReadableLine = (line: DecodedEntry | DecodedAuditEvent): boolean =>
  'entry' in line ? line.entry.ok : line.auditEvent.ok

const linesOf = (record: StreamRecord): readonly (DecodedEntry | DecodedAuditEvent)[] => {
  switch (record.kind) {
    case 'entries':
      return record.entries
    case 'decisions':
      return record.auditEvents
    case 'heartbeat':
    case 'unknown':
      return []
  }
}
