/**
 * Who may come in. Work that would have to wait too long, or would take more memory than there is, is refused before
 * its body is read, which costs next to nothing; so what is let in is answered as quickly as ever, and when the load
 * goes down everybody is let in again.
 */
import { ok, refuse, type Result } from '#ledger/result'
import type { Problem } from '#wire/http/problem'

export type Admission = {
  /** Lets a request in that holds up to `bytes` until it leaves. */
  enter(bytes: number): Result<Admitted, Shed>
  /** What the requests that are in hold together. */
  heldBytes(): number
}
type Admitted = { leave(): void }

/** A problem that another moment would not have had, and for the operator what there was too much of. */
export type Shed = Problem & { readonly reason: ShedReason }
export type ShedReason = 'no-room' | 'stream-slow' | 'rate-limited'

export type AdmissionLimits = {
  /** What all requests that are in may hold together. */
  readonly maxBytes: number
  /** How long the one that waits longest for the stream has waited by now. */
  readonly waitingMs: () => number
}

export const admission = ({ maxBytes, waitingMs }: AdmissionLimits): Admission => {
  let heldBytes = 0
  return {
    enter(bytes) {
      // A request of no size costs memory too, so this also bounds their number.
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

// An entry is given up after 5 s. Whoever joins a queue in which others have waited this long would rather go elsewhere.
const MAX_WAITING_MS = 1_000

const NO_ROOM: Shed = {
  reason: 'no-room',
  code: 'too-busy',
  detail: 'More requests are under way than can be held. Send the same again, a little later.',
  retryAfterSeconds: 1,
}

const TOO_SLOW: Shed = {
  reason: 'stream-slow',
  code: 'too-busy',
  detail: 'The stream takes entries more slowly than they come. Send the same again, a little later.',
  retryAfterSeconds: 2,
}
