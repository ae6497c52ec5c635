/**
 * Clients of the local issuer: a file for each. The issuer and the commands are different processes, so each question
 * reads the file, and each change holds the lock of the folder.
 */
import { chmodSync } from 'node:fs'
import { makeFolder } from '#adapters/files/durable-files'
import { withFolderLocked } from '#adapters/files/folder-lock'
import { privateFiles } from '#adapters/files/private-files'
import { parseClientId, type ClientId, type Clients, type ClientSecrets } from '#ledger/clients'
import type { Clock } from '#ledger/ports'
import { keptClients, type KeptClient } from './kept-clients.ts'

/** The folder is made with its first change. Only its owner can read what is in it. */
export const fileClients = (folder: string, clock: Clock = Date.now): Clients & ClientSecrets => {
  const files = privateFiles<KeptClient>({ folder, format: FORMAT })
  return keptClients(
    {
      ids: () => files.names().flatMap(idIn),
      read(clientId) {
        const client = parseClientId(clientId).ok ? files.read(clientId) : undefined
        // Some file systems find "A" for "a".
        return client?.clientId === clientId ? client : undefined
      },
      save: (client) => files.write(client.clientId, client),
      remove: (clientId) => files.remove(clientId),
      async alone(work) {
        makeFolder(folder, { mode: 0o700 })
        // The folder may have been made by another program, with wider permissions.
        chmodSync(folder, 0o700)
        return await withFolderLocked(folder, work)
      },
    },
    clock,
  )
}

const FORMAT = 1

const idIn = (name: string): ClientId[] => {
  const parsed = parseClientId(name)
  return parsed.ok ? [parsed.value] : []
}
