import type { BusinessDay } from '#ledger/identifiers'
import { heartbeat, streamStart } from '#wire/event-stream'

/** One client of the live stream. However slowly it reads, no more than the newest view of each day waits for it. */
export type LiveClient = {
  readonly stream: ReadableStream<Uint8Array>
  /** Sends the event, or keeps it until the client has read what went before, in place of an older one of that day. */
  offer(day: BusinessDay, event: Uint8Array): void
  /** Shows that the connection lives, unless something else is on its way that shows it. */
  beat(): void
  /** Ends the stream from our side. */
  end(): void
}

/** `onGone` is called once, when the client leaves or the stream is ended; `onSent` with each event that is on its way. */
export const liveClient = (onGone: () => void, onSent: () => void = () => {}): LiveClient => {
  const waiting = new Map<BusinessDay, Uint8Array>()
  const { stream, controller } = controlledStream({ pull: () => flush(), cancel: () => leave() })
  let isGone = false

  const hasRoom = () => !isGone && (controller.desiredSize ?? 0) > 0
  const flush = () => {
    for (const [day, event] of waiting) {
      if (!hasRoom()) return
      waiting.delete(day)
      controller.enqueue(event)
      onSent()
    }
  }
  const leave = () => {
    if (isGone) return
    isGone = true
    waiting.clear()
    onGone()
  }

  controller.enqueue(streamStart(RETRY_MS))
  return {
    stream,
    offer(day, event) {
      if (isGone) return
      waiting.set(day, event)
      flush()
    },
    beat() {
      if (hasRoom()) controller.enqueue(HEARTBEAT)
    },
    end() {
      if (!isGone) controller.close()
      leave()
    },
  }
}

const RETRY_MS = 2_000
const HEARTBEAT = heartbeat()

/** A stream that holds one chunk for its reader and asks for the next one when that is taken. */
const controlledStream = ({ pull, cancel }: { pull: () => void; cancel: () => void }) => {
  let controller = undefined as ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), pull, cancel })
  if (controller === undefined) throw new Error('a stream starts when it is made')
  return { stream, controller }
}
