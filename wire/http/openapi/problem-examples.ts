/** A problem for each code as the services answer it, in the words that they use. Tests hold these against real answers. */
import type { BusinessDay } from '#ledger/identifiers'
import { PROBLEMS, problemBody, type Problem, type ProblemCode } from '../problem.ts'
import type { Access } from '../routes.ts'
import { EXAMPLE_DAY } from './example-shop.ts'
import { RECORDED_ANSWERS } from './recorded-answers.ts'

export const EXAMPLE_REQUEST_ID = '5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77'

/** The body of the problem as this operation answers it. */
export const problemExample = (code: ProblemCode, operationId: string, access: Access): unknown =>
  recorded(code, operationId) ?? problemBody({ ...problemOf(code, operationId, access), code }, EXAMPLE_REQUEST_ID)

const recorded = (code: ProblemCode, operationId: string): unknown => {
  const answers = Object.values(RECORDED_ANSWERS[operationId]?.[PROBLEMS[code].status] ?? {})
  return answers.find((answer) => (answer as { code?: string }).code === code)
}

type Words = Omit<Problem, 'code'>

const problemOf = (code: ProblemCode, operationId: string, access: Access): Words => {
  if (code === 'forbidden' && access !== 'open') return words(`The token does not have the scope ${access.scope}.`)
  const ofItem = operationId.endsWith('Quarantined') ? OF_ITEMS : {}
  return OF_OPERATIONS[operationId]?.[code] ?? ofItem[code] ?? USUAL[code]
}

const words = (detail: string): Words => ({ detail })

const USUAL: Readonly<Record<ProblemCode, Words>> = {
  'not-json': words('The body is not valid JSON.'),
  'malformed-request': words('The URL or the Host header is not valid.'),
  unauthenticated: words('This route needs a token: "Authorization: Bearer <token>".'),
  forbidden: words('The token does not have the scope ledger:read.'),
  'refused-by-firewall': words(
    'A rule of the firewall matched the request. Nothing of it was counted. Look at its path, query and headers.',
  ),
  'not-found': words('No merchant is registered under this id.'),
  'method-not-allowed': words('/v1/entries takes POST, OPTIONS.'),
  'expectation-failed': words('Expect may be 100-continue and nothing else. Leave it out.'),
  'too-slow': words('The request did not arrive in time. Send it again.'),
  'not-applied-yet': words(
    'The journal did not reach the position in "after" within 5 s. Accepted entries are safe. Ask again.',
  ),
  'not-exact-in-json': notExact(`The closing of ${EXAMPLE_DAY}`),
  'currency-fixed': {
    detail: 'The merchant is registered with another currency, and its books are kept in it.',
    errors: [{ pointer: '/currency', code: 'currency-fixed', detail: 'must stay what it was at registration' }],
  },
  'already-decided': words('It was replayed. Read the item: its actions name the operator.'),
  'changed-meanwhile': words(
    'Other requests changed the merchant 5 times during this one. Read the merchant, and send your change again.',
  ),
  'precondition-failed': words(
    'The ETag of the merchant is "2" now, so nothing was changed. Read the merchant before you try again.',
  ),
  'too-large': words('A body may have up to 1048576 bytes, and no more after expansion. Send fewer entries at a time.'),
  'unsupported-encoding': words('A body may be sent as it is or with Content-Encoding: gzip.'),
  'unsupported-type': words(
    'A PATCH has to be a JSON merge patch, sent with Content-Type: application/merge-patch+json.',
  ),
  invalid: {
    detail: 'Some query parameters are not valid.',
    errors: [
      {
        pointer: '/after',
        code: 'not-a-position',
        detail: 'must be a position as it was answered when entries were accepted',
      },
    ],
  },
  'nothing-accepted': words('The results say what is wrong with each entry.'),
  'headers-too-large': words('The URL and the headers may take 16 KiB together.'),
  'rate-limited': words(
    'More entries arrive per second than this system is set to accept. Send the same request again a little later.',
  ),
  'unexpected-error': words('It is logged under this requestId. Sending the same request again is safe.'),
  'stream-unavailable': words('The entry could not be put on the stream. Send it again with the same entryId.'),
  'access-unavailable': words(
    'It cannot be told at the moment what this client may do. Sending the same request again is safe.',
  ),
  'too-busy': words('Too many requests are under way. Send the same request again a little later.'),
  'register-unavailable': words('The register of merchants could not be reached. Send the same request again.'),
  'calendar-ended': words(
    "The record of the merchant's time zone ends before this time. We extend it. Send the entry again with the same entryId.",
  ),
  'closing-unavailable': words(
    'The workflow that closes days does not answer. Sending the same request again is safe.',
  ),
  'store-unavailable': words('The store of books does not answer. Sending the same request again is safe.'),
}

const OF_ITEMS: Partial<Record<ProblemCode, Words>> = {
  'not-found': words('No item in quarantine has this id.'),
  'changed-meanwhile': words(
    'Other requests changed the item 5 times during this one. Read the item, and send your request again.',
  ),
}

const NO_QUARANTINE = words('The quarantine could not be reached. Send the same request again.')

const OF_OPERATIONS: Readonly<Record<string, Partial<Record<ProblemCode, Words>>>> = {
  readBalance: { 'not-exact-in-json': notExact('The balance') },
  replayQuarantined: {
    'already-decided': words('The item was discarded. Read the item: its actions name the operator.'),
    'stream-unavailable': words('The entry could not be put on the stream. Send the same request again.'),
    'store-unavailable': NO_QUARANTINE,
  },
  discardQuarantined: { 'store-unavailable': NO_QUARANTINE },
  closeDays: {
    'rate-limited': words(
      'The days up to this one were looked at ten times within ten minutes, and stay open. Ask again after Retry-After.',
    ),
  },
}

function notExact(sum: string): Words {
  const days = ['2026-11-19' as BusinessDay, EXAMPLE_DAY as BusinessDay]
  return {
    detail:
      `${sum} is beyond ±(2^53 − 1), where many JSON clients read another number. What takes it there: ${days.join(', ')}. ` +
      'The entries and windows of each day can still be read.',
    days,
  }
}
