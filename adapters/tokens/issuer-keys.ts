/**
 * The keys that an issuer publishes (OpenID Connect Discovery 1.0). They are read when they are needed first, again now
 * and then, and again for a key that is not among them. While the issuer does not answer, the known keys go on.
 */
import { createPublicKey } from 'node:crypto'
import type { Jwk, Jwks } from 'aws-jwt-verify/jwk'
import { ageMs, BOTH_CLOCKS, momentOf, type Moment } from '#ledger/memory/short-memory'
import type { Clock } from '#ledger/ports'

export type IssuerKeys = {
  /** Whether the issuer publishes this key. Throws when that cannot be told, because the issuer does not answer. */
  has(keyId: string): Promise<boolean>
  /** Returns once the keys are known. Throws when they are not, and the issuer does not answer. */
  ready(): Promise<void>
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type IssuerKeysParts = {
  /** Hears the keys each time they were read. */
  readonly onRead: (keys: Jwks) => void
  /** Hears why the keys could not be read. */
  readonly onTrouble?: ((error: unknown) => void) | undefined
  readonly fetch?: Fetch | undefined
  readonly clocks?: readonly Clock[] | undefined
}

/** Known keys of this age are read again in the background. */
export const REFRESH_AFTER_MS = 5 * 60_000

/**
 * Of a service without requests, no background reads anything. Keys of this age are read before they are used, so a key
 * that was withdrawn counts for no longer than this.
 */
export const STALE_AFTER_MS = 10 * 60_000

/**
 * How long the known keys go on while the issuer does not answer. This is the usual life of a token: later, every token
 * that was issued before the trouble has expired, and going on would help only a thief of an old key.
 */
export const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000

/**
 * Keys are read at most this often, whatever the tokens of strangers name. A key that the issuer has just begun to use is
 * found within this time; an issuer that publishes a key before it signs with it, as most do, makes no client wait.
 */
export const PAUSE_MS = 10_000

/** After a failure, the next try comes no sooner. */
export const RETRY_AFTER_MS = 1_000

// The configuration and the keys together, so that a request waits no longer.
const MOST_MS = 3_000
// Large sets of keys, with their certificates, take some 20 KB.
const MOST_BYTES = 256 * 1024

export const issuerKeys = (
  issuer: string,
  { onRead, onTrouble = () => {}, fetch = globalThis.fetch, clocks = BOTH_CLOCKS }: IssuerKeysParts,
): IssuerKeys => {
  let known: { readonly ids: ReadonlySet<string>; readonly readAt: Moment } | undefined
  let last: { readonly failure?: { readonly cause: unknown }; readonly endedAt: Moment } | undefined
  let reading: Promise<void> | undefined

  const read = async (): Promise<void> => {
    // Taken before the keys are read: one may be withdrawn while the answer is on its way.
    const readAt = momentOf(clocks)
    try {
      const keys = await fetchKeys(issuer, fetch)
      onRead(keys)
      known = { ids: new Set(keys.keys.map(({ kid }) => kid ?? '')), readAt }
      last = { endedAt: momentOf(clocks) }
    } catch (cause) {
      last = { failure: { cause }, endedAt: momentOf(clocks) }
      onTrouble(cause)
      throw cause
    } finally {
      reading = undefined
    }
  }

  /** Reads the keys, unless that was just done. Callers share one read. Throws when the newest read has failed. */
  const readAgain = async (): Promise<void> => {
    if (reading === undefined && last !== undefined) {
      const { failure, endedAt } = last
      if (ageMs(endedAt, clocks) < (failure === undefined ? PAUSE_MS : RETRY_AFTER_MS)) {
        if (failure !== undefined) throw failure.cause
        return
      }
    }
    reading ??= read()
    await reading
  }

  // Its failure has been heard by `onTrouble`.
  const readInBackground = () => void readAgain().catch(() => {})

  const ready = async (): Promise<void> => {
    const age = known === undefined ? Infinity : ageMs(known.readAt, clocks)
    if (age >= FORGOTTEN_AFTER_MS) return await readAgain()
    // While the issuer is in trouble, requests do not wait for it one after the other.
    if (age >= STALE_AFTER_MS && last?.failure === undefined) await readAgain().catch(() => {})
    else if (age >= REFRESH_AFTER_MS) readInBackground()
  }

  return {
    ready,
    async has(keyId) {
      await ready()
      if (known?.ids.has(keyId) !== true) await readAgain()
      return known?.ids.has(keyId) === true
    },
  }
}

const fetchKeys = async (issuer: string, fetch: Fetch): Promise<Jwks> => {
  const signal = AbortSignal.timeout(MOST_MS)
  const get = async (url: string) => await fetchJson(url, { fetch, signal })
  // Section 4.1: a slash at the end of an issuer is left out here.
  const configuration = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (configuration['issuer'] !== issuer) {
    // Section 4.3: otherwise one issuer could pass off the keys of another as its own.
    throw new Error(`the configuration of ${issuer} is that of ${JSON.stringify(configuration['issuer'])}`)
  }
  const { keys } = await get(placeOfKeys(issuer, configuration['jwks_uri']))
  if (!Array.isArray(keys)) throw new Error(`the keys of ${issuer} are no list`)
  return { keys: keys.flatMap(usableKey) }
}

const placeOfKeys = (issuer: string, jwksUri: unknown): string => {
  const url = URL.parse(String(jwksUri))
  // Keys that come over a bare connection could have been exchanged on the way. Only an issuer on such a connection may have them there.
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && issuer.startsWith('http:'))) return url.href
  throw new Error(`${JSON.stringify(jwksUri)} is no place for the keys of ${issuer}`)
}

type Bounds = { readonly fetch: Fetch; readonly signal: AbortSignal }

const fetchJson = async (url: string, { fetch, signal }: Bounds): Promise<Record<string, unknown>> => {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${url} answers ${response.status}`)
  }
  const value: unknown = JSON.parse(await textOf(url, response))
  if (isObject(value)) return value
  throw new Error(`${url} answers no JSON object`)
}

const textOf = async (url: string, response: Response): Promise<string> => {
  const pieces: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the rest.
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength
    if (bytes > MOST_BYTES) throw new Error(`${url} answers more than ${MOST_BYTES} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

/**
 * The key, if signatures can be checked with it. A set may hold keys for other uses, and of kinds to come: those must not
 * stand in the way of the others.
 */
const usableKey = (given: unknown): readonly Jwk[] => {
  if (!isObject(given)) return []
  const fields = KEY_FIELDS.filter((name) => given[name] !== undefined)
  if (fields.some((name) => typeof given[name] !== 'string')) return []
  const key = Object.fromEntries(fields.map((name) => [name, given[name]])) as Jwk
  if (key.kid === undefined || (key.use ?? 'sig') !== 'sig' || !['RSA', 'EC', 'OKP'].includes(key.kty)) return []
  try {
    createPublicKey({ key, format: 'jwk' })
    return [key]
  } catch {
    return []
  }
}

const KEY_FIELDS = ['kid', 'kty', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'] as const

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
