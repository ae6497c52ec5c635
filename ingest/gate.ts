/** What stands before the routes that put entries on the stream. A request that is shed throws the problem. */
import { bodyBytes } from '#http/body'
import type { ServiceHandler } from '#http/context'
import { ProblemError } from '#http/problem-error'
import type { Result } from '#ledger/result'
import type { Admission, Admitted, Shed, ShedReason } from './admission.ts'
import type { RateLimit } from './rate-limit.ts'

export type Gate = {
  /** Admits a request before its body is read, and holds its room until it is answered. */
  admitted(handler: ServiceHandler): ServiceHandler
  /** Admits an upload that holds up to `bytes`. It has to leave when it has ended. */
  admitUpload(bytes: number): Admitted
  /** Takes `count` entries from what the rate limit allows. */
  take(count: number): void
}

export type GateParts = {
  readonly admission: Admission
  readonly uploadAdmission: Admission
  readonly limit: RateLimit
  /** Hears why a request was shed. */
  readonly onShed: (reason: ShedReason) => void
}

export const requestGate = ({ admission, uploadAdmission, limit, onShed }: GateParts): Gate => {
  const orShed = <T>(outcome: Result<T, Shed>): T => {
    if (outcome.ok) return outcome.value
    onShed(outcome.error.reason)
    throw new ProblemError(outcome.error)
  }

  return {
    admitted: (handler) => async (c, next) => {
      orShed(limit.check())
      const { leave } = orShed(admission.enter(bodyBytes(c.req.raw)))
      try {
        return await handler(c, next)
      } finally {
        leave()
      }
    },
    admitUpload: (bytes) => orShed(uploadAdmission.enter(bytes)),
    take(count) {
      orShed(limit.take(count))
    },
  }
}
