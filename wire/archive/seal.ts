/** A seal as it stands in audit events and in its object. */
import * as z from 'zod'
import { parseBusinessDay, type MerchantId } from '#ledger/identifiers'
import { ok, refuse, type Result } from '#ledger/result'
import { sealText, type Seal, type SealHash } from '#ledger/seal'
import type { ChainHash } from '#ledger/segment'
import { clientId, explainFields, parsed, readFields } from '../json/fields.ts'
import { parseJson } from '../json/json.ts'

/** Reads what `sealText` wrote, and refuses every other way to write it: its hash would be another. */
export const parseSeal = (text: string): Result<Seal, string> => {
  const json = parseJson(text)
  if (!json.ok) return json
  const fields = readFields(sealFields, json.value)
  if (!fields.ok) return refuse(explainFields(fields.error))
  const { credits, debits, entryCount, ...rest } = fields.value
  const seal = { ...rest, totals: { creditsMinor: BigInt(credits), debitsMinor: BigInt(debits), entryCount } }
  return sealText(seal) === text ? ok(seal) : refuse('it is not written as RFC 8785 says')
}

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal')

const sealFields = z.strictObject({
  merchantId: clientId.transform((id) => id as MerchantId),
  day: parsed(parseBusinessDay, 'must be a calendar date'),
  version: z.int().min(1),
  credits: z.int().min(0),
  debits: z.int().min(0),
  entryCount: z.int().min(0),
  chainHash: hash.transform((text) => text as ChainHash),
  digest: hash,
  previous: hash.transform((text) => text as SealHash).nullable(),
} satisfies Record<Exclude<keyof Seal, 'totals'> | 'credits' | 'debits' | 'entryCount', z.ZodType>)
