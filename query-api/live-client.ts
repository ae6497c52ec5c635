import type { BusinessDay } from '#ledger/identifiers'
import { dayEvent, heartbeat, MORE_TO_COME, streamStart } from '#wire/http/event-stream'
import type { DayNews, News } from './merchant-watch.ts'

/** One client of the live stream. However slowly it reads, no more than the newest view of each day waits for it. */
export type LiveClient = {
  readonly stream: ReadableStream<Uint8Array>
  /** Sends the news, or keeps them until the client has read what went before, in place of older ones of the same days. */
  offer(news: News): void
  /** Shows that the connection lives, unless something else is on its way that shows it. */
  beat(): void
  /** Ends the stream from our side. */
  end(): void
}

/** `onGone` is called once, when the client leaves or the stream is ended; `onSent` with each event that is on its way. */
export const liveClient = (onGone: () => void, onSent: () => void = () => {}): LiveClient => {
  const waiting = new Map<BusinessDay, DayNews>()
  /** Of the state that the client knows when it has all that waits. */
  let tag = MORE_TO_COME
  const { stream, controller } = controlledStream({ pull: () => flush(), cancel: () => leave() })
  let isGone = false

  const hasRoom = () => !isGone && (controller.desiredSize ?? 0) > 0
  const flush = () => {
    for (const [day, { segment, event, data }] of waiting) {
      if (!hasRoom()) return
      waiting.delete(day)
      // The connection may end after any event. Only with the last one does the client know all that the tag stands for.
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

/** A stream that holds one chunk for its reader and asks for the next one when that is taken. */
const controlledStream = ({ pull, cancel }: { pull: () => void; cancel: () => void }) => {
  let controller = undefined as ReadableStreamDefaultController<Uint8Array> | undefined
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), pull, cancel })
  if (controller === undefined) throw new Error('a stream starts when it is made')
  return { stream, controller }
}
