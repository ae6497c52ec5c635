/** `npm run clients`: the programs that the issuer gives tokens to, and the merchants that they may act for. */
import { join } from 'node:path'
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { cognitoClient } from '#adapters/aws/cognito'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { cognitoClients } from '#adapters/clients/cognito-clients'
import { fileClients } from '#adapters/clients/file-clients'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { useRunningSystem } from '#infra/local/running-system'
import { readSettings } from '#infra/settings'
import { SCOPES, type MerchantPattern } from '#ledger/access'
import type { Act, Actor } from '#ledger/actor'
import type { AuditEvent } from '#ledger/audit-event'
import { addClient, clientAdded, clientRevoked, revokeClient, secretAdded, secretDropped } from '#ledger/client-access'
import {
  CLIENT_NAME_RULE,
  isClientName,
  isRedirectUri,
  parseClientId,
  REDIRECT_URI_RULE,
  subjectOf,
  USUAL_TOKEN_LIFETIME_SECONDS,
  type Client,
  type ClientId,
  type ClientKind,
  type Clients,
  type ClientTerms,
} from '#ledger/clients'
import { concurrently } from '#ledger/concurrently'
import { allListed } from '#ledger/listed'
import type { AuditTrail, Clock, Grants } from '#ledger/ports'
import { instantText } from '#wire/entry/instant'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import { merchantsIn, scopesIn } from './grant-arguments.ts'
import { operatorHere } from './operator.ts'
import { counted, table, type Terminal } from './terminal.ts'

export const USAGE = `npm run -s clients -- add --name NAME --scope "SCOPE..." --merchant M... [--ttl SECONDS]
npm run -s clients -- add --name NAME --scope "SCOPE..." --redirect-uri URL... [--public] [--ttl SECONDS]
npm run clients -- list [--json]
npm run -s clients -- rotate ID [--finish | --cancel]
npm run clients -- revoke ID

  add       a system (client credentials), or with --redirect-uri a program at which people sign in
            (authorisation code with PKCE); there, the grant of the person says which merchants
  rotate    makes a second secret, and both are valid; --finish drops the older one,
            --cancel the newer one, for one that was lost before it was used
  revoke    takes the grant and the client away; tokens of a system are refused within a minute

  --name          for people: ${CLIENT_NAME_RULE.replace('must be ', '')}
  --scope         ${SCOPES.join(', ')}; separated by spaces, or repeated
  --merchant      the id of a merchant, the beginning of ids and "*", or "*"; may be repeated
  --redirect-uri  where people come back to after signing in; may be repeated
  --public        the program cannot keep a secret and gets none
  --ttl           how long a token lives, in seconds (default: ${USUAL_TOKEN_LIFETIME_SECONDS}, a day)

The secret of add and rotate is shown once, alone on standard output; everything else is on standard error. So
"… > secret.txt" keeps it out of sight (run umask 077 first). Clients are those of the running local system, or of
the Cognito user pool in USER_POOL_ID.

Exit code: 0 done, 1 refused, 2 wrong arguments, 3 no system runs or answers.`

export type ClientsWorld = {
  readonly clients: Clients
  readonly grants: Grants
  readonly auditTrail: AuditTrail
  readonly clock: Clock
  /** Who runs the command. */
  readonly actor: Actor
}

/** The command over an issuer's clients. They are opened only for arguments that make sense. */
export const clients =
  (openWorld: () => ClientsWorld): Command =>
  async ([action, ...args], terminal) => {
    switch (action) {
      case 'add': {
        const wanted = wantedOf(args)
        return await add(openWorld(), terminal, wanted)
      }
      case 'list': {
        const { json } = readArguments(args, { options: { json: { type: 'boolean', default: false } } }).values
        return await list(openWorld(), terminal, json)
      }
      case 'rotate': {
        const { values, positionals } = readArguments(args, {
          allowPositionals: true,
          options: { finish: { type: 'boolean', default: false }, cancel: { type: 'boolean', default: false } },
        })
        const { finish, cancel } = values
        if (finish && cancel) throw new UsageError('--finish and --cancel exclude each other.')
        const id = onlyId(positionals)
        if (!finish && !cancel) return await addSecret(openWorld(), terminal, id)
        return await dropSecret(openWorld(), terminal, id, finish ? 'older' : 'newer')
      }
      case 'revoke': {
        const id = onlyId(readArguments(args, { allowPositionals: true }).positionals)
        return await revoke(openWorld(), terminal, id)
      }
      default:
        throw new UsageError(
          action === undefined
            ? 'Missing the action: add, list, rotate or revoke.'
            : `${action} is not an action. Write add, list, rotate or revoke first.`,
        )
    }
  }

type Wanted = { readonly terms: ClientTerms; readonly merchants: readonly MerchantPattern[] }

