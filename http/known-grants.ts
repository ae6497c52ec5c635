import { grantedMerchants, NO_MERCHANTS, type GrantedMerchants, type Subject } from '#ledger/access'
import { BOTH_CLOCKS, momentOf, shortMemory } from '#ledger/memory/short-memory'
import type { Clock, Grants } from '#ledger/ports'
import { orUnavailable, type Dependency } from './unavailable.ts'

export type KnownGrants = {
  /**
   * The merchants that were granted to the subject at some moment within the last GRANT_KNOWN_FOR_MS. A remembered grant
   * is returned at once, without a promise. Throws Unavailable when the grants are out of reach: an older grant may have
   * been taken away.
   */
  of(subject: Subject): GrantedMerchants | Promise<GrantedMerchants>
}

/**
 * A grant that is taken away counts within a minute. A quarter of it is left for a slow read, and for the part of a
 * request that comes after the look at the grant.
 */
export const GRANT_KNOWN_FOR_MS = 45_000

type Options = { readonly clocks?: readonly Clock[]; readonly maxCount?: number }

/** Remembers up to `maxCount` grants. Requests of the same subject share one read. */
export const knownGrants = (
  grants: Pick<Grants, 'find'>,
  { clocks = BOTH_CLOCKS, maxCount = 10_000 }: Options = {},
): KnownGrants => {
  const known = shortMemory<Subject, GrantedMerchants>({ lifetimeMs: GRANT_KNOWN_FOR_MS, maxCount, clocks })
  const reads = new Map<Subject, Promise<GrantedMerchants>>()

  const read = async (subject: Subject): Promise<GrantedMerchants> => {
    // Taken before the read: the grant may change while the answer is on its way.
    const readAt = momentOf(clocks)
    const grant = await orUnavailable(grants.find(subject), GRANTS)
    const merchants = grant === undefined ? NO_MERCHANTS : grantedMerchants(grant.merchants)
    known.keep(subject, merchants, readAt)
    return merchants
  }

  return {
    of(subject) {
      const merchants = known.get(subject) ?? reads.get(subject)
      if (merchants !== undefined) return merchants
      const reading = read(subject).finally(() => reads.delete(subject))
      reads.set(subject, reading)
      return reading
    },
  }
}

const GRANTS: Dependency = {
  name: 'the table of grants',
  unavailable: {
    code: 'access-unavailable',
    detail: 'It cannot be told at the moment what this client may do. Sending the same request again is safe.',
    retryAfterSeconds: 1,
  },
}
