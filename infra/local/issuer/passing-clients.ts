/**
 * Clients that were made for one token. Each is noted with the time at which its token expires, and the issuer removes it
 * after that, with its grant; otherwise every token ever asked for would stay in the list of clients.
 */
import { join } from 'node:path'
import { subjectOf, type ClientId, type Clients } from '#ledger/clients'
import type { Grants } from '#ledger/ports'
import { privateFiles, type PrivateFiles } from '#adapters/files/private-files'

type Note = { readonly clientId: ClientId; readonly expiresAtMs: number }

export const notePassingClient = (issuerFolder: string, note: Note): void =>
  notesIn(issuerFolder).write(`${note.expiresAtMs}-${note.clientId}`, note)

type Sweep = {
  readonly clients: Pick<Clients, 'remove'>
  readonly grants: Pick<Grants, 'remove'>
  readonly nowMs: number
}

/** Removes the clients whose token has expired. What fails is tried again at the next call. */
export const removeExpiredClients = async (issuerFolder: string, { clients, grants, nowMs }: Sweep): Promise<void> => {
  const notes = notesIn(issuerFolder)
  // The name begins with the time, so only what is due is read.
  for (const name of notes.names().filter((text) => Number.parseInt(text, 10) <= nowMs)) {
    const note = notes.read(name)
    if (note === undefined) continue
    await clients.remove(note.clientId)
    await grants.remove(subjectOf(note.clientId))
    // Last, so that a crash before it leaves the note.
    notes.remove(name)
  }
}

const FORMAT = 1

const notesIn = (issuerFolder: string): PrivateFiles<Note> =>
  privateFiles({ folder: join(issuerFolder, 'passing-clients'), format: FORMAT })