const wantedOf = (args: readonly string[]): Wanted => {
  const { values } = readArguments(args, {
    options: {
      name: { type: 'string' },
      scope: { type: 'string', multiple: true, default: [] },
      merchant: { type: 'string', multiple: true, default: [] },
      'redirect-uri': { type: 'string', multiple: true, default: [] },
      public: { type: 'boolean', default: false },
      ttl: { type: 'string', default: String(USUAL_TOKEN_LIFETIME_SECONDS) },
    },
  })
  const { name, scope, merchant, 'redirect-uri': redirectUris, public: isPublic, ttl } = values
  if (name === undefined) throw new UsageError('Missing --name: what people call the client.')
  if (!isClientName(name)) throw new UsageError(`--name ${CLIENT_NAME_RULE}.`)
  const scopes = scopesIn(scope)
  const kind = kindOf(redirectUris, isPublic)
  if (kind === 'system' && merchant.length === 0) {
    throw new UsageError(
      'Missing --merchant: the merchants that the client may act for, for example --merchant "acme-*".',
    )
  }
  if (kind !== 'system' && merchant.length > 0) {
    throw new UsageError('--merchant belongs to a system. With --redirect-uri, the grant of the person counts.')
  }
  const wrongUri = redirectUris.find((uri) => !isRedirectUri(uri))
  if (wrongUri !== undefined) throw new UsageError(`--redirect-uri ${REDIRECT_URI_RULE}, not ${wrongUri}.`)
  if (!/^\d{1,9}$/.test(ttl)) throw new UsageError(`--ttl must be a number of seconds, not ${ttl}.`)
  const terms = { kind, name, scopes, tokenLifetimeSeconds: Number(ttl), redirectUris: [...new Set(redirectUris)] }
  return { terms, merchants: merchantsIn(merchant) }
}

const kindOf = (redirectUris: readonly string[], isPublic: boolean): ClientKind => {
  if (redirectUris.length > 0) return isPublic ? 'public' : 'sign-in'
  if (isPublic) throw new UsageError('Missing --redirect-uri: at a public client people sign in, and come back there.')
  return 'system'
}

const onlyId = ([id, ...more]: readonly string[]): string => {
  if (id === undefined) throw new UsageError('Missing ID: the id of a client, as list shows it.')
  if (more.length > 0) throw new UsageError(`One client at a time: ${more[0]} is one argument too many.`)
  return id
}

const add = async (world: ClientsWorld, terminal: Terminal, { terms, merchants }: Wanted): Promise<Exit> => {
  const { least, most } = world.clients.lifetimeSeconds
  const { tokenLifetimeSeconds } = terms
  if (tokenLifetimeSeconds < least || tokenLifetimeSeconds > most) {
    throw new UsageError(`--ttl must be ${least} to ${most} seconds, not ${tokenLifetimeSeconds}.`)
  }
  const { client, secret } = await addClient(world, terms, merchants)
  if (secret !== undefined) terminal.print(secret)
  terminal.complain(`Added ${client.clientId} (${client.name}), ${merchantsText(client, merchants)}.`)
  if (secret !== undefined) terminal.complain(SHOWN_ONCE)
  return await publish(world, terminal, (act) => clientAdded(client, merchants, act))
}

const SHOWN_ONCE = 'The line on standard output is its secret. It is not shown again.'

const merchantsText = ({ kind }: Client, merchants: readonly MerchantPattern[]): string => {
  if (kind !== 'system') return 'for the merchants of each person'
  return merchants.length === 0 ? 'for no merchants' : `for ${merchants.join(', ')}`
}

const addSecret = async (world: ClientsWorld, terminal: Terminal, id: string): Promise<Exit> => {
  const clientId = idIn(id)
  if (clientId === undefined) return refuse(terminal, id, 'no-such-client')
  const made = await world.clients.addSecret(clientId)
  if (!made.ok) return refuse(terminal, id, made.error)
  terminal.print(made.value.secret)
  terminal.complain(SHOWN_ONCE)
  terminal.complain(
    `Both secrets of ${clientId} are valid. When its program uses this one: npm run clients -- rotate ${clientId} --finish`,
  )
  return await publish(world, terminal, (act) => secretAdded(clientId, made.value, act))
}

const dropSecret = async (
  world: ClientsWorld,
  terminal: Terminal,
  id: string,
  which: 'older' | 'newer',
): Promise<Exit> => {
  const clientId = idIn(id)
  if (clientId === undefined) return refuse(terminal, id, 'no-such-client')
  const dropped = await world.clients.dropSecret(clientId, which)
  if (!dropped.ok) return refuse(terminal, id, dropped.error)
  const madeAt = instantText(dropped.value.madeAtMs)
  terminal.complain(`The ${which} secret of ${clientId}, made at ${madeAt}, is not valid any more.`)
  return await publish(world, terminal, (act) => secretDropped(clientId, dropped.value, act))
}

