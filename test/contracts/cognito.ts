/**
 * A user pool of Cognito in memory behind the SDK's own client. It takes what AWS documents, and answers in the
 * documented shapes: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/
 */
import { randomUUID } from 'node:crypto'
import {
  DescribeUserPoolClientCommand,
  InvalidParameterException,
  LimitExceededException,
  ResourceNotFoundException,
  type ClientSecretDescriptorType,
  type CognitoIdentityProviderClient,
  type CreateUserPoolClientRequest,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider'
import { cognitoClient } from '#adapters/aws/cognito'

/** `others` are clients of the pool that another tool has made. */
export const fakeCognito = (others: readonly UserPoolClientType[] = []): CognitoIdentityProviderClient => {
  const clients = new Map(others.map((client) => [client.ClientId ?? '', client]))
  const secrets = secretCalls((clientId) => clients.get(clientId)?.ClientSecret !== undefined)
  const known = (clientId = ''): UserPoolClientType => clients.get(clientId) ?? notFound(clientId)
  return answering({
    CreateUserPoolClient({ GenerateSecret, ...wanted }: CreateUserPoolClientRequest) {
      refuseWhatAwsRefuses(wanted)
      const ClientId = randomUUID().replaceAll('-', '').slice(0, 26)
      const made = { ...wanted, ClientId, CreationDate: new Date(), ...(GenerateSecret && { ClientSecret: aSecret() }) }
      clients.set(ClientId, made)
      return { UserPoolClient: made }
    },
    DescribeUserPoolClient: ({ ClientId }: Named) => ({ UserPoolClient: known(ClientId) }),
    ListUserPoolClients({ MaxResults = 0, NextToken = '0' }: { MaxResults?: number; NextToken?: string }) {
      if (MaxResults < 1 || MaxResults > 60) throw invalid('MaxResults')
      const [start, all] = [Number(NextToken), [...clients.values()]]
      const end = start + MaxResults
      const UserPoolClients = all.slice(start, end).map(({ ClientId, ClientName }) => ({ ClientId, ClientName }))
      return { UserPoolClients, ...(end < all.length && { NextToken: String(end) }) }
    },
    DeleteUserPoolClient({ ClientId = '' }: Named) {
      known(ClientId)
      clients.delete(ClientId)
      return {}
    },
    ListUserPoolClientSecrets: (input: Named) => (known(input.ClientId), secrets.ListUserPoolClientSecrets(input)),
    AddUserPoolClientSecret: (input: Named) => (known(input.ClientId), secrets.AddUserPoolClientSecret(input)),
    DeleteUserPoolClientSecret: (input: NamedSecret) => (
      known(input.ClientId),
      secrets.DeleteUserPoolClientSecret(input)
    ),
  })
}

/**
 * A client of a Cognito that does not know the calls for secrets, as moto 5.2.5 does not: these are answered here, when
 * the client with that secret exists there.
 */
export const withSecretCalls = (client: CognitoIdentityProviderClient): CognitoIdentityProviderClient => {
  const confidential = new Set<string>()
  const secrets = secretCalls((clientId) => confidential.has(clientId))
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const name = commandName.replace(/Command$/, '')
        const input = args.input as Named & NamedSecret & { readonly UserPoolId: string }
        if (name in secrets) {
          // It throws when there is no such client.
          const { UserPoolId, ClientId } = input
          await client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }))
          return { response: {}, output: { ...secrets[name as keyof typeof secrets](input), $metadata: {} } }
        }
        const result = await next(args)
        const { UserPoolClient: made } = result.output as { UserPoolClient?: UserPoolClientType }
        if (made?.ClientId !== undefined && made.ClientSecret !== undefined) confidential.add(made.ClientId)
        return result
      },
    { step: 'initialize', priority: 'low' },
  )
  return client
}

type Named = { readonly ClientId?: string | undefined }
type NamedSecret = Named & { readonly ClientSecretId?: string | undefined }

