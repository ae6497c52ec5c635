/**
 * A client and its grant lie in two places, and no write touches both. A client can do nothing without a grant, so the
 * grant comes last when a client is added, and goes first when it is revoked. What a crash leaves behind is a client
 * without a grant, or one whose secret was never shown: it is harmless, it is listed, and it can be revoked.
 */
import type { MerchantPattern } from './access.ts'
import type { Act } from './actor.ts'
import type { AuditEvent } from './audit-event.ts'
import { subjectOf, type AddedClient, type Client, type ClientId, type Clients, type ClientTerms } from './clients.ts'
import type { Grants } from './ports.ts'

type Ports = { readonly clients: Clients; readonly grants: Grants }

/**
 * The client may act for these merchants when this returns, so its secret works as soon as it is shown. Tokens of a
 * sign-in or public client name a person, whose own grant counts, so such a client has no merchants.
 */
export const addClient = async (
  { clients, grants }: Ports,
  terms: ClientTerms,
  merchants: readonly MerchantPattern[],
): Promise<AddedClient> => {
  const added = await clients.add(terms)
  const { clientId } = added.client
  try {
    if (merchants.length > 0) await grants.put({ subject: subjectOf(clientId), merchants })
  } catch (error) {
    // The error matters more than what is left behind when this fails too.
    await clients.remove(clientId).catch(() => undefined)
    throw error
  }
  return added
}

/** Takes the grant and then the client. Answers the client as it was, or undefined when there is none. */
export const revokeClient = async ({ clients, grants }: Ports, clientId: ClientId): Promise<Client | undefined> => {
  const client = await clients.find(clientId)
  // The id may be that of a person, whose grant is not a matter of clients.
  if (client === undefined) return undefined
  await grants.remove(subjectOf(clientId))
  await clients.remove(clientId)
  return client
}

/** A client was added, with its grant. */
export const clientAdded = (client: Client, merchants: readonly MerchantPattern[], act: Act): AuditEvent => {
  const { clientId, kind, name, scopes, tokenLifetimeSeconds, redirectUris } = client
  const body = { clientId, kind, name, scopes, merchants, tokenLifetimeSeconds, redirectUris }
  return told('client.added', `client.added/${clientId}`, body, act)
}

/** A client has a second secret, which is named by the time at which it was made. */
export const secretAdded = (clientId: ClientId, { madeAtMs }: Secret, act: Act): AuditEvent =>
  told('client.secret-added', `client.secret-added/${clientId}/${madeAtMs}`, { clientId, madeAtMs }, act)

/** One of two secrets of a client is not valid any more. */
export const secretDropped = (clientId: ClientId, { madeAtMs }: Secret, act: Act): AuditEvent =>
  told('client.secret-dropped', `client.secret-dropped/${clientId}/${madeAtMs}`, { clientId, madeAtMs }, act)

/** A client is gone, with its grant. */
export const clientRevoked = ({ clientId, name }: Client, act: Act): AuditEvent =>
  told('client.revoked', `client.revoked/${clientId}`, { clientId, name }, act)

type Secret = { readonly madeAtMs: number }

const told = (
  kind: AuditEvent['kind'],
  eventId: string,
  body: Readonly<Record<string, unknown>>,
  { by, from, atMs }: Act,
): AuditEvent => ({ eventId, kind, decidedAtMs: atMs, body: { ...body, by, from } })