const revoke = async (world: ClientsWorld, terminal: Terminal, id: string): Promise<Exit> => {
  const clientId = idIn(id)
  const client = clientId && (await revokeClient(world, clientId))
  if (client === undefined) return refuse(terminal, id, 'no-such-client')
  terminal.complain(
    client.kind === 'system'
      ? `Revoked ${client.clientId} (${client.name}). Its tokens are refused within a minute.`
      : `Revoked ${client.clientId} (${client.name}). People cannot sign in there any more. Tokens that people ` +
          `already have there work for up to ${client.tokenLifetimeSeconds} seconds, unless their grants are taken away.`,
  )
  return await publish(world, terminal, (act) => clientRevoked(client, act))
}

/** Undefined for a text that no client can have as its id. */
const idIn = (text: string): ClientId | undefined => {
  const parsed = parseClientId(text)
  return parsed.ok ? parsed.value : undefined
}

const REFUSALS = {
  'no-such-client': 'there is no such client. Write list to see all.',
  'has-two-secrets':
    'it has two secrets already. Write --finish when its program uses the newer one, or --cancel when that was lost.',
  'has-one-secret': 'it has one secret, and the only one stays. Write rotate without an option to make a second one.',
  'has-no-secrets': 'it is a public client and has no secrets.',
} as const

const refuse = (terminal: Terminal, id: string, why: keyof typeof REFUSALS): Exit => {
  terminal.complain(`${id}: ${REFUSALS[why]}`)
  return EXIT.refused
}

/** Tells the archive what is done. It stays done when that fails. */
const publish = async (
  { auditTrail, clock, actor }: ClientsWorld,
  terminal: Terminal,
  eventOf: (act: Act) => AuditEvent,
): Promise<Exit> => {
  try {
    await auditTrail.publish(eventOf({ ...actor, atMs: clock() }))
    return EXIT.done
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    terminal.complain(`This is done, but the archive was not told who did it: ${why}`)
    return EXIT.refused
  }
}

type Listed = { readonly client: Client; readonly merchants: readonly MerchantPattern[] }

const list = async ({ clients, grants }: ClientsWorld, terminal: Terminal, json: boolean): Promise<Exit> => {
  const all = await allListed(clients.list)
  const listed = await concurrently(all, GRANTS_AT_ONCE, async (client): Promise<Listed> => {
    const grant = await grants.find(subjectOf(client.clientId))
    return { client, merchants: grant?.merchants ?? [] }
  })
  if (json) terminal.printJson(listed.map(jsonOf), 2)
  else {
    if (listed.length > 0) terminal.print(...table(HEADINGS, listed.map(rowOf)))
    terminal.complain(`${counted(listed.length, 'client', 'clients')}.`)
  }
  return EXIT.done
}

const GRANTS_AT_ONCE = 8

const HEADINGS = ['client', 'kind', 'name', 'scopes', 'merchants', 'token lives (s)', 'secrets made at']

const rowOf = ({ client, merchants }: Listed): readonly string[] => [
  client.clientId,
  client.kind,
  client.name,
  client.scopes.join(' '),
  client.kind === 'system' ? merchants.join(' ') || 'none' : 'the person’s',
  String(client.tokenLifetimeSeconds),
  client.secretsMadeAtMs.map(instantText).join(' ') || 'none',
]

const jsonOf = ({ client, merchants }: Listed) => {
  const { clientId, kind, name, scopes, tokenLifetimeSeconds, redirectUris, secretsMadeAtMs } = client
  const secretsMadeAt = secretsMadeAtMs.map(instantText)
  return { clientId, kind, name, scopes, merchants, tokenLifetimeSeconds, redirectUris, secretsMadeAt }
}

/** The user pool that the environment names, with its AWS, or else the local system. The two are never mixed. */
const openWorld = (): ClientsWorld => {
  const { AWS_ENDPOINT_URL_DYNAMODB: store, AWS_ENDPOINT_URL_KINESIS: stream } = process.env
  const { userPoolId, dataFolder, tokens, tables, streamName } = readSettings()
  if (userPoolId === undefined && (store === undefined || stream === undefined)) useRunningSystem()
  if (userPoolId !== undefined && tokens.scopePrefix === '') throw new Error(NO_SCOPE_PREFIX)
  return {
    clients:
      userPoolId === undefined
        ? fileClients(join(dataFolder, 'issuer', 'clients'))
        : cognitoClients(cognitoClient(), { userPoolId, scopePrefix: tokens.scopePrefix }),
    grants: dynamoGrants(documentClient(), tables.grants),
    auditTrail: streamAuditTrail(kinesisEntryStream(kinesisClient(), streamName)),
    clock: Date.now,
    actor: operatorHere(),
  }
}

const NO_SCOPE_PREFIX =
  'USER_POOL_ID is set and SCOPE_PREFIX is not. Set it to the resource server of the pool and a slash, such as daybook/.'

if (import.meta.main) await runCommand(clients(openWorld), USAGE)
