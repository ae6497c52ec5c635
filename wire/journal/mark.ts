/** The mark of a segment as it is stored and hashed: one line of JSON with its fields in this order. */
import * as z from 'zod'
import { parseBusinessDay } from '#ledger/identifiers'
import { QUARANTINE_REASONS } from '#ledger/quarantine'
import { BrokenChain, type ChainHash, type Mark } from '#ledger/segment'
import { explainFields, parsed, readFields } from '../json/fields.ts'
import { parseJson } from '../json/json.ts'

export const markText = (mark: Mark): string => {
  switch (mark.kind) {
    case 'closing':
    case 'void':
      return JSON.stringify({ kind: mark.kind })
    case 'setting-aside':
      return JSON.stringify({ kind: mark.kind, reason: mark.reason })
    case 'restating':
      return JSON.stringify({ kind: mark.kind, restatement: mark.restatement })
    case 'redirecting':
    case 'releasing':
      return JSON.stringify({ kind: mark.kind, to: mark.to })
    case 'received':
      return JSON.stringify({ kind: mark.kind, from: mark.from })
    case 'superseding':
      return JSON.stringify({ kind: mark.kind, generation: mark.generation, hash: mark.hash })
  }
}

/** Reads what `markText` wrote. Throws a BrokenChain when it does not know the mark. */
export const parseMark = (text: string): Mark => {
  const json = parseJson(text)
  if (!json.ok) throw new BrokenChain(`a mark that is no JSON: ${json.error}`)
  const mark = readFields(fields, json.value)
  if (!mark.ok) throw new BrokenChain(`a mark that is not known here: ${explainFields(mark.error)}`)
  return mark.value
}

const businessDay = parsed(parseBusinessDay, 'must be a calendar date')

const chainHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')
  .transform((text) => text as ChainHash)

const fields = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('closing') }),
  z.strictObject({ kind: z.literal('restating'), restatement: z.int().min(1) }),
  z.strictObject({ kind: z.literal('redirecting'), to: businessDay }),
  z.strictObject({ kind: z.literal('received'), from: businessDay }),
  z.strictObject({ kind: z.literal('setting-aside'), reason: z.enum(QUARANTINE_REASONS) }),
  z.strictObject({ kind: z.literal('releasing'), to: businessDay }),
  z.strictObject({ kind: z.literal('superseding'), generation: z.int().min(1), hash: chainHash }),
  z.strictObject({ kind: z.literal('void') }),
])
