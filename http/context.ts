import type { Context, Handler } from 'hono'
import type { Caller, GrantedMerchants } from '#ledger/access'

/** The sender of a request whose token was taken. */
export type Access = {
  readonly caller: Caller
  /**
   * The merchants that the caller may act for, as they were granted at most 45 s ago. To be asked again by what lasts: it
   * throws the problem `unauthenticated` once the token has expired, and Unavailable when the grants are out of reach.
   */
  merchants(): GrantedMerchants | Promise<GrantedMerchants>
}

export type ServiceEnv = {
  Bindings: {
    /** The other end of the socket, read when the request came, because a socket that is closed forgets it. */
    readonly remoteAddress?: string | undefined
    /** Whether the client has closed its side of the connection. It may have left, or it may still read. */
    readonly hasHungUp?: () => boolean
  }
  Variables: {
    requestId: string
    /** Whether the route asks for a token, so that its answer is for the caller alone. */
    isGuarded: boolean
    /** Of a route that asks for a token: who sent it. */
    access: Access
    /** Of such a route: what was granted when the request came. */
    merchants: GrantedMerchants
  }
}
export type ServiceContext = Context<ServiceEnv>
export type ServiceHandler = Handler<ServiceEnv>
