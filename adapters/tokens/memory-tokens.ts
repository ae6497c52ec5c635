import type { Caller } from '#ledger/access'
import type { Tokens } from '#ledger/ports'
import { ok, refuse } from '#ledger/result'

/** Tokens that are known by heart. */
export const memoryTokens = (callers: Readonly<Record<string, Caller>>): Tokens => ({
  async ready() {},
  async verify(token) {
    const caller = Object.hasOwn(callers, token) ? callers[token] : undefined
    return caller === undefined ? refuse('The token is not known.') : ok(caller)
  },
})
