/**
 * Clients: the programs that the issuer gives tokens to. A client says which scopes its tokens may have and how long
 * they live. Its merchants are in its grant, whose subject is the id of the client.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Scope, Subject } from './access.ts'
import type { Brand } from './identifiers.ts'
import type { Listed, Page } from './ports.ts'
import { ok, refuse, type Result } from './result.ts'

/** The issuer makes it. It is a subject of grants, and safe in the name of a file and in a URL. */
export type ClientId = Brand<string, 'ClientId'>

/** The ids that we make are narrower, and so are Cognito's, of letters, digits, "_" and "+". */
export const parseClientId = (text: string): Result<ClientId, 'not-a-client-id'> =>
  /^[A-Za-z0-9_+-]{1,128}$/.test(text) ? ok(text as ClientId) : refuse('not-a-client-id')

/** The subject that the tokens of a system name, and by which its grant is found. */
export const subjectOf = (clientId: ClientId): Subject => clientId as string as Subject

/**
 * - `system`: a program that acts for itself (client credentials, with a secret).
 * - `sign-in`: a server at which people sign in (authorisation code with PKCE, with a secret), such as the web's.
 * - `public`: a program at which people sign in and that cannot keep a secret (authorisation code with PKCE).
 *
 * The tokens of a sign-in or public client name the person, so the grant of the person counts.
 */
export type ClientKind = 'system' | 'sign-in' | 'public'

export type ClientTerms = {
  readonly kind: ClientKind
  /** For people. It need not be unique. */
  readonly name: string
  /** The scopes that its tokens may have, at most. */
  readonly scopes: readonly Scope[]
  readonly tokenLifetimeSeconds: number
  /** The addresses to which a person may come back after signing in; none for a system. */
  readonly redirectUris: readonly string[]
}

export type Client = ClientTerms & {
  readonly clientId: ClientId
  /** When the secrets that are valid now were made, the older first: two while rotating, none of a public client. */
  readonly secretsMadeAtMs: readonly number[]
}

/** A secret that is shown once. Neither the issuer nor Daybook can show it again. */
type NewSecret = { readonly secret: string; readonly madeAtMs: number }

/** The characters are those that Cognito takes, so that a name which is good locally is good on AWS. */
export const isClientName = (text: string): boolean => /^[\w+=,.@-]([\w +=,.@-]{0,126}[\w+=,.@-])?$/.test(text)

export const CLIENT_NAME_RULE =
  'must be 1 to 128 letters A-Z a-z, digits, spaces or _ + = , . @ -, and no space at its ends'

/** What is sent there lets its reader in, so it must not travel in the open, except within one machine. */
export const isRedirectUri = (text: string): boolean => {
  const url = /^https?:\/\/[\x21-\x7e]{1,1000}$/.test(text) && !text.includes('#') ? URL.parse(text) : null
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && OWN_MACHINE.includes(url.hostname))
}

export const REDIRECT_URI_RULE =
  'must be an https URL without credentials and fragment, or an http URL of localhost, 127.0.0.1 or [::1]'

const OWN_MACHINE = ['localhost', '127.0.0.1', '[::1]']

/** At the issuer: local files, or Cognito. */
export type Clients = {
  /** The token lifetimes that the issuer can keep. */
  readonly lifetimeSeconds: { readonly least: number; readonly most: number }
  /**
   * Makes a client with an id that was never used before, and its first secret unless it is public. Durable when it
   * returns. Each call makes another client: a call that threw may have left one whose secret is lost.
   */
  add(terms: ClientTerms): Promise<AddedClient>
  /** As it is now, never from a memory. Any text may be asked for. */
  find(clientId: string): Promise<Client | undefined>
  /** Page by page in some fixed order; a page without `next` is the last, and a page may be short. */
  list(page: Page): Promise<Listed<Client>>
  /**
   * Makes a second secret; the first stays valid. Of several calls at the same moment, at most one succeeds. A call that
   * threw may have made a secret that is lost: then the newer one is to be dropped.
   */
  addSecret(clientId: ClientId): Promise<Result<NewSecret, 'no-such-client' | 'has-two-secrets' | 'has-no-secrets'>>
  /** From now on, one of two secrets is not valid any more. Answers when it was made. The only secret stays. */
  dropSecret(
    clientId: ClientId,
    which: 'older' | 'newer',
  ): Promise<Result<{ readonly madeAtMs: number }, 'no-such-client' | 'has-one-secret' | 'has-no-secrets'>>
  /** The client gets no tokens any more. Durable when it returns; an unknown client is success. */
  remove(clientId: ClientId): Promise<void>
}

export type AddedClient = { readonly client: Client; readonly secret: string | undefined }

/** What an issuer of our own asks beside. Cognito does this itself. */
export type ClientSecrets = {
  /**
   * Whether the secret is one of those that are valid now, read anew at each call. Any texts may be asked for. The time
   * that the comparison takes says nothing about a secret.
   */
  accepts(clientId: string, secret: string): Promise<boolean>
}

/** One day: Cognito's tokens are paid for one by one. */
export const USUAL_TOKEN_LIFETIME_SECONDS = 86_400

/**
 * What is kept of a secret. A slow hash makes each guess expensive, which protects passwords that can be guessed. It would
 * add nothing here, because a secret is 256 random bits.
 */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** Whether the secret has one of the hashes. Every hash is compared, each in constant time. */
export const hasHashIn = (secret: string, hashes: readonly string[]): boolean => {
  const hash = Buffer.from(secretHash(secret))
  return hashes.filter((known) => isSame(Buffer.from(known), hash)).length > 0
}

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
