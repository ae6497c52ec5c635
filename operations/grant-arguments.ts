/** The arguments of commands that say who may do what. */
import { isScope, MERCHANT_PATTERN_RULE, parseMerchantPattern, SCOPES } from '#ledger/access'
import type { MerchantPattern, Scope } from '#ledger/access'
import { UsageError } from './command.ts'

/** Separated by spaces, or one in each text. */
export const scopesIn = (texts: readonly string[]): readonly Scope[] => {
  const names = texts.flatMap((text) => text.split(/\s+/)).filter((name) => name !== '')
  if (names.length === 0) throw new UsageError(`Missing --scope. ${EVERY_SCOPE}`)
  return [...new Set(names)].map((name) => {
    if (isScope(name)) return name
    throw new UsageError(`--scope "${name}" is no scope. ${EVERY_SCOPE}`)
  })
}

const EVERY_SCOPE = `The scopes are ${SCOPES.join(', ')}.`

/** There may be none: that shows how a caller without a grant is answered. */
export const merchantsIn = (texts: readonly string[]): readonly MerchantPattern[] =>
  [...new Set(texts)].map((text) => {
    const pattern = parseMerchantPattern(text)
    if (pattern.ok) return pattern.value
    throw new UsageError(`--merchant "${text}" ${MERCHANT_PATTERN_RULE}.`)
  })
