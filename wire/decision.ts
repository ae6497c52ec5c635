/** Decisions as they stand in a stream record, one a line, and as rows of the archive. */
import * as z from 'zod'
import type { AnyDecision } from '#ledger/decision'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { columnInstant, columnTime, presentColumns } from './archive-row.ts'
import { clientId, explainFields, parsed, readFields, text } from './fields.ts'
import { instantText } from './instant.ts'
import { parseJson } from './json.ts'

/** One line of a record of decisions. */
export const decisionLine = ({ decidedAtMs, ...decision }: AnyDecision): string =>
  JSON.stringify({ ...decision, decidedAt: decidedAtMs })

/** Reads what `decisionLine` wrote, and kinds that are not known here, too: the archive keeps what it need not understand. */
export const parseDecisionLine = (line: string): Result<AnyDecision, string> => {
  if (line.length > MAX_LINE_LENGTH) return refuse(`longer than ${MAX_LINE_LENGTH} characters`)
  const json = parseJson(line)
  return json.ok ? parseDecision(json.value) : json
}

const parseDecision = (json: unknown): Result<AnyDecision, string> => {
  const fields = readFields(decisionFields, json)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { decidedAt, ...decision } = fields.value
  return ok({ ...decision, decidedAtMs: decidedAt })
}

export const DECISION_ROW_VERSION = 1

/** A decision as the archive's columns have it; `day` is the UTC date it was made on, by which it is filed. */
export const decisionRow = ({ decisionId, kind, merchantId, businessDay, decidedAtMs, body }: AnyDecision) => ({
  decision_id: decisionId,
  kind,
  merchant_id: merchantId,
  business_day: businessDay,
  decided_at: columnTime(decidedAtMs),
  body: JSON.stringify(body),
  schema_version: DECISION_ROW_VERSION,
  day: instantText(decidedAtMs).slice(0, 'YYYY-MM-DD'.length),
})

/** Reads what `decisionRow` wrote, and the same row with nulls, as it comes back from Parquet. */
export const parseDecisionRow = (json: unknown): Result<AnyDecision, string> => {
  const row = readFields(decisionRowFields, presentColumns(json))
  if (!row.ok) return refuse(explainFields(row.error))
  const { decision_id, kind, merchant_id, business_day, decided_at, body } = row.value
  return parseDecision({
    decisionId: decision_id,
    kind,
    ...(merchant_id !== undefined && { merchantId: merchant_id }),
    ...(business_day !== undefined && { businessDay: business_day }),
    decidedAt: decided_at,
    body,
  })
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

const decisionFields = z.strictObject({
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
})

// The fields of the decision itself are judged as the stream's are.
const decisionRowFields = z.looseObject({
  decision_id: z.string(),
  kind: z.string(),
  merchant_id: z.string().exactOptional(),
  business_day: z.string().exactOptional(),
  decided_at: columnInstant,
  body: parsed(parseJson, 'must be JSON text'),
  schema_version: z.literal(DECISION_ROW_VERSION),
})
