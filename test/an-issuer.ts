/** The local issuer in this process, on a free port and with a folder of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileClients } from '#adapters/clients/file-clients'
import { jwtTokens } from '#adapters/tokens/jwt-tokens'
import { clientsFolder, issuerFolderIn } from '#infra/local/issuer/folders'
import { startIssuer } from '#infra/local/issuer/issuer'
import { newKeys, type OwnKeys } from '#infra/local/issuer/own-keys'
import { filePeople, hashPassword, newPersonSubject } from '#infra/local/issuer/people'
import { freePorts } from '#infra/local/ports'
import { eventually } from '#infra/local/retry'
import type { Scope } from '#ledger/access'
import type { ClientTerms } from '#ledger/clients'

export const AUDIENCE = 'daybook'

type Options = { readonly clock?: () => number; readonly makesKeys?: boolean }

export const anIssuer = async ({ clock = Date.now, makesKeys = false }: Options = {}) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'daybook-issuer-'))
  const folder = issuerFolderIn(dataFolder)
  mkdirSync(folder, { mode: 0o700 })
  // Making keys takes longer than all the rest.
  if (!makesKeys) writeFileSync(join(folder, 'keys.json'), JSON.stringify({ format: 1, ...(keys ??= newKeys()) }))
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}`
  const faults: Error[] = []
  const start = () =>
    startIssuer({ port, issuer: url, audience: AUDIENCE, folder, onFault: (error) => faults.push(error), clock })
  let running = await start()
  const people = filePeople(folder)
  return {
    url,
    dataFolder,
    folder,
    faults,
    people,
    clients: fileClients(clientsFolder(folder)),
    /** As the APIs check a token. */
    tokens: () => jwtTokens({ issuer: url, audience: AUDIENCE, clientIds: undefined, scopePrefix: '' }),
    async stop() {
      await running.stop()
      rmSync(dataFolder, { recursive: true })
    },
    async restart() {
      await running.stop()
      running = await start()
      // fetch may still hold a connection to the one before.
      await eventually(async () => (await fetch(`${url}/healthz`)).status, { timeoutMs: 5_000 })
    },
    async addPerson({ login = 'ana', scopes = ['ledger:read'] }: { login?: string; scopes?: readonly Scope[] } = {}) {
      const person = {
        login,
        subject: newPersonSubject(login),
        scopes,
        password: await hashPassword(PASSWORD, { N: 1_024, r: 8, p: 1 }),
        credentialsMadeAtMs: Date.now() - 1_000,
      }
      people.save(person)
      return person
    },
  }
}

let keys: OwnKeys | undefined

export type AnIssuer = Awaited<ReturnType<typeof anIssuer>>

export const PASSWORD = 'correct horse battery staple'

export const aSystem = (terms: Partial<ClientTerms> = {}): ClientTerms => ({
  kind: 'system',
  name: 'till',
  scopes: ['entries:write', 'ledger:read'],
  tokenLifetimeSeconds: 3_600,
  redirectUris: [],
  ...terms,
})

type TokenAnswer = {
  readonly access_token?: string
  readonly id_token?: string
  readonly expires_in?: number
  readonly scope?: string
  readonly error?: string
}

type Basic = { readonly clientId: string; readonly secret?: string | undefined }

/** What the issuer answers at its token endpoint. */
export const askForToken = async (url: string, { clientId, secret }: Basic, form: Readonly<Record<string, string>>) => {
  const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` }
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    headers: secret === undefined ? {} : headers,
    body: new URLSearchParams({ ...form, ...(secret === undefined && { client_id: clientId }) }),
  })
  return { status: response.status, headers: response.headers, answer: (await response.json()) as TokenAnswer }
}

export const SYSTEM_GRANT = { grant_type: 'client_credentials' }

/** One of the three parts of a token: 0 is the header, 1 are the claims. */
export const partOf = (token: string | undefined, part: 0 | 1): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(token).split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>

/**
 * A process that has a data folder and says where its system is, as `npm start` does. Commands use the issuer, and the
 * store that the environment names.
 */
export const announceSystem = async (folder: string, issuer?: string) => {
  const source = `
    const { lockFolder } = await import('#infra/local/folder-lock')
    const { announceEndpoints } = await import('#infra/local/running-system')
    const { markDataVersion } = await import('#infra/local/data-version')
    const [folder, issuer] = process.argv.slice(1)
    lockFolder(folder)
    markDataVersion(folder)
    const services = { kinesis: 'http://k', dynamodb: 'http://d', s3: 'http://s', firehose: 'http://f' }
    announceEndpoints(folder, { ingest: 'http://ingest', query: 'http://query', issuer, services })
    setInterval(() => {}, 1000)
    console.log('ready')`
  const args = ['--input-type=module', '-e', source, folder, ...(issuer === undefined ? [] : [issuer])]
  const system = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(system.stdout, 'data')
  return {
    async stop() {
      const ended = once(system, 'exit')
      system.kill('SIGKILL')
      await ended
    },
  }
}
