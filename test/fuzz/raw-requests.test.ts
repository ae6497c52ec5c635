/**
 * Requests that two readers of HTTP/1.1 may take for two different ones (RFC 9112, section 11.2), on a bare socket. A proxy
 * before us may let through what it has read in another way, so each of them is refused or has one meaning only.
 */
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Serving } from '#http/serve'
import { ENDLESS_PATHS } from '#ingest/app'
import { AUTHORIZATION } from '#test/access'
import { aWorld, type World } from './world.ts'

const host = '127.0.0.1'

let world: World
let serving: Serving
beforeAll(async () => {
  world = await aWorld()
  serving = await serve(world.apps.ingest, { host, port: 0, endlessPaths: ENDLESS_PATHS })
})
afterAll(async () => await serving.stop())

const SALE = JSON.stringify({
  entryId: 'e1',
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: '2026-11-20T09:30:00-03:00',
})

const START = `POST /v1/entries HTTP/1.1\r\nHost: daybook\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Type: application/json\r\n`
const LENGTH = `Content-Length: ${SALE.length}\r\n`
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

const chunk = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n`
const CHUNKS = `${chunk(SALE.slice(0, 20))}${chunk(SALE.slice(20))}0\r\n\r\n`

/** A second request that stands where the body of the first may end. */
const HIDDEN = `POST /v1/entries HTTP/1.1\r\nHost: daybook\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: ${SALE.length}\r\n\r\n${SALE}`

type Sent = { readonly pieces: readonly string[] }

/** What comes back until the server closes the connection, and how many entries were put on the stream meanwhile. */
const answersTo = async ({ pieces }: Sent): Promise<{ statuses: number[]; entriesPut: number; text: string }> => {
  const putBefore = world.entriesPut()
  const text = await new Promise<string>((resolve) => {
    const socket = connect(serving.port, host)
    socket.setNoDelay(true)
    let received = ''
    socket.on('data', (bytes) => (received += bytes.toString('latin1')))
    // A reset after an answer is as good as an end.
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    const send = async () => {
      for (const piece of pieces) {
        if (!socket.writable) break
        socket.write(piece, 'latin1')
        await setImmediate()
      }
      socket.end()
    }
    void send()
  })
  const statuses = Array.from(text.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status))
  return { statuses, entriesPut: world.entriesPut() - putBefore, text }
}

const refused: readonly { readonly what: string; readonly request: string }[] = [
  { what: 'two lengths that differ', request: `${START}${LENGTH}Content-Length: 3\r\n\r\n${SALE}` },
  { what: 'two lengths in one header', request: `${START}Content-Length: ${SALE.length}, 3\r\n\r\n${SALE}` },
  { what: 'the same length twice', request: `${START}${LENGTH}${LENGTH}\r\n${SALE}` },
  { what: 'a length and chunks', request: `${START}${LENGTH}${CHUNKED}\r\n${CHUNKS}` },
  {
    what: 'chunks and a length that hides a request',
    request: `${START}${CHUNKED}Content-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
  },
  { what: 'a length with a sign', request: `${START}Content-Length: +${SALE.length}\r\n\r\n${SALE}` },
  { what: 'a length below zero', request: `${START}Content-Length: -1\r\n\r\n${SALE}` },
  { what: 'a length in hexadecimal', request: `${START}Content-Length: 0x10\r\n\r\n${SALE}` },
  { what: 'a length beyond every number', request: `${START}Content-Length: 99999999999999999999999\r\n\r\n${SALE}` },
  { what: 'a space before the colon', request: `${START}Content-Length : ${SALE.length}\r\n\r\n${SALE}` },
  { what: 'chunked twice', request: `${START}Transfer-Encoding: chunked, chunked\r\n\r\n${CHUNKS}` },
  { what: 'chunked that is not last', request: `${START}Transfer-Encoding: chunked, identity\r\n\r\n${CHUNKS}` },
  { what: 'a coding that only looks like chunked', request: `${START}Transfer-Encoding: xchunked\r\n\r\n${CHUNKS}` },
  { what: 'a vertical tab before chunked', request: `${START}Transfer-Encoding: \u000bchunked\r\n\r\n${CHUNKS}` },
  {
    what: 'a header that goes on in the next line',
    request: `${START}Transfer-Encoding:\r\n chunked\r\n${LENGTH}\r\n${CHUNKS}`,
  },
  { what: 'line feeds alone', request: `${START}${LENGTH}\r\n${SALE}`.replaceAll('\r\n', '\n') },
  {
    what: 'a carriage return alone in a header',
    request: `${START}X-A: b\rTransfer-Encoding: chunked\r\n${LENGTH}\r\n${SALE}`,
  },
  { what: 'U+0000 in a header', request: `${START}X-A: b\u0000c\r\n${LENGTH}\r\n${SALE}` },
  { what: 'the size of a chunk with a sign', request: `${START}${CHUNKED}\r\n+5\r\nhello\r\n0\r\n\r\n` },
  { what: 'the size of a chunk in front of nothing', request: `${START}${CHUNKED}\r\n\r\n${SALE}\r\n0\r\n\r\n` },
  {
    what: 'the size of a chunk beyond every number',
    request: `${START}${CHUNKED}\r\nfffffffffffffffff\r\n${SALE}\r\n0\r\n\r\n`,
  },
  { what: 'a chunk that is longer than it says', request: `${START}${CHUNKED}\r\n5\r\n${SALE}\r\n0\r\n\r\n` },
  { what: 'chunks with line feeds alone', request: `${START}${CHUNKED}\r\n${CHUNKS.replaceAll('\r\n', '\n')}` },
  { what: 'a length in a trailer', request: `${START}${CHUNKED}\r\n${chunk(SALE)}0\r\nContent-Length: 3\r\n\r\n` },
  { what: 'a request without a host', request: `POST /v1/entries HTTP/1.1\r\n${LENGTH}\r\n${SALE}` },
  { what: 'two hosts', request: `${START}Host: other\r\n${LENGTH}\r\n${SALE}` },
  { what: 'an unknown version', request: `${START.replace('HTTP/1.1', 'HTTP/1.9')}${LENGTH}\r\n${SALE}` },
  { what: 'a body that ends too early', request: `${START}Content-Length: ${SALE.length + 1}\r\n\r\n${SALE}` },
]

