/**
 * Lets a client that still sends its body read the answer that came early, such as 401 or 413.
 *
 * A connection that is closed while bytes arrive is reset, and many clients then report the reset instead of the answer:
 * Python's urllib asks for `Connection: close`, and writes the whole body before it reads. So, as in RFC 9112, section 9.6,
 * our side is closed after the answer, and the rest of the body is read and thrown away.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

// As long as a request may take to arrive.
const LINGER_MS = 30_000

/** To be called for each request. Node closes a connection after its last answer by `destroySoon`, body or no body. */
export const lingerUntilRead = (incoming: IncomingMessage): void => {
  const { socket } = incoming
  let isLingering = false
  socket.destroySoon = () => {
    if (incoming.complete) return closeNow(socket)
    if (isLingering) return
    isLingering = true
    socket.end()
    // A reader that has given up on the body would pause it again.
    incoming.removeAllListeners('data').resume()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
    incoming.once('close', () => {
      clearTimeout(timer)
      closeNow(socket)
    })
  }
}

const closeNow = (socket: Socket): void => {
  Reflect.deleteProperty(socket, 'destroySoon')
  socket.destroySoon()
}
