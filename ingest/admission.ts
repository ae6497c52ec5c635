/**
 * Who may come in. Work that would have to wait too long, or would take more memory than there is, is refused before
 * its body is read, which costs next to nothing; so what is let in is answered as quickly as ever, and when the load
 * goes down everybody is let in again.
 */
import { ok, refuse, type Result } from '#ledger/result'
import type { Problem } from '#wire/problem'

export type Admission = {
  /** Lets a request in that holds up to `bytes` until it leaves. */
  enter(bytes: number): Result<Admitted, Problem>
}
export type Admitted = { leave(): void }

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
  }
}

const MIN_REQUEST_BYTES = 16 * 1024

// An entry is given up after 5 s. Whoever joins a queue in which others have waited this long would rather go elsewhere.
const MAX_WAITING_MS = 1_000

const NO_ROOM: Problem = {
  code: 'too-busy',
  detail: 'More requests are under way than can be held. Send the same again, a little later.',
  retryAfterSeconds: 1,
}

const TOO_SLOW: Problem = {
  code: 'too-busy',
  detail: 'The stream takes entries more slowly than they come. Send the same again, a little later.',
  retryAfterSeconds: 2,
}
