/**
 * Clients of the local issuer: a file for each. The issuer and the commands are different processes, so each question
 * reads the file, and each change holds the lock of the folder.
 */
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireFormat } from '#adapters/dynamodb/item-format'
import { makeFolder, removeFileDurably, writeFileDurably } from '#adapters/files/durable-files'
import { withFolderLocked } from '#adapters/files/folder-lock'
import { parseClientId, type ClientId, type Clients, type ClientSecrets } from '#ledger/clients'
import { UnknownFormat, type Clock } from '#ledger/ports'
import { keptClients, type KeptClient } from './kept-clients.ts'

/** The folder is made with its first change. Only its owner can read what is in it. */
export const fileClients = (folder: string, clock: Clock = Date.now): Clients & ClientSecrets =>
  keptClients(
    {
      ids: () => (unlessMissing(() => readdirSync(folder)) ?? []).flatMap(idIn).toSorted(),
      read: (clientId) => read(folder, clientId),
      save(client) {
        const stored: StoredClient = { format: FORMAT, ...client }
        const text = `${JSON.stringify(stored, undefined, 2)}\n`
        writeFileDurably(folder, fileNameOf(client.clientId), text, { mode: 0o600 })
      },
      remove: (clientId) => removeFileDurably(folder, fileNameOf(clientId)),
      async alone(work) {
        makeFolder(folder, { mode: 0o700 })
        // The folder may have been made by another program, with wider permissions.
        chmodSync(folder, 0o700)
        return await withFolderLocked(folder, work)
      },
    },
    clock,
  )

type StoredClient = { readonly format: number } & KeptClient

const FORMAT = 1

const read = (folder: string, clientId: string): KeptClient | undefined => {
  const parsed = parseClientId(clientId)
  if (!parsed.ok) return undefined
  const path = join(folder, fileNameOf(parsed.value))
  const text = unlessMissing(() => readFileSync(path, 'utf8'))
  if (text === undefined) return undefined
  const { format, ...client } = storedIn(text, path)
  requireFormat(format, FORMAT, `The client in ${path}`)
  // Some file systems find "A" for "a".
  return client.clientId === clientId ? client : undefined
}

const storedIn = (text: string, path: string): StoredClient => {
  try {
    return JSON.parse(text) as StoredClient
  } catch (cause) {
    throw new UnknownFormat(`${path} is not JSON. Remove the file, and add the client again.`, { cause })
  }
}

const fileNameOf = (clientId: ClientId): string => `${clientId}.json`

/** None in the name of a draft or of the lock. */
const idIn = (fileName: string): ClientId[] => {
  const [, text = ''] = /^(.+)\.json$/.exec(fileName) ?? []
  const parsed = parseClientId(text)
  return parsed.ok ? [parsed.value] : []
}

const unlessMissing = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
