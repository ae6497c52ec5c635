import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { serve, type Serving } from '#http/serve'
import { eventually } from '#infra/local/retry'
import { ENDLESS_PATHS } from '#ingest/app'
import { anIngest, saleNow } from './ingest-fixtures.ts'

const host = '127.0.0.1'

const line = (entryId: string) => `${JSON.stringify(saleNow(entryId))}\n`

const opened: { serving: Serving; sockets: Socket[] }[] = []
afterEach(async () => {
  for (const { serving, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy()
    await serving.stop()
  }
})

/** Ingest on a socket, over a stream that can be held. */
const start = async () => {
  let gate: PromiseWithResolvers<void> | undefined
  let accepted = 0
  const { app, log } = anIngest({
    streamWith: (memory) => ({
      put: async (records) => {
        await gate?.promise
        accepted += records.length
        return await memory.put(records)
      },
    }),
  })
  const serving = await serve(app, { host, port: 0, endlessPaths: ENDLESS_PATHS })
  const sockets: Socket[] = []
  opened.push({ serving, sockets })

  const upload = (): Upload => {
    const socket = connect(serving.port, host)
    sockets.push(socket)
    let answered = ''
    let isClosed = false
    socket.on('data', (bytes) => (answered += bytes.toString()))
    socket.on('error', () => {})
    socket.on('close', () => (isClosed = true))
    socket.write('POST /v1/entries/stream HTTP/1.1\r\nHost: ingest\r\nTransfer-Encoding: chunked\r\n\r\n')
    return {
      socket,
      send: (text) => socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`),
      end: () => socket.write('0\r\n\r\n'),
      answered: () => answered,
      isClosed: () => isClosed,
    }
  }
  return {
    upload,
    log,
    hold: () => (gate = Promise.withResolvers()),
    release: () => gate?.resolve(),
    puts: () => accepted,
    serving,
  }
}

type Upload = {
  readonly socket: Socket
  /** Sends a chunk; false when the system takes no more for now. */
  send(text: string): boolean
  end(): void
  answered(): string
  isClosed(): boolean
}

/** Sends until nothing is taken any more for a while, and answers how many bytes that were. */
const sendUntilStuck = async ({ socket, send }: Upload, text: string, mostBytes: number): Promise<number> => {
  let sentBytes = 0
  while (sentBytes < mostBytes) {
    sentBytes += text.length
    if (send(text)) continue
    const drained = await Promise.race([
      new Promise<boolean>((wake) => socket.once('drain', () => wake(true))),
      new Promise<boolean>((wake) => setTimeout(() => wake(false), 500)),
    ])
    if (!drained) return sentBytes
  }
  return sentBytes
}

const soon = async (expectation: () => Promise<void>): Promise<void> => {
  await eventually(async () => (await expectation(), true), { timeoutMs: 10_000 })
}

const MEBIBYTE = 1024 * 1024

describe('an upload', () => {
  test('is answered while it goes on', async () => {
    const { upload } = await start()
    const { send, end, answered } = upload()
    send(line('a'))
    await soon(async () => expect(answered()).toContain('"from":1,"to":1'))
    send(line('b'))
    await soon(async () => expect(answered()).toContain('"from":2,"to":2'))
    expect(answered()).not.toContain('"done"')
    end()
    await soon(async () => expect(answered()).toContain('{"done":true,"accepted":2,"rejected":0}'))
  })

  test('is not read while the stream takes nothing, and goes on when it does', async () => {
    const { upload, hold, release } = await start()
    const stuck = upload()
    hold()
    const piece = Array.from({ length: 250 }, (_, index) => line(`e${index}`)).join('')
    const sentBytes = await sendUntilStuck(stuck, piece, 64 * MEBIBYTE)
    expect(sentBytes).toBeLessThan(16 * MEBIBYTE)
    release()
    stuck.end()
    await soon(async () => expect(stuck.answered()).toContain('{"done":true'))
    const { accepted } = JSON.parse(/\{"done.*\}/.exec(stuck.answered())?.[0] ?? '{}')
    expect(accepted).toBe((sentBytes / piece.length) * 250)
  })

  test('is not read while its answers are not', async () => {
    const { upload } = await start()
    const deaf = upload()
    deaf.socket.pause()
    // Each of these short lines draws an answer a hundred times as long.
    const sentBytes = await sendUntilStuck(deaf, '[]\n'.repeat(5_000), 64 * MEBIBYTE)
    expect(sentBytes).toBeLessThan(16 * MEBIBYTE)
  })

  test('that breaks off leaves its accepted entries, and the service answers as before', async () => {
    const { upload, log, serving } = await start()
    for (let turn = 0; turn < 20; turn += 1) {
      const { socket, send, answered } = upload()
      send(line(`e${turn}`))
      await soon(async () => expect(answered()).toContain('"from":1,"to":1'))
      send('{"entryId"')
      socket.resetAndDestroy()
    }
    const answer = await fetch(`http://${host}:${serving.port}/v1/entries`, { method: 'POST', body: line('after') })
    expect(answer.status).toBe(202)
    expect(log.error).not.toHaveBeenCalled()
  })

  test('that breaks off while its entries are on their way gives back the room that it held', async () => {
    const { upload, hold, release, serving, log } = await start()
    hold()
    // Far more than there is room for at a time.
    for (let turn = 0; turn < 200; turn += 1) {
      const { socket, send, isClosed } = upload()
      send(line(`e${turn}`))
      if (turn % 20 === 19) await new Promise((wake) => setTimeout(wake, 20))
      socket.resetAndDestroy()
      await soon(async () => expect(isClosed()).toBe(true))
    }
    release()
    await soon(async () => {
      const response = await fetch(`http://${host}:${serving.port}/v1/entries/stream`, { method: 'POST', body: '' })
      expect([response.status, await response.text()]).toEqual([200, '{"done":true,"accepted":0,"rejected":0}\n'])
    })
    expect(log.error).not.toHaveBeenCalled()
  })
})
