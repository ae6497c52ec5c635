/** Audit events that tell where a late entry went that does not count in its own day. */
import * as z from 'zod'
import type { AuditEventKind, AnyAuditEvent } from '#ledger/audit-event'
import type { PassedOn } from '#ledger/close'
import type { ContentHash } from '#ledger/entry'
import { parseBusinessDay, parseEntryId } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { explainFields, parsed, readFields } from '../json/fields.ts'

export const PASSED_ON_KINDS = ['entry.redirected', 'entry.set-aside'] as const satisfies readonly AuditEventKind[]

/** Reads an event of one of these kinds. */
export const parsePassedOn = ({ merchantId, businessDay, body }: AnyAuditEvent): Result<PassedOn, string> => {
  if (merchantId === undefined || businessDay === undefined) return refuse('it names no book')
  const fields = readFields(passedOnFields, body)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { entryId, contentHash, to = null } = fields.value
  return ok({
    book: { merchantId, day: businessDay },
    entryId,
    contentHash: contentHash as ContentHash,
    to,
  })
}

const passedOnFields = z.looseObject({
  entryId: parsed(parseEntryId, 'must be the id of an entry'),
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
  to: parsed(parseBusinessDay, 'must be a calendar date').exactOptional(),
})
