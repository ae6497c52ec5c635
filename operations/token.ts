/** `npm run token`: a token for the running local system, alone on standard output. */
import { LOCAL_LIFETIME_SECONDS, localToken } from '#infra/local/local-token'
import { SCOPES } from '#ledger/access'
import { EXIT, readArguments, runCommand, UsageError, type Command } from './command.ts'
import { merchantsIn, scopesIn } from './grant-arguments.ts'

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

const lifetimeIn = (text: string | undefined): number => {
  const { least, most } = LOCAL_LIFETIME_SECONDS
  if (text === undefined) return most
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (seconds >= least && seconds <= most) return seconds
  throw new UsageError(`--ttl ${JSON.stringify(text)} must be a whole number of seconds from ${least} to ${most}.`)
}

if (import.meta.main) await runCommand(token, USAGE)
