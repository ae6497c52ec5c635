/** Clients of an issuer of our own, which keeps hashes of their secrets. */
import { randomBytes } from 'node:crypto'
import { firstPage } from '#adapters/page-of'
import {
  hasHashIn,
  secretHash,
  type Client,
  type ClientId,
  type Clients,
  type ClientSecrets,
  type ClientTerms,
} from '#ledger/clients'
import type { Clock } from '#ledger/ports'
import { ok, refuse } from '#ledger/result'

/** A client as it is kept. The secrets are in the order in which they were made. */
export type KeptClient = ClientTerms & {
  readonly clientId: ClientId
  readonly secrets: readonly { readonly sha256: string; readonly madeAtMs: number }[]
}

export type ClientStore = {
  /** In their order. */
  ids(): readonly ClientId[]
  /** Any text may be asked for. */
  read(clientId: string): KeptClient | undefined
  /** Durable when it returns. */
  save(client: KeptClient): void
  remove(clientId: ClientId): void
  /** Does the work while no other process changes a client. */
  alone<T>(work: () => T): Promise<T>
}

export const keptClients = (store: ClientStore, clock: Clock): Clients & ClientSecrets => ({
  lifetimeSeconds: { least: 1, most: 86_400 },

  async add({ kind, name, scopes, tokenLifetimeSeconds, redirectUris }) {
    const secret = kind === 'public' ? undefined : newSecret()
    const secrets = secret === undefined ? [] : [{ sha256: secretHash(secret), madeAtMs: clock() }]
    const kept = { clientId: newClientId(), kind, name, scopes, tokenLifetimeSeconds, redirectUris, secrets }
    await store.alone(() => store.save(kept))
    return { client: clientOf(kept), secret }
  },

  async find(clientId) {
    const kept = store.read(clientId)
    return kept && clientOf(kept)
  },

  async list({ limit, after = '' }) {
    const following = store.ids().filter((id) => id > after)
    const { items, next } = firstPage(following, (id) => id, limit)
    // A client may have been removed since its id was read.
    const clients = items.map((id) => store.read(id)).filter((kept) => kept !== undefined)
    return { items: clients.map(clientOf), ...(next !== undefined && { next }) }
  },

  async addSecret(clientId) {
    return await store.alone(() => {
      const kept = store.read(clientId)
      if (kept === undefined) return refuse('no-such-client')
      if (kept.kind === 'public') return refuse('has-no-secrets')
      if (kept.secrets.length > 1) return refuse('has-two-secrets')
      const [secret, madeAtMs] = [newSecret(), clock()]
      store.save({ ...kept, secrets: [...kept.secrets, { sha256: secretHash(secret), madeAtMs }] })
      return ok({ secret, madeAtMs })
    })
  },

  async dropSecret(clientId, which) {
    return await store.alone(() => {
      const kept = store.read(clientId)
      if (kept === undefined) return refuse('no-such-client')
      if (kept.kind === 'public') return refuse('has-no-secrets')
      const [older, newer] = kept.secrets
      if (older === undefined || newer === undefined) return refuse('has-one-secret')
      const [dropped, left] = which === 'older' ? [older, newer] : [newer, older]
      store.save({ ...kept, secrets: [left] })
      return ok({ madeAtMs: dropped.madeAtMs })
    })
  },

  async remove(clientId) {
    await store.alone(() => store.remove(clientId))
  },

  async accepts(clientId, secret) {
    const hashes = store.read(clientId)?.secrets.map(({ sha256 }) => sha256) ?? []
    return hasHashIn(secret, hashes)
  },
})

/** 96 random bits, so no id is ever used twice. */
const newClientId = (): ClientId => `client-${randomBytes(12).toString('hex')}` as ClientId

/** 256 random bits. */
const newSecret = (): string => randomBytes(32).toString('base64url')

const clientOf = ({ secrets, ...client }: KeptClient): Client => ({
  ...client,
  secretsMadeAtMs: secrets.map(({ madeAtMs }) => madeAtMs),
})
