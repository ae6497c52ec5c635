/** `oidc-provider` as Daybook's own issuer uses it: client credentials for systems, code with PKCE for people. */
import { randomBytes } from 'node:crypto'
import { Provider, errors, interactionPolicy } from 'oidc-provider'
import type { Adapter, AdapterPayload, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { isScope, SCOPES } from '#ledger/access'
import type { Client, Clients, ClientSecrets } from '#ledger/clients'
import type { OwnKeys } from './own-keys.ts'
import { errorPage, sendPage, signedOutPage, signOutPage } from './pages.ts'
import { shortLived } from './short-lived.ts'
import type { Person } from './people.ts'

export type ProviderParts = {
  /** The URL of the issuer, as its tokens name it. */
  readonly issuer: string
  readonly audience: string
  readonly keys: OwnKeys
  readonly clients: Pick<Clients & ClientSecrets, 'find' | 'accepts'>
  /** The person with this subject, as of now. */
  readonly findPerson: (subject: string) => Person | undefined
}

export const daybookProvider = ({ issuer, audience, keys, clients, findPerson }: ProviderParts): Provider => {
  const configuration: Configuration = {
    adapter: (model: string) => (model === 'Client' ? clientAdapter(clients) : shortLived()),
    jwks: { keys: [...keys.signing] },
    cookies: { keys: [...keys.cookies], names: COOKIES },
    scopes: ['openid', ...SCOPES],
    claims: { openid: ['sub', 'amr', 'auth_time'] },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256'],
    },
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    extraClientMetadata: { properties: [TOKEN_LIFETIME] },
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      // With it, tokens of the scope `openid` would be meant for the issuer and not for Daybook.
      userinfo: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => sendPage(ctx, signOutPage(form)),
        postLogoutSuccessSource: (ctx) => sendPage(ctx, signedOutPage()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => DAYBOOK,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => {
          if (resource !== DAYBOOK) throw new errors.InvalidTarget(`The only resource is ${DAYBOOK}.`)
          settleScopes(ctx, client)
          return {
            audience,
            scope: SCOPES.join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: Number(client[TOKEN_LIFETIME]),
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
    },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? HOUR,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? HOUR,
      AuthorizationCode: 60,
      IdToken: HOUR,
      Interaction: HOUR / 4,
      Session: 12 * HOUR,
      Grant: 12 * HOUR,
    },
    interactions: { policy: signInPolicy(findPerson), url: (_ctx, { uid }) => `/sign-in/${uid}` },
    findAccount: (_ctx, subject) => {
      const person = findPerson(subject)
      return person && { accountId: subject, claims: () => ({ sub: subject }) }
    },
    loadExistingGrant: (ctx) => grantOf(ctx, findPerson),
    renderError: (ctx, { error, error_description: detail }) => sendPage(ctx, errorPage(detail ?? error)),
  }
  const provider = new Provider(issuer, configuration)
  // oidc-provider compares with a secret that it knows. Ours are known as hashes only.
  provider.Client.prototype.compareClientSecret = function (this: { clientId: string }, secret: string) {
    return clients.accepts(this.clientId, secret)
  }
  return provider
}

/** The resource that every token is for. A client need not name it. */
const DAYBOOK = 'urn:daybook'

const TOKEN_LIFETIME = 'token_lifetime_seconds'
const HOUR = 3_600
const COOKIES = { session: 'daybook_session', interaction: 'daybook_sign_in', resume: 'daybook_resume' }

/**
 * oidc-provider looks at the scopes after it has asked for the resource. It would pass over a scope that does not exist,
 * and give a system that names no scope a token without any. As Cognito does, the first is refused, and the second gets
 * all scopes of the client.
 */
const settleScopes = ({ oidc }: KoaContextWithOIDC, client: OidcClient): void => {
  const unknown = [...oidc.requestParamScopes].find((scope) => scope !== 'openid' && !isScope(scope))
  if (unknown !== undefined) throw new errors.InvalidScope('requested scope does not exist', unknown)
  const isSystem = client.grantTypeAllowed('client_credentials')
  if (isSystem && oidc.params !== undefined) oidc.params['scope'] ??= client.scope
}

type OidcClient = InstanceType<Provider['Client']>

/** Read anew at each request, so that a new client, or one that was removed, counts at once. */
const clientAdapter = (clients: Pick<Clients, 'find'>): Adapter => ({
  async find(id) {
    const client = await clients.find(id)
    return client && metadataOf(client)
  },
  ...READ_ONLY,
})

const readOnly = async (): Promise<never> => {
  throw new Error('The issuer only reads clients.')
}
const READ_ONLY = {
  upsert: readOnly,
  consume: readOnly,
  destroy: readOnly,
  revokeByGrantId: readOnly,
  findByUid: readOnly,
  findByUserCode: readOnly,
}

const metadataOf = ({ clientId, kind, name, scopes, tokenLifetimeSeconds, redirectUris }: Client): AdapterPayload => {
  const common = { client_id: clientId, client_name: name, [TOKEN_LIFETIME]: tokenLifetimeSeconds }
  if (kind === 'system') {
    return {
      ...common,
      ...withSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      scope: scopes.join(' '),
    }
  }
  return {
    ...common,
    ...(kind === 'public' ? { token_endpoint_auth_method: 'none' } : withSecret),
    // A program on a person's own machine listens on any free port (RFC 8252, section 7.3).
    application_type: redirectUris.every(isLoopback) ? 'native' : 'web',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [...redirectUris],
    scope: ['openid', ...scopes].join(' '),
  }
}

// oidc-provider wants to know a secret. Nothing is ever compared with this one, and it is known to no client.
const withSecret = {
  token_endpoint_auth_method: 'client_secret_basic',
  client_secret: randomBytes(32).toString('base64url'),
} as const

const isLoopback = (uri: string): boolean =>
  /^http:$/.test(new URL(uri).protocol) && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(uri).hostname)

/** People sign in, and are not asked for consent: the clients are ours. */
const signInPolicy = (findPerson: (subject: string) => Person | undefined) => {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  const { Check } = interactionPolicy
  policy.get('login')?.checks.add(
    new Check('credentials_changed', 'The person was removed, or has new credentials.', ({ oidc }) => {
      const { accountId, loginTs } = oidc.session ?? {}
      if (accountId === undefined) return Check.NO_NEED_TO_PROMPT
      const person = findPerson(accountId)
      // The session knows the second at which it began. One of the very second of the change counts as older.
      const isCurrent = person !== undefined && Number(loginTs) * 1_000 >= person.credentialsMadeAtMs
      return isCurrent ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT
    }),
  )
  return policy
}

/** What the person may do now. The token has of it what the client asks for. */
const grantOf = async (ctx: KoaContextWithOIDC, findPerson: (subject: string) => Person | undefined) => {
  const { account, client, provider } = ctx.oidc
  const person = account && findPerson(account.accountId)
  if (person === undefined || client === undefined) return undefined
  const grant = new provider.Grant({ accountId: person.subject, clientId: client.clientId })
  grant.addOIDCScope('openid')
  grant.addResourceScope(DAYBOOK, person.scopes.join(' '))
  await grant.save()
  return grant
}
