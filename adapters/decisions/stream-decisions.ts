import type { Decision } from '#ledger/decision'
import { hashKeyOf, laneOf } from '#ledger/lanes'
import type { Decisions, EntryStream } from '#ledger/ports'
import { encodeDecisions } from '#wire/stream-record'

type Options = { readonly sleep?: (ms: number) => Promise<unknown> }

/** Each decision as a record of its own: they are few. One about a merchant goes where the merchant's entries go. */
export const streamDecisions = (
  stream: Pick<EntryStream, 'put'>,
  { sleep = (ms) => new Promise((wake) => setTimeout(wake, ms)) }: Options = {},
): Decisions => ({
  async publish(decision) {
    const record = { hashKey: hashKeyFor(decision), data: encodeDecisions([decision]) }
    for (let attempt = 1; ; attempt += 1) {
      const [outcome] = await stream.put([record])
      if (outcome?.status === 'stored') return
      if (attempt === MAX_ATTEMPTS) throw new Error(`the stream refused a decision: ${outcome?.reason ?? 'no outcome'}`)
      await sleep(PAUSE_MS * attempt)
    }
  },
})

// A shard that is busy refuses records until its second is over. Calls that fail are tried again by the SDK.
const MAX_ATTEMPTS = 3
const PAUSE_MS = 250

const hashKeyFor = ({ merchantId }: Decision): bigint => (merchantId === undefined ? 0n : hashKeyOf(laneOf(merchantId)))