/** The calls for secrets of the clients that have one. Two at most, and never none. */
const secretCalls = (hasSecret: (clientId: string) => boolean) => {
  const made = new Map<string, readonly ClientSecretDescriptorType[]>()
  let seconds = Date.parse('2026-11-20T12:00:00Z') / 1_000
  const describe = (clientId: string): ClientSecretDescriptorType => {
    seconds += 60
    return { ClientSecretId: `${clientId}--${seconds}`, ClientSecretCreateDate: new Date(seconds * 1_000) }
  }
  const of = (clientId: string): readonly ClientSecretDescriptorType[] => {
    if (!hasSecret(clientId)) throw invalid('The client has no secret')
    const known = made.get(clientId) ?? [describe(clientId)]
    made.set(clientId, known)
    return known
  }
  return {
    ListUserPoolClientSecrets: ({ ClientId = '' }: Named) => ({ ClientSecrets: of(ClientId).toReversed() }),
    AddUserPoolClientSecret({ ClientId = '' }: Named) {
      const known = of(ClientId)
      if (known.length > 1) throw new LimitExceededException({ message: 'Two secrets at most', $metadata: {} })
      const added = describe(ClientId)
      made.set(ClientId, [...known, added])
      return { ClientSecretDescriptor: { ...added, ClientSecretValue: aSecret() } }
    },
    DeleteUserPoolClientSecret({ ClientId = '', ClientSecretId }: NamedSecret) {
      const left = of(ClientId).filter((secret) => secret.ClientSecretId !== ClientSecretId)
      if (left.length === 0) throw invalid('The last secret stays')
      if (left.length === of(ClientId).length) throw notFound(ClientSecretId)
      made.set(ClientId, left)
      return {}
    },
  }
}

/** 51 letters and digits, as Cognito makes them. */
const aSecret = (): string => `${randomUUID()}${randomUUID()}`.replaceAll('-', '').slice(0, 51)

const refuseWhatAwsRefuses = (wanted: CreateUserPoolClientRequest): void => {
  const { ClientName = '', AllowedOAuthFlows = [], AllowedOAuthScopes = [], AccessTokenValidity = 1 } = wanted
  if (!/^[\w\s+=,.@-]{1,128}$/.test(ClientName)) throw invalid('ClientName')
  if (AllowedOAuthFlows.includes('client_credentials') && AllowedOAuthFlows.length > 1)
    throw invalid('AllowedOAuthFlows')
  const theirs = AllowedOAuthScopes.filter((scope) => !scope.startsWith(SCOPE_PREFIX))
  const isSystem = AllowedOAuthFlows.includes('client_credentials')
  if (theirs.some((scope) => isSystem || scope !== 'openid')) throw invalid('AllowedOAuthScopes')
  const seconds =
    wanted.TokenValidityUnits?.AccessToken === 'seconds' ? AccessTokenValidity : AccessTokenValidity * 3_600
  if (seconds < 300 || seconds > 86_400) throw invalid('AccessTokenValidity')
}

/** The scopes of the pool's resource server begin with this. */
export const SCOPE_PREFIX = 'daybook/'

const notFound = (what = ''): never => {
  throw new ResourceNotFoundException({ message: `${what} does not exist.`, $metadata: {} })
}

const invalid = (what: string) => new InvalidParameterException({ message: what, $metadata: {} })

const answering = (answers: Readonly<Record<string, (input: never) => object>>): CognitoIdentityProviderClient => {
  const client = cognitoClient({ maxAttempts: 1 })
  client.middlewareStack.add(
    (_next, { commandName = '' }) =>
      async (args) => {
        const answer = answers[commandName.replace(/Command$/, '')]
        if (answer === undefined) throw new Error(`The fake knows no ${commandName}.`)
        return { response: {}, output: { ...answer(args.input as never), $metadata: {} } }
      },
    { step: 'initialize', priority: 'low' },
  )
  return client
}
