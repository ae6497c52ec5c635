/**
 * What `oidc-provider` keeps for minutes: codes, sessions, sign-ins under way, grants. It lies in memory, in bounded
 * number. A restart forgets it, and people sign in again; tokens that were issued stay valid.
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'

type Kept = { readonly payload: AdapterPayload; readonly expiresAtMs: number }

/** The store of one model of `oidc-provider`. */
export const shortLived = (maxCount = 10_000): Adapter => {
  const kept = new Map<string, Kept>()

  const find = (id: string): AdapterPayload | undefined => {
    const found = kept.get(id)
    return found !== undefined && Date.now() < found.expiresAtMs ? found.payload : undefined
  }
  const findBy = (key: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
    for (const [id, { payload }] of kept) if (payload[key] === value) return find(id)
    return undefined
  }
  const dropExpired = () => {
    for (const [id, { expiresAtMs }] of kept) if (Date.now() >= expiresAtMs) kept.delete(id)
  }

  return {
    async upsert(id, payload, expiresInSeconds = 0) {
      // A Map keeps the order of insertion, so its first value is the one that has been there for longest.
      kept.delete(id)
      if (kept.size >= maxCount) dropExpired()
      const [oldest] = kept.keys()
      if (kept.size >= maxCount && oldest !== undefined) kept.delete(oldest)
      kept.set(id, { payload, expiresAtMs: Date.now() + expiresInSeconds * 1_000 })
    },
    async find(id) {
      return find(id)
    },
    async findByUid(uid) {
      return findBy('uid', uid)
    },
    async findByUserCode(userCode) {
      return findBy('userCode', userCode)
    },
    async consume(id) {
      const found = kept.get(id)
      if (found !== undefined) found.payload.consumed = Math.floor(Date.now() / 1_000)
    },
    async destroy(id) {
      kept.delete(id)
    },
    async revokeByGrantId(grantId) {
      for (const [id, { payload }] of kept) if (payload.grantId === grantId) kept.delete(id)
    },
  }
}
