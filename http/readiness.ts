/**
 * Whether a service can do its work. Every system that it needs is asked, all at the same time, and the answer says of each
 * what cannot be done without it and why. `/readyz` is open to everyone, so reasons are words of ours: what a system or a
 * library says may name addresses, accounts and keys, and goes to the log only.
 */
import { jsonResponse } from '#wire/http/problem'
import { within } from './within.ts'

/** A system that the service needs. */
export type Need = {
  /** As operators call it: `stream`. */
  readonly name: string
  /** What the service cannot do without it: `accept entries`. */
  readonly cannot: string
  /** Asks the system for something small. Rejects when it cannot be used. */
  readonly ask: () => Promise<unknown>
}

/** How a need is met, as `/readyz` says it. */
type Met =
  | { readonly name: string; readonly status: 'ok' }
  | { readonly name: string; readonly status: 'failed'; readonly cannot: string; readonly reason: string }

type Log = { error(details: object, message: string): void }

/** Load balancers wait for 2 s and more. What is left is for the way. */
const PATIENCE_MS = 1_500

/** The answer to `/readyz`, which comes within PATIENCE_MS, whatever hangs. */
export const readiness = (needs: readonly Need[], log: Log): (() => Promise<Response>) => {
  const questions = needs.map((need) => question(need, log))
  return async () => {
    const dependencies = await Promise.all(questions.map((ask) => ask()))
    const isReady = dependencies.every(({ status }) => status === 'ok')
    return jsonResponse({ status: isReady ? 'ready' : 'not-ready', dependencies }, isReady ? 200 : 503)
  }
}

/** Asks once at a time: while a system hangs, those who ask again wait for the same answer. */
const question = ({ name, cannot, ask }: Need, log: Log): (() => Promise<Met>) => {
  let pending: Promise<string | undefined> | undefined
  let logged: string | undefined

  const failed = (reason: string, err?: unknown): string => {
    // Logged once, and not with every probe.
    if (logged !== reason)
      log.error({ dependency: name, reason, err }, 'not ready: a system that is needed cannot be used')
    logged = reason
    return reason
  }

  /** Why the need is not met. Undefined when it is. */
  const reason = async (): Promise<string | undefined> => {
    try {
      await ask()
      logged = undefined
      return undefined
    } catch (error) {
      return failed(reasonOf(error), error)
    } finally {
      pending = undefined
    }
  }

  return async () => {
    pending ??= reason()
    const answered = await within(PATIENCE_MS, pending, TOO_LATE)
    if (answered === undefined) return { name, status: 'ok' }
    return { name, status: 'failed', cannot, reason: answered === TOO_LATE ? failed(TOO_LATE) : answered }
  }
}

const TOO_LATE = `no answer within ${PATIENCE_MS / 1_000} s`

const reasonOf = (error: unknown): string => {
  const names = namesIn(error)
  const known = REASONS.find(([pattern]) => names.some((name) => pattern.test(name)))
  return known?.[1] ?? 'it answers with an error, which is in the log'
}

/** By the code or name of an error or of its cause. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^ECONNREFUSED$/, 'the connection is refused'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'its host name is not found'],
  [/^E(HOST|NET)(UNREACH|DOWN)$/, 'the network does not reach it'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'the connection breaks off'],
  [/^(ETIMEDOUT|TimeoutError|TaskCancelledError|UND_ERR_\w+_TIMEOUT)$/, TOO_LATE],
  [/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/, 'its certificate is not accepted'],
  [/^(AccessDenied|KMSAccessDenied|NotAuthorized)/, 'our rights are not sufficient'],
  [
    /^(UnrecognizedClient|ExpiredToken|InvalidSignature|MissingAuthentication|Credentials)/,
    'our credentials are refused',
  ],
  [/^ResourceNotFound/, 'it does not exist'],
  [/^(Throttling|ProvisionedThroughputExceeded|LimitExceeded|RequestLimitExceeded)/, 'it is throttled'],
  [/^(InternalServer|InternalFailure|ServiceUnavailable)/, 'it has a fault of its own'],
]

const DEEPEST_CAUSE = 4

const namesIn = (error: unknown, depth = 0): readonly string[] => {
  if (!(error instanceof Error) || depth > DEEPEST_CAUSE) return []
  const { code } = error as NodeJS.ErrnoException
  return [...(typeof code === 'string' ? [code] : []), error.name, ...namesIn(error.cause, depth + 1)]
}
