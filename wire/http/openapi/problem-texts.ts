/**
 * What the codes of problems mean and what a client does about them: for the published document, for the page
 * `/docs/problems`, and for the tables in docs/problems.md, which a test compares with this.
 */
import type { ProblemCode } from '../problem.ts'

export type ProblemText = { readonly means: string; readonly remedy: string }

export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, ProblemText>> = {
  'not-json': {
    means: 'The body, or a line of it, is empty, not UTF-8, not JSON, or not the gzip that it says it is.',
    remedy: 'Mend the body.',
  },
  'malformed-request': {
    means: 'The URL or the `Host` header is not valid, or the connection ended before the body did.',
    remedy: 'Mend the request; send it again if the connection broke.',
  },
  'not-found': {
    means: 'There is no such route, merchant, day, entry or item, or not for you.',
    remedy: 'Look at the path.',
  },
  'method-not-allowed': {
    means: 'The path exists and takes other methods, which `Allow` lists.',
    remedy: 'Use one of those.',
  },
  'too-slow': { means: 'The request did not arrive within 30 s.', remedy: 'Send it again.' },
  'not-applied-yet': {
    means: '`after=` waited as long as it may, and the entry is not counted yet.',
    remedy: 'Ask again after `Retry-After`.',
  },
  'not-exact-in-json': {
    means: 'A sum over books is beyond ±(2^53 − 1), which JSON numbers blur; `days` names the days.',
    remedy: 'Add up the entries or windows of these days yourself.',
  },
  'currency-fixed': { means: 'A merchant is registered with another currency.', remedy: 'Register another merchant.' },
  'already-decided': {
    means: 'Somebody has decided otherwise about the item in quarantine, or begun to.',
    remedy: 'Look at the item: its `actions` say who, when and what.',
  },
  'changed-meanwhile': { means: 'Others kept changing the same thing.', remedy: 'Read it, and send the change again.' },
  'precondition-failed': {
    means: '`If-Match` or `If-None-Match` does not hold for the merchant as it is now.',
    remedy: 'Read it. Unless your change is in place already, send it again.',
  },
  'too-large': {
    means: 'The body has more than 1 MiB, or more than that after expansion; or a line more than 64 KiB.',
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
    remedy: 'Mend the fields. The same again gets the same answer.',
  },
  'nothing-accepted': {
    means: 'No entry of a batch was accepted; `results` says why for each.',
    remedy: 'Mend the entries.',
  },
  'headers-too-large': { means: 'URL and headers take more than 16 KiB.', remedy: 'Shorten them.' },
  'rate-limited': {
    means: 'This system is set to take so many entries per second, and more came.',
    remedy: 'Send the same again after `Retry-After`.',
  },
  'unexpected-error': {
    means: 'A fault of ours. It is logged under `requestId`.',
    remedy: 'Send the same again; tell us if it stays.',
  },
  'stream-unavailable': {
    means: 'The stream did not acknowledge in time. The entry may be counted all the same.',
    remedy: 'Send the same again, with the same `entryId`, after `Retry-After`.',
  },
  'too-busy': {
    means: 'More is waiting than we hold, or than would be written in time.',
    remedy: 'Send the same again after `Retry-After`, fewer at a time.',
  },
  'register-unavailable': {
    means: 'The register of merchants cannot be reached.',
    remedy: 'Send the same again after `Retry-After`.',
  },
  'calendar-ended': {
    means:
      'What is recorded of the time zone of the merchant ends before `occurredAt`. An alarm has told us for a year.',
    remedy: 'Send the same again, with the same `entryId`, after `Retry-After`.',
  },
  'store-unavailable': {
    means: 'The books, or the quarantine, cannot be reached.',
    remedy: 'Ask again after `Retry-After`.',
  },
}

/** The codes of wrong fields. */
export const FIELD_TEXTS = {
  missing: 'A field that has to be there is not.',
  'unknown-field': 'A field that no request of this kind has. `__proto__` is one of them everywhere.',
  'wrong-type': 'Not of the JSON type that the field has.',
  'not-allowed': 'Not one of the values that the field can have.',
  'not-an-integer': 'Not a whole number, or not one that can be read without rounding.',
  'out-of-range': 'Too small or too large; of a list, too short or too long.',
  malformed: 'Not an id: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, but not `.` or `..`.',
  empty: 'Text that must not be empty is.',
  'too-long': 'More characters (code points), or more pairs, than the field may have.',
  'not-unicode': 'Half of a surrogate pair, which no text in Unicode contains.',
  'not-a-currency': 'Not an active ISO 4217 code in capitals.',
  'wrong-currency': "Not the merchant's currency.",
  'currency-fixed': 'Not the currency that the merchant was registered with.',
  'unknown-merchant': 'Nobody is registered under this id, or nobody you may write for.',
  'not-a-time': 'Not an RFC 3339 time on a date that exists.',
  'no-offset': 'A time without `Z` or an offset such as `-03:00`.',
  'finer-than-nanoseconds': 'A time with more than nine decimals of a second.',
  'too-far-ahead': 'More than 5 minutes ahead of our clock.',
  'too-old': 'More than 400 days ago.',
  'not-a-time-zone':
    'Not a zone or link of the IANA database, such as `America/Sao_Paulo`; abbreviations (`BST`) and offsets are none.',
  'not-a-time-of-day': 'Not a time of day from `00:00` to `23:59`.',
  'not-an-id':
    'Not an id, in a parameter of a query: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, but not `.` or `..`.',
  'not-a-cursor': 'Not the `nextCursor` of this very list and filter.',
  'not-a-position': 'Not a position as it was answered when an entry was accepted.',
  'not-an-etag': 'In `If-Match` or `If-None-Match`: neither `*` nor a list of ETags, each in double quotes.',
  'not-a-calendar-date': 'Not a date that exists, written `YYYY-MM-DD`.',
  'calendar-from-not-future':
    'Not a day far enough ahead: it starts within six minutes, or not after every rule that may be in use.',
} as const satisfies Record<string, string>
