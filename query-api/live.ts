/**
 * The live stream: the days of a merchant, sent to all its clients as they change.
 *
 * A merchant's books are looked at once every quarter of a second, independent of the number of clients. One timer does
 * that for all merchants, and a second one sends all heartbeats. Without clients there are no timers.
 *
 * A client stays as long as it may read the merchant (`live-permission.ts`). The first timer looks at that, too.
 */
import type { Access } from '#http/context'
import type { ServiceParts } from '#http/service'
import type { MerchantId } from '#ledger/identifiers'
import type { Merchant } from '#ledger/merchant'
import { concurrently } from '#ledger/concurrently'
import { liveClient, type LiveClient } from './live-client.ts'
import { merchantWatch, type MerchantWatch, type WatchParts } from './merchant-watch.ts'
import { shared } from './shared-reads.ts'
import { permissionToFollow, type Permission } from './live-permission.ts'
import type { Every, Timer } from './timer.ts'

export type Live = {
  /**
   * Events of the merchant's days from now on. A client that comes back with the tag of the present state gets no event
   * at first. Any other client first gets every open day and the current one, newest first. Throws when the books
   * cannot be read. Ends when the client may no longer read the merchant. `hasHungUp` says whether the client has closed
   * its side of the connection.
   */
  follow(
    merchant: Merchant,
    seenTag: string | undefined,
    access: Access,
    hasHungUp?: () => boolean,
  ): Promise<ReadableStream<Uint8Array>>
  /** How many clients there are. */
  clientCount(): number
}

export type LiveParts = WatchParts & {
  readonly timer: Pick<Timer, 'nowMs'>
  readonly every: Every
  readonly log: ServiceParts['log']
  /** Aborted when the service stops. That ends all streams. */
  readonly stopping: AbortSignal
  /** Called for each event that is sent to a client. */
  readonly onEventSent?: () => void
}

const LOOK_EVERY_MS = 250
const HEARTBEAT_EVERY_MS = 15_000

/**
 * A client that has closed its side of the connection may have left, or may still read. Only writing tells: a client that
 * has left refuses the first bytes, and the next ones then fail. Two seconds are enough for the way there and back.
 */
const LOOKS_AFTER_HANGING_UP = 8

// With very many merchants, each one is looked at less often. The store never gets more reads at a time.
const LOOKS_AT_ONCE = 16

export const liveDays = (parts: LiveParts): Live => {
  const { every, log, stopping, onEventSent } = parts
  const followed = new Map<MerchantId, Followed>()
  let stopLookingAndBeating: (() => void) | undefined

  const lookOrLog = async (merchant: Followed): Promise<void> => {
    try {
      await merchant.look()
      merchant.isFailing = false
    } catch (error) {
      // Logged once, not four times a second. The clients get the news as soon as the books can be read again.
      if (!merchant.isFailing)
        log.error(
          { err: error, merchantId: merchant.merchantId },
          'books that clients follow live cannot be read; their streams go on when they can',
        )
      merchant.isFailing = true
    }
  }

  const allClients = () => [...followed.values()].flatMap(({ clients }) => [...clients])
  const endForbidden = () => allClients().forEach(endUnlessPermitted)

  const startTimers = () => {
    let isLooking = false
    const lookAtAll = async () => {
      if (isLooking) return
      isLooking = true
      await concurrently([...followed.values()], LOOKS_AT_ONCE, lookOrLog)
      isLooking = false
    }
    const stopLooking = every(LOOK_EVERY_MS, () => {
      // Not a part of the looks: these wait for the store.
      endForbidden()
      for (const client of allClients()) if (client.mayHaveLeft()) client.beat()
      void lookAtAll()
    })
    const stopBeating = every(HEARTBEAT_EVERY_MS, () => allClients().forEach((client) => client.beat()))
    return () => {
      stopLooking()
      stopBeating()
    }
  }

  const join = (merchant: Merchant): Followed => {
    const { merchantId } = merchant
    const known = followed.get(merchantId)
    const joined = known ?? followedMerchant(merchantId, merchantWatch(parts, merchant))
    joined.followers += 1
    followed.set(merchantId, joined)
    stopLookingAndBeating ??= startTimers()
    return joined
  }

  const leave = (left: Followed) => {
    left.followers -= 1
    if (left.followers === 0) followed.delete(left.merchantId)
    if (followed.size > 0) return
    stopLookingAndBeating?.()
    stopLookingAndBeating = undefined
  }

  stopping.addEventListener('abort', () => allClients().forEach((client) => client.end()))

  return {
    async follow(merchant, seenTag, access, hasHungUp = () => false) {
      const joined = join(merchant)
      try {
        joined.watch.expect(merchant)
        await joined.look()
      } catch (error) {
        leave(joined)
        throw error
      }
      // There is no await from here to the return, so no news can come in between.
      const permission = permissionToFollow(merchant.merchantId, access, parts)
      const onGone = () => {
        joined.clients.delete(client)
        leave(joined)
      }
      const client = { ...liveClient(onGone, onEventSent), ...permission, mayHaveLeft: mayHaveLeft(hasHungUp) }
      joined.clients.add(client)
      client.offer(joined.watch.missedBy(seenTag))
      if (stopping.aborted) client.end()
      return client.stream
    },
    clientCount: () => allClients().length,
  }
}

type Follower = LiveClient &
  Permission & {
    /** Whether the client has hung up lately, so that it is not known whether it still reads. */
    mayHaveLeft(): boolean
  }

const mayHaveLeft = (hasHungUp: () => boolean): (() => boolean) => {
  let looksLeft = LOOKS_AFTER_HANGING_UP
  return () => {
    if (looksLeft === 0 || !hasHungUp()) return false
    looksLeft -= 1
    return true
  }
}

const endUnlessPermitted = (client: Follower): void => {
  if (!client.holds()) client.end()
}

/** A merchant with clients. `followers` counts its clients, and requests that are about to become clients. */
type Followed = {
  readonly merchantId: MerchantId
  readonly watch: MerchantWatch
  readonly clients: Set<Follower>
  /** Looks at the books and sends the news to all clients. */
  readonly look: () => Promise<void>
  followers: number
  isFailing: boolean
}

const followedMerchant = (merchantId: MerchantId, watch: MerchantWatch): Followed => {
  const clients = new Set<Follower>()
  const look = async () => {
    const news = await watch.look()
    for (const client of clients) {
      // The look may have taken long.
      endUnlessPermitted(client)
      client.offer(news)
    }
  }
  // A client that comes while a look is under way waits for the next look, which sees everything that was there when it
  // came.
  const oneAtATime = shared(look, () => merchantId)
  return { merchantId, watch, clients, look: () => oneAtATime(undefined), followers: 0, isFailing: false }
}
