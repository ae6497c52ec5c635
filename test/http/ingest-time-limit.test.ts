import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { limitTime } from '#http/time-limit'

// Only what `limitTime` waits by; sockets keep their own time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A server that reads what it is sent, and a client that has sent the beginning of a request. */
const start = async (path: string, head = 'Transfer-Encoding: chunked\r\n') => {
  const server = createServer({ requestTimeout: 0 }, (incoming, outgoing) => {
    limitTime(incoming, outgoing, ['/endless'])
    incoming.resume()
    incoming.on('error', () => {})
    if (path === '/long-answer') outgoing.write('…')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let answered = ''
  socket.on('data', (bytes) => (answered += bytes.toString()))
  socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\n${head}\r\n`)
  const [incoming] = await (once(server, 'request') as Promise<[IncomingMessage]>)
  const stop = () => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
  }
  return { socket, served: incoming.socket, answered: () => answered, stop }
}

describe('a request', () => {
  test('that has not arrived after 30 s is answered 408, and its connection closed', async () => {
    const { socket, answered, stop } = await start('/v1/entries')
    vi.advanceTimersByTime(29_999)
    expect(socket.readyState).toBe('open')
    vi.advanceTimersByTime(1)
    await once(socket, 'close')
    expect(answered()).toMatch(/^HTTP\/1.1 408 /)
    stop()
  })

  test.each([
    ['on an endless path may go on', '/endless', undefined],
    ['on an endless path with a query may go on', '/endless?a=1', undefined],
    ['on an endless path in a whole URL may go on', 'http://a/endless?a=1', undefined],
    ['that has arrived may be answered for longer', '/long-answer', 'Content-Length: 0\r\n'],
  ])('%s', async (_what, path, head) => {
    const { served, stop } = await start(path, head)
    vi.advanceTimersByTime(120_000)
    expect(served.writable).toBe(true)
    stop()
  })
})
