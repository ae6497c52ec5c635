/** `npm run token`: a token for the running local system, alone on standard output. */
import { LOCAL_LIFETIME_SECONDS, localToken } from '#infra/local/local-token'
import { isScope, MERCHANT_PATTERN_RULE, parseMerchantPattern, SCOPES, type Scope } from '#ledger/access'
import { EXIT, readArguments, runCommand, UsageError, type Command } from './command.ts'

export const USAGE = `npm run -s token -- --scope "SCOPE..." [--merchant MERCHANT]... [--ttl SECONDS]

Prints a token for the running local system. Each call makes a client of its own, with a grant for the merchants. The
issuer removes the client after the token has expired.

  --scope      what the token allows: ${SCOPES.join(', ')}
  --merchant   a merchant that it may act for: an id, the beginning of ids as in "acme-*", or "*" for all
  --ttl        how long it is valid, from ${LOCAL_LIFETIME_SECONDS.least} to ${LOCAL_LIFETIME_SECONDS.most} seconds (default: ${LOCAL_LIFETIME_SECONDS.most}, one day)

Exit code: 0 done, 2 wrong arguments, 3 no system runs or answers.`

export const token: Command = async (args, terminal) => {
  const { values } = readArguments(args, {
    options: {
      scope: { type: 'string', multiple: true, default: [] },
      merchant: { type: 'string', multiple: true, default: [] },
      ttl: { type: 'string' },
    },
  })
  const request = {
    scopes: scopesIn(values.scope),
    merchants: merchantsIn(values.merchant),
    ttlSeconds: lifetimeIn(values.ttl),
  }
  terminal.print(await localToken(request))
  return EXIT.done
}

const scopesIn = (texts: readonly string[]): readonly Scope[] => {
  const names = texts.flatMap((text) => text.split(/[\s,]+/)).filter((name) => name !== '')
  if (names.length === 0) throw new UsageError(`Missing --scope: what the token allows. ${EVERY_SCOPE}`)
  return [...new Set(names)].map((name) => {
    if (isScope(name)) return name
    throw new UsageError(`${JSON.stringify(name)} is no scope. ${EVERY_SCOPE}`)
  })
}

const EVERY_SCOPE = `The scopes are ${SCOPES.join(', ')}.`

/** None is fine: such a token shows how a client without a grant is answered. */
const merchantsIn = (texts: readonly string[]): readonly string[] => {
  for (const text of texts) {
    const isPattern = parseMerchantPattern(text).ok
    if (!isPattern) throw new UsageError(`--merchant ${JSON.stringify(text)} ${MERCHANT_PATTERN_RULE}.`)
  }
  return texts
}

const lifetimeIn = (text: string | undefined): number => {
  const { least, most } = LOCAL_LIFETIME_SECONDS
  if (text === undefined) return most
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (seconds >= least && seconds <= most) return seconds
  throw new UsageError(`--ttl ${JSON.stringify(text)} must be a whole number of seconds from ${least} to ${most}.`)
}

if (import.meta.main) await runCommand(token, USAGE)
