/**
 * A client and its grant lie in two places, and no write touches both. A client can do nothing without a grant, so the
 * grant comes last when a client is added, and goes first when it is revoked. What a crash leaves behind is a client
 * without a grant, or one whose secret was never shown: it is harmless, it is listed, and it can be revoked.
 */
import type { MerchantPattern } from './access.ts'
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
