/**
 * Clients of a Cognito user pool, which keeps their secrets itself. A client of the pool without an OAuth flow gets no
 * token with our scopes, so it is not shown as one of ours.
 */
import {
  AddUserPoolClientSecretCommand,
  CreateUserPoolClientCommand,
  DeleteUserPoolClientCommand,
  DeleteUserPoolClientSecretCommand,
  DescribeUserPoolClientCommand,
  InvalidParameterException,
  LimitExceededException,
  ListUserPoolClientSecretsCommand,
  ListUserPoolClientsCommand,
  ResourceNotFoundException,
  type CognitoIdentityProviderClient,
  type CreateUserPoolClientCommandInput,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider'
import { isScope } from '#ledger/access'
import type { Client, ClientId, Clients, ClientTerms } from '#ledger/clients'
import { concurrently } from '#ledger/concurrently'
import { ok, refuse } from '#ledger/result'

type Pool = {
  readonly userPoolId: string
  /** What the pool writes in front of the name of a scope: the resource server and a slash. */
  readonly scopePrefix: string
}

export const cognitoClients = (cognito: CognitoIdentityProviderClient, { userPoolId, scopePrefix }: Pool): Clients => {
  const of = (clientId: string) => ({ UserPoolId: userPoolId, ClientId: clientId })

  const describe = async (clientId: string): Promise<UserPoolClientType | undefined> => {
    const described = await unlessNotFound(cognito.send(new DescribeUserPoolClientCommand(of(clientId))))
    return described?.UserPoolClient
  }

  /** The older first; undefined without such a client. */
  const secretsOf = async (clientId: string): Promise<readonly CognitoSecret[] | undefined> => {
    const listed = cognito.send(new ListUserPoolClientSecretsCommand(of(clientId)))
    const answer = await unlessNotFound(
      listed.catch((error: unknown) => {
        // Of a public client there is nothing to list.
        if (error instanceof InvalidParameterException) return { ClientSecrets: [] }
        throw error
      }),
    )
    return answer?.ClientSecrets?.map(cognitoSecret).toSorted(
      (a, b) => a.madeAtMs - b.madeAtMs || (a.id < b.id ? -1 : 1),
    )
  }

  const find = async (clientId: string): Promise<Client | undefined> => {
    // Cognito takes no other characters.
    if (!/^[\w+]{1,128}$/.test(clientId)) return undefined
    const described = await describe(clientId)
    if (described === undefined || !isForOAuth(described)) return undefined
    const secrets = await secretsOf(clientId)
    return secrets && clientOf(described, secrets, scopePrefix)
  }

  return {
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
    lifetimeSeconds: { least: 300, most: 86_400 },

    async add(terms) {
      const { UserPoolClient = {} } = await cognito.send(
        new CreateUserPoolClientCommand({ UserPoolId: userPoolId, ...settingsOf(terms, scopePrefix) }),
      )
      const client = await find(UserPoolClient.ClientId ?? '')
      if (client === undefined) throw new Error('Cognito has made a client and does not find it. Try again later.')
      return { client, secret: UserPoolClient.ClientSecret }
    },

    find,

    async list({ limit, after }) {
      const { UserPoolClients = [], NextToken } = await cognito.send(
        new ListUserPoolClientsCommand({
          UserPoolId: userPoolId,
          MaxResults: Math.min(limit, MOST_LISTED),
          NextToken: after,
        }),
      )
      const found = await concurrently(UserPoolClients, AT_ONCE, ({ ClientId = '' }) => find(ClientId))
      return {
        items: found.filter((client) => client !== undefined),
        ...(NextToken !== undefined && { next: NextToken }),
      }
    },

    async addSecret(clientId) {
      const secrets = await secretsOf(clientId)
      if (secrets === undefined) return refuse('no-such-client')
      if (secrets.length === 0) return refuse('has-no-secrets')
      if (secrets.length > 1) return refuse('has-two-secrets')
      try {
        const { ClientSecretDescriptor: made = {} } = await cognito.send(
          new AddUserPoolClientSecretCommand(of(clientId)),
        )
        if (made.ClientSecretValue === undefined) throw new Error('Cognito has made a secret and does not tell it.')
        return ok({ secret: made.ClientSecretValue, madeAtMs: cognitoSecret(made).madeAtMs })
      } catch (error) {
        // Another call has made one at the same moment.
        if (error instanceof LimitExceededException) return refuse('has-two-secrets')
        if (error instanceof ResourceNotFoundException) return refuse('no-such-client')
        throw error
      }
    },

    async dropSecret(clientId, which) {
      const secrets = await secretsOf(clientId)
      if (secrets === undefined) return refuse('no-such-client')
      if (secrets.length === 0) return refuse('has-no-secrets')
      const [older, newer] = secrets
      if (older === undefined || newer === undefined) return refuse('has-one-secret')
      const { id, madeAtMs } = which === 'older' ? older : newer
      await cognito.send(new DeleteUserPoolClientSecretCommand({ ...of(clientId), ClientSecretId: id }))
      return ok({ madeAtMs })
    },

    async remove(clientId) {
      await unlessNotFound(cognito.send(new DeleteUserPoolClientCommand(of(clientId))))
    },
  }
}

const MOST_LISTED = 60
// Cognito allows some ten of these calls a second.
const AT_ONCE = 4

type CognitoSecret = { readonly id: string; readonly madeAtMs: number }

const cognitoSecret = (described: {
  readonly ClientSecretId?: string | undefined
  readonly ClientSecretCreateDate?: Date | undefined
}): CognitoSecret => ({
  id: described.ClientSecretId ?? '',
  madeAtMs: described.ClientSecretCreateDate?.getTime() ?? 0,
})

const settingsOf = (
  { kind, name, scopes, tokenLifetimeSeconds, redirectUris }: ClientTerms,
  scopePrefix: string,
): Omit<CreateUserPoolClientCommandInput, 'UserPoolId'> => {
  const ourScopes = scopes.map((scope) => `${scopePrefix}${scope}`)
  return {
    ClientName: name,
    GenerateSecret: kind !== 'public',
    AllowedOAuthFlowsUserPoolClient: true,
    ...(kind === 'system'
      ? { AllowedOAuthFlows: ['client_credentials'], AllowedOAuthScopes: ourScopes }
      : {
          AllowedOAuthFlows: ['code'],
          AllowedOAuthScopes: ['openid', ...ourScopes],
          CallbackURLs: [...redirectUris],
          SupportedIdentityProviders: ['COGNITO'],
        }),
    AccessTokenValidity: tokenLifetimeSeconds,
    TokenValidityUnits: { AccessToken: 'seconds' },
    // Without a list, Cognito also lets people sign in beside its own page.
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
    EnableTokenRevocation: true,
    PreventUserExistenceErrors: 'ENABLED',
  }
}

const isForOAuth = ({ AllowedOAuthFlows = [] }: UserPoolClientType): boolean => AllowedOAuthFlows.length > 0

const clientOf = (described: UserPoolClientType, secrets: readonly CognitoSecret[], scopePrefix: string): Client => {
  const {
    ClientId = '',
    ClientName = '',
    AllowedOAuthFlows = [],
    AllowedOAuthScopes = [],
    CallbackURLs = [],
  } = described
  const ours = AllowedOAuthScopes.filter((name) => name.startsWith(scopePrefix))
  const signsIn = secrets.length === 0 ? 'public' : 'sign-in'
  return {
    clientId: ClientId as ClientId,
    kind: AllowedOAuthFlows.includes('client_credentials') ? 'system' : signsIn,
    name: ClientName,
    scopes: ours.map((name) => name.slice(scopePrefix.length)).filter(isScope),
    tokenLifetimeSeconds: lifetimeOf(described),
    redirectUris: CallbackURLs,
    secretsMadeAtMs: secrets.map(({ madeAtMs }) => madeAtMs),
  }
}

/** Another tool may have given it in hours, which is Cognito's own unit, or not at all, which is one hour. */
const lifetimeOf = ({ AccessTokenValidity = 0, TokenValidityUnits }: UserPoolClientType): number =>
  AccessTokenValidity === 0 ? SECONDS.hours : AccessTokenValidity * SECONDS[TokenValidityUnits?.AccessToken ?? 'hours']

const SECONDS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 }

const unlessNotFound = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}
