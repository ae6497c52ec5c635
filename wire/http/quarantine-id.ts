import type { QuarantineKey } from '#ledger/quarantine'
import { ok, refuse, type Result } from '#ledger/result'

/** The key of an item as clients hold it: opaque, safe in a URL. */
export const quarantineId = ({ scope, item }: QuarantineKey): string =>
  Buffer.from(JSON.stringify([scope, item])).toString('base64url')

export const parseQuarantineId = (text: string): Result<QuarantineKey, 'not-an-id'> => {
  // No key that we make comes near it.
  if (text.length > MAX_LENGTH) return refuse('not-an-id')
  const [, scope, item] = /^\["([^"\\]+)","([^"\\]+)"\]$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (scope === undefined || item === undefined) return refuse('not-an-id')
  // Made again rather than trusted: decoding forgives characters that we never wrote.
  return quarantineId({ scope, item }) === text ? ok({ scope, item }) : refuse('not-an-id')
}

const MAX_LENGTH = 1_000
