/**
 * A minimal HTTP/1.1 client over kept sockets, with one request at a time on each. Node's own client takes as much CPU for
 * a request as the measured server, on the same cores.
 */
import { connect, type Socket } from 'node:net'

export type Answer = { readonly status: number; readonly body: string }

export type Connections = {
  /** Sends on an idle connection, or a new one when none is idle. Rejects when there is no answer. */
  send(request: HttpRequest): Promise<Answer>
  close(): void
}

type HttpRequest = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: string }

export const connectionsTo = (url: string, token: string): Connections => {
  const { hostname, port } = new URL(url)
  const ofAll = `host: ${hostname}\r\nauthorization: Bearer ${token}\r\n`
  const idle: Connection[] = []
  const all = new Set<Connection>()
  const open = (): Connection => {
    const connection = connectionTo(hostname, Number(port))
    all.add(connection)
    return connection
  }
  return {
    async send(request) {
      // The connection that was used last is used next, so that few are used when few are needed.
      let connection = idle.pop()
      while (connection?.isClosed() === true) {
        all.delete(connection)
        connection = idle.pop()
      }
      connection ??= open()
      const answer = await connection.send(textOf(request, ofAll))
      idle.push(connection)
      return answer
    },
    close: () => all.forEach((connection) => connection.close()),
  }
}

const textOf = ({ method, path, body }: HttpRequest, ofAll: string): string => {
  const head = `${method} ${path} HTTP/1.1\r\n${ofAll}`
  if (body === undefined) return `${head}\r\n`
  return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

type Connection = {
  send(text: string): Promise<Answer>
  isClosed(): boolean
  close(): void
}

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

const connectionTo = (host: string, port: number): Connection => {
  const socket: Socket = connect({ host, port, noDelay: true })
  let waiting: Waiting | undefined
  let received: Buffer = Buffer.alloc(0)

  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = undefined
    socket.destroy()
  }
  socket.setTimeout(NO_ANSWER_AFTER_MS, () => fail(new Error(`nothing for ${NO_ANSWER_AFTER_MS} ms`)))
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  socket.on('data', (piece) => {
    received = received.length === 0 ? piece : Buffer.concat([received, piece])
    const read = readAnswer(received)
    if (read === 'incomplete') return
    received = Buffer.alloc(0)
    waiting?.resolve(read)
    waiting = undefined
  })
  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(text)
      }),
    isClosed: () => socket.destroyed || !socket.writable,
    close: () => void socket.destroy(),
  }
}

// More than the longest wait that any route promises.
const NO_ANSWER_AFTER_MS = 30_000

const readAnswer = (received: Buffer): Answer | 'incomplete' => {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return 'incomplete'
  const head = received.toString('latin1', 0, headEnd)
  const body = received.subarray(headEnd + 4)
  const status = Number(head.slice(9, 12))
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? []
  if (length !== undefined) {
    return body.length < Number(length) ? 'incomplete' : { status, body: body.toString() }
  }
  return readChunks(status, body)
}

const readChunks = (status: number, body: Buffer): Answer | 'incomplete' => {
  const pieces: Buffer[] = []
  for (let at = 0; ;) {
    const sizeEnd = body.indexOf('\r\n', at)
    if (sizeEnd < 0) return 'incomplete'
    const size = Number.parseInt(body.toString('latin1', at, sizeEnd), 16)
    const from = sizeEnd + 2
    if (body.length < from + size + 2) return 'incomplete'
    if (size === 0) return { status, body: Buffer.concat(pieces).toString() }
    pieces.push(body.subarray(from, from + size))
    at = from + size + 2
  }
}
