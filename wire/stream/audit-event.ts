/**
 * Audit events as they stand in a stream record, one a line. On the wire they are called decisions, which is the name that
 * readers of the archive know.
 */
import * as z from 'zod'
import type { AnyAuditEvent } from '#ledger/audit-event'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { clientId, explainFields, parsed, readFields, text } from '../json/fields.ts'
import { parseJson } from '../json/json.ts'

/** One line of a record of audit events. */
export const auditEventLine = ({ eventId, decidedAtMs, ...rest }: AnyAuditEvent): string =>
  JSON.stringify({ decisionId: eventId, ...rest, decidedAt: decidedAtMs })

/** Reads what `auditEventLine` wrote, and kinds that are not known here, too: the archive keeps what it need not understand. */
export const parseAuditEventLine = (line: string): Result<AnyAuditEvent, string> => {
  if (line.length > MAX_LINE_LENGTH) return refuse(`longer than ${MAX_LINE_LENGTH} characters`)
  const json = parseJson(line)
  return json.ok ? parseAuditEvent(json.value) : json
}

/** Reads the JSON value of such a line. */
export const parseAuditEvent = (json: unknown): Result<AnyAuditEvent, string> => {
  const fields = readFields(auditEventFields, json)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { decisionId, decidedAt, ...rest } = fields.value
  return ok({ eventId: decisionId, ...rest, decidedAtMs: decidedAt })
}

// A row must fit a Firehose record, 1,000 KiB. A character takes at most three bytes, be it by UTF-8 or because the body
// is JSON within JSON, where a quote is escaped twice.
const MAX_LINE_LENGTH = 300_000

// JSON.parse reads any depth, and JSON.stringify recurses: what was nested without end would be read and never written.
const MAX_DEPTH = 32

const isAtMostDeep = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((inner) => isAtMostDeep(inner, levels - 1)))

const auditEventFields = z.strictObject({
  decisionId: text(300).min(1),
  kind: text(100).min(1),
  merchantId: clientId.transform((id) => id as MerchantId).exactOptional(),
  businessDay: parsed(parseBusinessDay, 'must be a calendar date').exactOptional(),
  decidedAt: z.int().min(Date.parse('0001-01-01T00:00:00Z')).max(Date.parse('9999-12-31T23:59:59.999Z')),
  // Taken as it is, because zod's own record drops a key "__proto__" without a word.
  body: z
    .custom<Readonly<Record<string, unknown>>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    )
    .refine((body) => isAtMostDeep(body, MAX_DEPTH), `must not be nested more than ${MAX_DEPTH} deep`),
} satisfies Record<'decisionId' | 'decidedAt' | Exclude<keyof AnyAuditEvent, 'eventId' | 'decidedAtMs'>, z.ZodType>)
