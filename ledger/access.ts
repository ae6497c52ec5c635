/**
 * Who may do what: a token names its caller and the caller's scopes; a grant names the merchants that the caller may act
 * for. What a token says about merchants counts for nothing, so a grant that is taken away counts at once, and not only
 * when the token has expired.
 */
import { CLIENT_ID, type Brand, type MerchantId } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'

/** What a caller may do, for the merchants of its grant. */
export const SCOPES = ['entries:write', 'transfers:write', 'ledger:read', 'merchants:admin', 'operations'] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text)

/** The name of a client or of a person, unique at the issuer: the claim `sub` of a token. */
export type Subject = Brand<string, 'Subject'>

/** OpenID Connect Core 1.0, section 2: at most 255 ASCII characters. A space or a control character names nothing. */
export const parseSubject = (text: string): Result<Subject, 'not-a-subject'> =>
  /^[\x21-\x7e]{1,255}$/.test(text) ? ok(text as Subject) : refuse('not-a-subject')

/** The sender of a request, as a verified token names it. */
export type Caller = {
  readonly subject: Subject
  readonly scopes: ReadonlySet<Scope>
  /** From this time on the token counts for nothing. */
  readonly expiresAtMs: number
}

/** One merchant (`acme-1`), all whose id begins alike (`acme-*`), or all (`*`). */
export type MerchantPattern = Brand<string, 'MerchantPattern'>

export const MERCHANT_PATTERN_RULE = `must be the id of a merchant, the beginning of ids followed by "*", or "*"`

export const parseMerchantPattern = (text: string): Result<MerchantPattern, 'not-a-merchant-pattern'> =>
  // The beginning of an id need not be an id: "." is none, and ".*" means something.
  CLIENT_ID.test(text) || /^[A-Za-z0-9._:-]{0,63}\*$/.test(text)
    ? ok(text as MerchantPattern)
    : refuse('not-a-merchant-pattern')

const EVERY_MERCHANT = '*' as MerchantPattern

/** The merchants that a client or person may act for. */
export type Grant = { readonly subject: Subject; readonly merchants: readonly MerchantPattern[] }

/** Which merchants a caller may act for now. */
export type GrantedMerchants = {
  covers(merchantId: MerchantId): boolean
  /** Whether every merchant is covered, those to come included. */
  readonly coversAll: boolean
  /** The patterns, for a list that can be read without reading what is not covered. */
  readonly patterns: readonly MerchantPattern[]
}

export const grantedMerchants = (patterns: readonly MerchantPattern[]): GrantedMerchants => {
  const ids = new Set<string>(patterns.filter((pattern) => !pattern.endsWith('*')))
  const beginnings = new Set<string>(
    patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1)),
  )
  // A grant may hold thousands of beginnings, and they have few lengths: at most 64.
  const lengths = [...new Set(Array.from(beginnings, ({ length }) => length))]
  return {
    covers: (merchantId) =>
      ids.has(merchantId) || lengths.some((length) => beginnings.has(merchantId.slice(0, length))),
    coversAll: patterns.includes(EVERY_MERCHANT),
    patterns,
  }
}

/** Of a client without a grant, or whose grant was taken away. */
export const NO_MERCHANTS: GrantedMerchants = grantedMerchants([])
