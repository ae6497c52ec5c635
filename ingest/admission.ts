/**
 * Admission of requests. A request that would wait too long, or take more memory than is left, is refused before its
 * body is read, which costs very little. So admitted requests are answered as quickly as ever, and all requests are
 * admitted again when the load goes down.
 */
import { ok, refuse, type Result } from '#ledger/result'
import type { Problem } from '#wire/http/problem'

export type Admission = {
  /** Admits a request that holds up to `bytes` until it leaves. */
  enter(bytes: number): Result<Admitted, Shed>
  /** The bytes that all admitted requests hold together. */
  heldBytes(): number
}
export type Admitted = { leave(): void }

/** A problem that comes from the load of the moment, and the kind of load, for the operator. */
export type Shed = Problem & { readonly reason: ShedReason }
export type ShedReason = 'no-room' | 'stream-slow' | 'rate-limited'

export type AdmissionLimits = {
  /** The bytes that all admitted requests may hold together. */
  readonly maxBytes: number
  /** How long the entry that waits longest for the stream has waited. */
  readonly waitingMs: () => number
}

export const admission = ({ maxBytes, waitingMs }: AdmissionLimits): Admission => {
  let heldBytes = 0
  return {
    enter(bytes) {
      // An empty request costs memory too. The minimum also bounds the number of requests.
      const held = Math.max(bytes, MIN_REQUEST_BYTES)
      if (heldBytes + held > maxBytes) return refuse(NO_ROOM)
      if (waitingMs() > MAX_WAITING_MS) return refuse(TOO_SLOW)
      heldBytes += held
      let isIn = true
      return ok({
        leave() {
          if (isIn) heldBytes -= held
          isIn = false
        },
      })
    },
    heldBytes: () => heldBytes,
  }
}

const MIN_REQUEST_BYTES = 16 * 1024

// An entry is given up after 5 s. Behind a queue that has waited this long, a client does better to send its entries
// elsewhere.
const MAX_WAITING_MS = 1_000

const NO_ROOM: Shed = {
  reason: 'no-room',
  code: 'too-busy',
  detail: 'Too many requests are under way. Send the same request again a little later.',
  retryAfterSeconds: 1,
}

const TOO_SLOW: Shed = {
  reason: 'stream-slow',
  code: 'too-busy',
  detail: 'The stream takes entries more slowly than they arrive. Send the same request again a little later.',
  retryAfterSeconds: 2,
}
