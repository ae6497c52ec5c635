import type { ClientId, Clients, ClientSecrets } from '#ledger/clients'
import type { Clock } from '#ledger/ports'
import { keptClients, type KeptClient } from './kept-clients.ts'

export const memoryClients = (clock: Clock = Date.now): Clients & ClientSecrets => {
  const clients = new Map<string, KeptClient>()
  return keptClients(
    {
      ids: () => [...clients.keys()].toSorted() as ClientId[],
      read: (clientId) => clients.get(clientId),
      save: (client) => void clients.set(client.clientId, client),
      remove: (clientId) => void clients.delete(clientId),
      alone: async (work) => work(),
    },
    clock,
  )
}