const taken: readonly { readonly what: string; readonly pieces: readonly string[] }[] = [
  { what: 'chunks', pieces: [`${START}${CHUNKED}\r\n${CHUNKS}`] },
  { what: 'chunks with extensions', pieces: [`${START}${CHUNKED}\r\n${chunk(SALE, ';a=b;c="d;e"')}0;last\r\n\r\n`] },
  { what: 'chunks with a trailer', pieces: [`${START}${CHUNKED}\r\n${chunk(SALE)}0\r\nX-Checksum: 3\r\n\r\n`] },
  { what: 'chunked in capitals', pieces: [`${START}Transfer-Encoding: CHUNKED\r\n\r\n${CHUNKS}`] },
  { what: 'a request of one byte at a time', pieces: Array.from(`${START}${LENGTH}\r\n${SALE}`) },
  { what: 'chunks of one byte at a time', pieces: Array.from(`${START}${CHUNKED}\r\n${CHUNKS}`) },
]

describe('ingest refuses, and counts nothing of,', () => {
  test.each(refused)('$what', async ({ request }) => {
    const { statuses, entriesPut, text } = await answersTo({ pieces: [request] })
    expect(entriesPut).toBe(0)
    // A connection that ended before the request did may get no answer.
    expect(statuses.filter((status) => status < 400 || status > 499)).toEqual([])
    expect(statuses.length).toBeLessThanOrEqual(1)
    expect(text).not.toMatch(/\.ts:|node_modules/)
  })
})

describe('ingest takes once', () => {
  test.each(taken)('$what', async ({ pieces }) => {
    const { statuses, entriesPut } = await answersTo({ pieces })
    expect({ statuses, entriesPut }).toEqual({ statuses: [202], entriesPut: 1 })
  })

  test('each of two requests that stand behind each other on a connection', async () => {
    const { statuses, entriesPut } = await answersTo({ pieces: [`${HIDDEN}${HIDDEN}`] })
    expect({ statuses, entriesPut }).toEqual({ statuses: [202, 202], entriesPut: 2 })
  })
})
