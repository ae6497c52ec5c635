/**
 * What the codes of problems mean and what a client does about them: for the published document, for the page
 * `/docs/problems`, and for the tables in docs/problems.md, which a test compares with this.
 */
import type { Scope } from '#ledger/access'
import type { ProblemCode } from '../problem.ts'

export type ProblemText = { readonly means: string; readonly remedy: string }

export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, ProblemText>> = {
  'not-json': {
    means:
      'The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so.',
    remedy: 'Correct the body.',
  },
  'malformed-request': {
    means:
      'The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.',
    remedy: 'Correct the request, or send it again if the connection broke.',
  },
  unauthenticated: {
    means:
      'There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which.',
    remedy: 'Get a new token, and send the request again with `Authorization: Bearer <token>`.',
  },
  forbidden: {
    means: 'The token lacks the scope that the route needs, or the answer is about merchants that are not granted.',
    remedy: 'Ask for a token with the scope that `WWW-Authenticate` names.',
  },
  'refused-by-firewall': {
    means: 'A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.',
    remedy: 'Look at these. Sending the same request again gets the same answer.',
  },
  'not-found': {
    means: 'The route, merchant, day, entry or item does not exist, or you may not see it.',
    remedy: 'Look at the path.',
  },
  'method-not-allowed': {
    means: 'The path exists and takes other methods, which `Allow` lists.',
    remedy: 'Use one of those.',
  },
  'too-slow': { means: 'The request did not arrive within 30 s.', remedy: 'Send it again.' },
  'not-applied-yet': {
    means: 'The entry of `after=` was not counted within the longest wait.',
    remedy: 'Ask again after `Retry-After`.',
  },
  'not-exact-in-json': {
    means: 'A sum over several books is beyond ±(2^53 − 1), so JSON readers may round it; `days` names the days.',
    remedy: 'Add up the entries or windows of these days yourself.',
  },
  'currency-fixed': { means: 'A merchant is registered with another currency.', remedy: 'Register another merchant.' },
  'already-decided': {
    means: 'Another decision about the item in quarantine was made, or begun.',
    remedy: 'Read the item: its `actions` name operator, time and decision.',
  },
  'changed-meanwhile': {
    means: 'Other requests kept changing the same resource.',
    remedy: 'Read it, and send the change again.',
  },
  'precondition-failed': {
    means: 'The merchant is not as `If-Match` or `If-None-Match` requires.',
    remedy: 'Read it. Unless your change is in place already, send it again.',
  },
  'too-large': {
    means: 'The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB.',
    remedy: 'Send fewer entries at a time.',
  },
  'unsupported-encoding': {
    means: '`Content-Encoding` is neither absent nor `gzip`.',
    remedy: 'Send it as it is, or as gzip.',
  },
  'unsupported-type': {
    means: 'The `Content-Type` of a PATCH is not the one that `Accept-Patch` names.',
    remedy: 'Send a merge patch as `application/merge-patch+json`.',
  },
  invalid: {
    means: '`errors` names every field that is wrong.',
    remedy: 'Correct the fields. The same request gets the same answer again.',
  },
  'nothing-accepted': {
    means: 'No entry of a batch was accepted; `results` says why for each.',
    remedy: 'Correct the entries.',
  },
  'expectation-failed': {
    means: 'The header `Expect` asks for something other than `100-continue`.',
    remedy: 'Leave the header out.',
  },
  'headers-too-large': { means: 'URL and headers take more than 16 KiB.', remedy: 'Shorten them.' },
  'rate-limited': {
    means: 'More entries or requests came than this system takes in a time, or takes from one address.',
    remedy: 'Send the same again after `Retry-After`.',
  },
  'unexpected-error': {
    means: 'Our own code failed. The failure is logged under `requestId`.',
    remedy: 'Send the same again; report the `requestId` if it fails again.',
  },
  'stream-unavailable': {
    means: 'The stream did not acknowledge in time. The entry may be counted all the same.',
    remedy: 'Send the same again, with the same `entryId`, after `Retry-After`.',
  },
  'access-unavailable': {
    means: 'The keys of the issuer or the table of grants cannot be read, so what you may do is not known.',
    remedy: 'Send it again after `Retry-After`.',
  },
  'too-busy': {
    means: 'More entries wait than fit in memory, or than can be written in time.',
    remedy: 'Send the same again after `Retry-After`, fewer entries at a time.',
  },
  'register-unavailable': {
    means: 'The register of merchants cannot be reached.',
    remedy: 'Send the same again after `Retry-After`.',
  },
  'calendar-ended': {
    means: "The record of the merchant's time zone ends before `occurredAt`. Operators have had an alarm for a year.",
    remedy: 'Send the same again, with the same `entryId`, after `Retry-After`.',
  },
  'closing-unavailable': {
    means: 'The workflow that closes days cannot be reached, or has failed. What it had closed before is closed.',
    remedy: 'Send the same again after `Retry-After`. Days that are due are closed by themselves as well.',
  },
  'store-unavailable': {
    means: 'The books, or the quarantine, cannot be reached.',
    remedy: 'Ask again after `Retry-After`.',
  },
}

