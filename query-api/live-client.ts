import type { BusinessDay } from '#ledger/identifiers'
import { dayEvent, heartbeat, MORE_TO_COME, streamStart } from '#wire/http/event-stream'
import type { DayNews, News } from './merchant-watch.ts'

/** One client of the live stream. Only the newest view of each day waits for it, even when it reads slowly. */
export type LiveClient = {
  readonly stream: ReadableStream<Uint8Array>
  /**
   * Sends the news. While the client has not read the earlier events, keeps the news, in place of older news of the
   * same days.
   */
  offer(news: News): void
  /** Sends a heartbeat, unless another event is on its way, which shows as well that the connection lives. */
  beat(): void
  /** Ends the stream from our side. */
  end(): void
}

/**
 * `onGone` is called once, when the client leaves or the stream is ended. `onSent` is called for each event that is
 * sent.
 */
export const liveClient = (onGone: () => void, onSent: () => void = () => {}): LiveClient => {
  const waiting = new Map<BusinessDay, DayNews>()
  /** The tag of the state that the client knows once it has received all waiting news. */
  let tag = MORE_TO_COME
  const { stream, controller } = controlledStream({ pull: () => flush(), cancel: () => leave() })
  let isGone = false

  const hasRoom = () => !isGone && (controller.desiredSize ?? 0) > 0
  const flush = () => {
    for (const [day, { segment, event, data }] of waiting) {
      if (!hasRoom()) return
      waiting.delete(day)
      // The connection may end after any event. The client knows the tagged state only with the last one.
      controller.enqueue(dayEvent({ event, day, segment, tag: waiting.size === 0 ? tag : MORE_TO_COME, data }))
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
    offer(news) {
      if (isGone) return
      for (const item of news.days) waiting.set(item.day, item)
      tag = news.tag
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

/** A stream that holds one chunk for its reader, and calls `pull` when that is taken. */
const controlledStream = ({ pull, cancel }: { pull: () => void; cancel: () => void }) => {
  let controller = undefined as ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), pull, cancel })
  if (controller === undefined) throw new Error('a stream starts when it is made')
  return { stream, controller }
}
