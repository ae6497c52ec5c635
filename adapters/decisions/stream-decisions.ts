import type { Decision } from '#ledger/decision'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { Decisions, EntryStream } from '#ledger/ports'
import { encodeDecisions } from '#wire/stream-record'

type Options = { readonly sleep?: (ms: number) => Promise<unknown> }

/** What is published together is one record, so that a flood of decisions takes no room from the entries. */
export const streamDecisions = (
  stream: Pick<EntryStream, 'put'>,
  { sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)) }: Options = {},
): Decisions => ({
  async publish(...decisions) {
    if (decisions.length === 0) return
    const record = { hashKey: hashKeyFor(decisions), data: encodeDecisions(decisions) }
    for (let attempt = 1; ; attempt += 1) {
      const [outcome] = await stream.put([record])
      if (outcome?.status === 'stored') return
      if (attempt === MAX_ATTEMPTS) throw new Error(`the stream refused decisions: ${outcome?.reason ?? 'no outcome'}`)
      await sleep(PAUSE_MS * attempt)
    }
  },
})

// A shard that is busy refuses records until its second is over. Calls that fail are tried again by the SDK.
const MAX_ATTEMPTS = 3
const PAUSE_MS = 250

// Any shard would do. By merchant they spread as the entries do.
const hashKeyFor = ([first]: readonly Decision[]): bigint =>
  first?.merchantId === undefined ? 0n : hashKeyOf(laneOf(first.merchantId))
