/** Whether the loops of a process still move. A loop that waits for something that never comes looks idle otherwise. */
import type { StalledLoop } from '#http/probes'

/** What a loop tells. */
export type Pulse = {
  /** The loop has begun another turn. */
  beat(loop: string): void
  /** The loop has ended as it should. */
  end(loop: string): void
}

export type Pulses = {
  /** The pulse of the loops of one part of the process. */
  of(part: string): Pulse
  /** The loops that have not moved for STALLED_AFTER_MS. */
  stalled(): readonly StalledLoop[]
}

/** As long as a batch may take on AWS (`infra/aws/consumers.ts`). No other turn takes as long. */
const STALLED_AFTER_MS = 120_000

export const pulses = (nowMs: () => number = () => performance.now()): Pulses => {
  const beats = new Map<string, number>()
  return {
    of: (part) => ({
      beat: (loop) => void beats.set(`${part}: ${loop}`, nowMs()),
      end: (loop) => void beats.delete(`${part}: ${loop}`),
    }),
    stalled: () =>
      Array.from(beats, ([name, atMs]) => ({ name, forMs: nowMs() - atMs })).filter(
        ({ forMs }) => forMs >= STALLED_AFTER_MS,
      ),
  }
}

export const NO_PULSE: Pulse = { beat() {}, end() {} }
