/** Audit events as rows of the archive's table `decisions`. */
import * as z from 'zod'
import type { AnyAuditEvent } from '#ledger/audit-event'
import { refuse, type Result } from '#ledger/result'
import { instantText } from '../entry/instant.ts'
import { explainFields, parsed, readFields } from '../json/fields.ts'
import { parseJson } from '../json/json.ts'
import { parseAuditEvent } from '../stream/audit-event.ts'
import { columnInstant, columnTime, presentColumns } from './row.ts'

export const DECISION_ROW_VERSION = 1

/** An audit event as the archive's columns have it; `day` is the UTC date it was made on, by which it is filed. */
export const auditEventRow = (event: AnyAuditEvent) => {
  const { eventId, kind, merchantId, businessDay, decidedAtMs, body, ...forgotten } = event
  forgotten satisfies Record<string, never>
  return {
    decision_id: eventId,
    kind,
    merchant_id: merchantId,
    business_day: businessDay,
    decided_at: columnTime(decidedAtMs),
    body: JSON.stringify(body),
    schema_version: DECISION_ROW_VERSION,
    day: instantText(decidedAtMs).slice(0, 'YYYY-MM-DD'.length),
  }
}

export type AuditEventRow = ReturnType<typeof auditEventRow>

/** Reads what `auditEventRow` wrote, and the same row with nulls, as it comes back from Parquet. */
export const parseAuditEventRow = (json: unknown): Result<AnyAuditEvent, string> => {
  const row = readFields(auditEventRowFields, presentColumns(json))
  if (!row.ok) return refuse(explainFields(row.error))
  const { decision_id, kind, merchant_id, business_day, decided_at, body } = row.value
  return parseAuditEvent({
    decisionId: decision_id,
    kind,
    ...(merchant_id !== undefined && { merchantId: merchant_id }),
    ...(business_day !== undefined && { businessDay: business_day }),
    decidedAt: decided_at,
    body,
  })
}

// The fields of the audit event itself are judged as the stream's are.
const auditEventRowFields = z.looseObject({
  decision_id: z.string(),
  kind: z.string(),
  merchant_id: z.string().exactOptional(),
  business_day: z.string().exactOptional(),
  decided_at: columnInstant,
  body: parsed(parseJson, 'must be JSON text'),
  schema_version: z.literal(DECISION_ROW_VERSION),
} satisfies Record<Exclude<keyof AuditEventRow, 'day'>, z.ZodType>)
