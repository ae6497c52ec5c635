/**
 * The log of a process. Tokens and secrets reach no line of it, by two means: of an error, only what says what happened is
 * written, so no request, answer or header that a library has hung onto it; and each line is searched for what looks like a
 * token or a secret before it is written. What a terminal would obey is spelled out, also in JSON.
 */
import { visibleJson } from './visible.ts'
import { pino, type DestinationStream, type Level, type Logger } from 'pino'

export type LogSettings = {
  readonly name?: string
  readonly level: Level | 'silent'
  /** Where lines go instead of the standard output. */
  readonly destination?: DestinationStream
}

export const processLog = ({ name, level, destination }: LogSettings): Logger =>
  pino(
    {
      ...(name !== undefined && { name }),
      level,
      serializers: { err: loggedError },
      hooks: { streamWrite: forPeople },
    },
    destination,
  )

/**
 * Ends the process with a line in the log after an error that no code has caught. Node itself would print the error with
 * all that hangs onto it.
 */
export const logUncaught = (log: Pick<Logger, 'fatal'>): void => {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'our own code failed where no code catches it, and the process ends')
    process.exit(1)
  })
}

/** What is written of an error: kind, message, stack, plain members such as `code`, and the same of its causes. */
const loggedError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return String(error)
  const causes = error instanceof AggregateError ? error.errors : []
  return {
    ...plainMembers(error),
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...('$metadata' in error && { $metadata: plainMembers(error.$metadata) }),
    ...(depth < DEEPEST_CAUSE && {
      ...(error.cause !== undefined && { cause: loggedError(error.cause, depth + 1) }),
      ...(causes.length > 0 && { errors: causes.slice(0, MOST_CAUSES).map((cause) => loggedError(cause, depth + 1)) }),
    }),
  }
}

const DEEPEST_CAUSE = 4
const MOST_CAUSES = 5

const plainMembers = (value: unknown): object =>
  Object.fromEntries(
    Object.entries(value ?? {}).filter(([, member]) => ['string', 'number', 'boolean'].includes(typeof member)),
  )

/** A line that may go to a terminal: a text of a customer in it says nothing to the terminal. */
const forPeople = (line: string): string => visibleJson(withoutSecrets(line))

const withoutSecrets = (line: string): string =>
  SECRETS.reduce((text, secret) => text.replaceAll(secret, (_found, before: string) => `${before}[hidden]`), line)

// How the name of a member or a parameter with a secret goes on, or all of it.
const NAME = String.raw`(?:authorization|cookie|token|secret|password|passphrase|credentials?|private_?key|access_?key)[\w$-]{0,20}`

/** The first group of each is kept. A line is JSON, so a secret ends at a quote or a backslash at the latest. */
const SECRETS: readonly RegExp[] = [
  // The value of an Authorization header, wherever it stands.
  /\b((?:bearer|basic|dpop)\s+)[\w.~+/-]{8,}=*/gi,
  // A JSON Web Token: its header is an object in base64.
  /()\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*/g,
  // A header as text.
  /((?:authorization|cookie)\s*:\s*)[^"\\]+/gi,
  // A parameter of a URL or a form.
  new RegExp(String.raw`(${NAME}=)[^&\s"'\\]+`, 'gi'),
  // A member of JSON, or of JSON within JSON.
  new RegExp(String.raw`(${NAME}\\*"\s*:\s*\[?\\*")[^"\\]+`, 'gi'),
]
