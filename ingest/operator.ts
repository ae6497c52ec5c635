import { clientAddress } from '#http/client-address'
import type { ServiceContext } from '#http/context'
import type { Actor } from '#ledger/actor'
import type { Operator } from './decide-quarantine.ts'

export type ActorParts = {
  /** How many proxies of our own a request passes, whose entries in `X-Forwarded-For` are believed. */
  readonly trustedProxies?: number
}

/** Who sent a request, and from where. */
export const actorOf = (c: ServiceContext, { trustedProxies = 0 }: ActorParts): Actor => ({
  by: c.get('access').caller.subject,
  from: clientAddress(c, trustedProxies),
})

/** The sender of a request as an operator, with the merchants for which they may decide. */
export const operatorOf = (c: ServiceContext, parts: ActorParts): Operator => ({
  ...actorOf(c, parts),
  merchants: c.get('merchants'),
})