/** The codes of wrong fields. */
export const FIELD_TEXTS = {
  missing: 'A required field is missing.',
  'unknown-field': 'A field that requests of this kind do not have. `__proto__` is unknown everywhere.',
  'wrong-type': 'A value of another JSON type than the field has.',
  'not-allowed': 'A value that is not in the list of values for the field.',
  'not-an-integer': 'A number that is not whole, or that cannot be read without rounding.',
  'out-of-range': 'A number too small or too large, or a list too short or too long.',
  malformed: 'A value that is not an id: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, but not `.` or `..`.',
  empty: 'An empty text where the field needs at least one character.',
  'too-long': 'More characters (code points), or more pairs, than the field may have.',
  'card-number':
    'A text with the number of a payment card: 13 to 19 digits, with or without single spaces or hyphens, that begin and end like one. The problem does not repeat it.',
  'not-unicode': 'A text with half of a surrogate pair, which is not valid Unicode.',
  'not-a-currency': 'A value that is not an active ISO 4217 code in capitals.',
  'wrong-currency': "A currency that is not the merchant's.",
  'currency-fixed': 'A currency that is not the one with which the merchant was registered.',
  'unknown-merchant': 'No merchant is registered under this id, or you may not write for them.',
  'not-a-time': 'A value that is not an RFC 3339 time on a date that exists.',
  'no-offset': 'A time without `Z` or an offset such as `-03:00`.',
  'finer-than-nanoseconds': 'A time with more than nine decimals of a second.',
  'too-far-ahead': 'A time more than 5 minutes ahead of our clock.',
  'too-old': 'A time more than 400 days ago.',
  'not-a-time-zone':
    'A name that is not a zone or link of the IANA database, such as `America/Sao_Paulo`. Abbreviations (`BST`) and offsets are refused.',
  'not-a-time-of-day': 'A value that is not a time of day from `00:00` to `23:59`.',
  'not-an-id':
    'A parameter of a query that is not an id: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, but not `.` or `..`.',
  'not-a-cursor': 'A value that is not a `nextCursor` of the same list and filter.',
  'not-a-position': 'A value that is not a position from the answer to an accepted entry.',
  'not-both': 'Two parameters of which only one can be given.',
  'not-an-etag':
    'A value of `If-Match` or `If-None-Match` that is neither `*` nor a list of ETags, each in double quotes.',
  'not-a-calendar-date': 'A value that is not an existing date, written `YYYY-MM-DD`.',
  'not-begun': "A day that has not begun by the merchant's calendar.",
  'calendar-from-not-future':
    'A day that is not far enough ahead: it starts within six minutes, or not after every rule that may be in use.',
} as const satisfies Record<string, string>

/** What a scope allows, for the merchants of the grant. */
export const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  'entries:write': 'sends entries',
  'transfers:write': 'moves money out of a merchant, and reverses entries',
  'ledger:read': 'reads the register, the books and their entries',
  'merchants:admin': 'registers and changes merchants',
  operations: 'decides about what was set aside, and runs the operators’ jobs',
}
