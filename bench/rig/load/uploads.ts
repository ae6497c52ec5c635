/** An upload of many lines, as the generator's process sends it: no faster than ingest reads it, while reading the answers. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { saleOf, type Sales } from './sales.ts'

export type Upload = {
  readonly kind: 'upload'
  readonly ingestUrl: string
  readonly token: string
  readonly sales: Sales
  readonly lines: number
}

export type Uploaded = {
  readonly status: number
  readonly accepted: number
  readonly rejected: number
  /** Whether the last answer said that all lines were read. */
  readonly done: boolean
  readonly seconds: number
  readonly bytes: number
}

export const upload = async ({ ingestUrl, token, sales, lines }: Upload): Promise<Uploaded> => {
  const startedAtMs = performance.now()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
  const call = request(`${ingestUrl}/v1/entries/stream`, { method: 'POST', headers })
  const answered = once(call, 'response').then(([response]) => lastAnswer(response as IncomingMessage))
  let bytes = 0
  const body = Readable.from(pieces(sales, lines), { objectMode: false }).on('data', (piece: Buffer) => {
    bytes += piece.length
  })
  const [answer] = await Promise.all([answered, pipeline(body, call)])
  return { ...answer, seconds: (performance.now() - startedAtMs) / 1_000, bytes }
}

const LINES_AT_ONCE = 250

function* pieces(sales: Sales, lines: number): Generator<Buffer> {
  for (let from = 0; from < lines; from += LINES_AT_ONCE) {
    const count = Math.min(LINES_AT_ONCE, lines - from)
    const texts = Array.from({ length: count }, (_, index) => `${JSON.stringify(saleOf(sales, from + index))}\n`)
    yield Buffer.from(texts.join(''))
  }
}

const lastAnswer = async (response: IncomingMessage) => {
  let last = '{}'
  for await (const line of createInterface({ input: response })) last = line
  const { done = false, accepted = 0, rejected = 0 } = JSON.parse(last) as Partial<Uploaded>
  return { status: response.statusCode ?? 0, done, accepted, rejected }
}
