import { fileClients } from '#adapters/clients/file-clients'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { readSettings } from '#infra/settings'
import { MERCHANT_PATTERN_RULE, parseMerchantPattern, type MerchantPattern, type Scope } from '#ledger/access'
import { subjectOf, USUAL_TOKEN_LIFETIME_SECONDS } from '#ledger/clients'
import { clientsFolder, issuerFolderIn } from './issuer/folders.ts'
import { notePassingClient } from './issuer/passing-clients.ts'
import { useRunningSystem } from './running-system.ts'

export type LocalTokenOptions = {
  /** Of the client, for people. */
  readonly name?: string
  readonly scopes: readonly Scope[]
  /** Ids of merchants, beginnings such as `acme-*`, or `*`. */
  readonly merchants: readonly string[]
  readonly ttlSeconds?: number
  /** The data folder of the running system. */
  readonly folder?: string
}

/**
 * A token for the running local system. Each call makes a client of its own with that grant, so tokens never change each
 * other. The issuer removes the client after the token has expired. Throws an error for people when no system runs.
 */
export const localToken = async ({
  name = 'npm run token',
  scopes,
  merchants,
  ttlSeconds = USUAL_TOKEN_LIFETIME_SECONDS,
  folder = readSettings().dataFolder,
}: LocalTokenOptions): Promise<string> => {
  const patterns = merchants.map(patternOf)
  const { issuer } = useRunningSystem(folder)
  if (issuer === undefined) throw new Error(NO_ISSUER)
  const issuerFolder = issuerFolderIn(folder)
  const { client, secret = '' } = await fileClients(clientsFolder(issuerFolder)).add({
    kind: 'system',
    name,
    scopes,
    tokenLifetimeSeconds: ttlSeconds,
    redirectUris: [],
  })
  const { clientId } = client
  notePassingClient(issuerFolder, { clientId, expiresAtMs: Date.now() + (ttlSeconds + GRACE_SECONDS) * 1_000 })
  const dynamodb = documentClient()
  try {
    await dynamoGrants(dynamodb, readSettings().tables.grants).put({
      subject: subjectOf(clientId),
      merchants: patterns,
    })
  } finally {
    dynamodb.destroy()
  }
  return await tokenFrom(issuer, { clientId, secret, scopes })
}

/** How long a local token can be valid. */
export const LOCAL_LIFETIME_SECONDS = fileClients('').lifetimeSeconds

const NO_ISSUER =
  'This Daybook takes the tokens of the issuer that TOKEN_ISSUER names and runs none of its own. Get a token there.'

// The issuer asks for the time of the machine as we do; a token is not given at the moment of the note.
const GRACE_SECONDS = 60

const patternOf = (text: string): MerchantPattern => {
  const pattern = parseMerchantPattern(text)
  if (!pattern.ok) throw new Error(`${JSON.stringify(text)} is no merchant: it ${MERCHANT_PATTERN_RULE}.`)
  return pattern.value
}

type TokenRequest = { readonly clientId: string; readonly secret: string; readonly scopes: readonly Scope[] }

const tokenFrom = async (issuer: string, { clientId, secret, scopes }: TokenRequest): Promise<string> => {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    // In a header and not in an argument, which other users of the machine could read.
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
    signal: AbortSignal.timeout(10_000),
  }).catch((cause: unknown) => {
    throw new Error(`The issuer at ${issuer} does not answer. Try again in a moment.`, { cause })
  })
  const answer = (await response.json()) as { readonly access_token?: string; readonly error_description?: string }
  if (answer.access_token !== undefined) return answer.access_token
  throw new Error(`The issuer at ${issuer} gives no token: ${answer.error_description ?? response.status}.`)
}
