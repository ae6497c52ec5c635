import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

/** A client of a merchant's live days. */
export type Listener = {
  /** The number of day views that it has received. */
  events(): number
  isEnded(): boolean
  /** Whether the connection broke before the stream announced its end. */
  isCutOff(): boolean
  leave(): void
}

/** Returns when the stream has begun. */
export const listen = async (url: string, token: string): Promise<Listener> => {
  // Each client has its own connection, as every app has.
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` }
  const call = get(url, { agent: false, headers })
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode}`)
  let events = 0
  let text = ''
  let isEnded = false
  response.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (text + piece).split('\n')
    text = lines.pop() ?? ''
    events += lines.filter((line) => line === 'event: day').length
  })
  // A stream that is cut off emits an error first.
  response.on('error', () => {})
  response.on('close', () => {
    isEnded = true
  })
  return {
    events: () => events,
    isEnded: () => isEnded,
    isCutOff: () => isEnded && !response.complete,
    leave: () => void call.destroy(),
  }
}
