/** Firehose's wire protocol, AWS JSON 1.1: the operation in a header, JSON in and out, errors by their `__type`. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { DeliveryStream } from './delivery-stream.ts'
import {
  ACCOUNT,
  notFound,
  readPutRecord,
  readPutRecordBatch,
  TOO_LARGE,
  unreadable,
  type PutRequest,
  type Refusal,
} from './requests.ts'

export type DeliveryStreams = ReadonlyMap<string, DeliveryStream>

export const firehoseApi =
  (streams: DeliveryStreams): RequestListener =>
  (request, response) => {
    answer(request, streams)
      .catch((error: unknown): Answer => refused({ type: 'InternalFailure', message: String(error) }, 500))
      .then((result) => send(response, result))
      .catch(() => response.destroy())
  }

type Answer = { readonly status: number; readonly body: object }

const answer = async (request: IncomingMessage, streams: DeliveryStreams): Promise<Answer> => {
  const bytes = await readBody(request)
  if (bytes === undefined) return refused(TOO_LARGE)
  const body = parseJson(bytes)
  if (body === undefined) return refused(unreadable('The body is not JSON'))
  const operation = String(request.headers['x-amz-target']).replace(/^Firehose_20150804\./, '')
  return (await OPERATIONS[operation]?.(body, streams)) ?? refused({ type: 'UnknownOperationException', message: '' })
}

type Operation = (body: unknown, streams: DeliveryStreams) => Promise<Answer>

const OPERATIONS: Readonly<Record<string, Operation | undefined>> = {
  PutRecord: async (body, streams) => {
    const request = readPutRecord(body)
    if (!request.ok) return refused(request.error)
    const stream = streams.get(request.value.deliveryStreamName)
    if (stream === undefined) return refused(notFound(request.value.deliveryStreamName))
    const outcome = await stream.put(request.value.records)
    if (outcome === 'full') return refused({ type: SLOW_DOWN.ErrorCode, message: SLOW_DOWN.ErrorMessage }, 503)
    return { status: 200, body: accepted() }
  },

  PutRecordBatch: async (body, streams) => {
    const request = readPutRecordBatch(body)
    if (!request.ok) return refused(request.error)
    const stream = streams.get(request.value.deliveryStreamName)
    if (stream === undefined) return refused(notFound(request.value.deliveryStreamName))
    return batchAnswer(request.value, await stream.put(request.value.records))
  },

  DescribeDeliveryStream: async (body, streams) => {
    const { DeliveryStreamName: name } = body as { DeliveryStreamName?: unknown }
    if (typeof name !== 'string' || !streams.has(name)) return refused(notFound(String(name)))
    return { status: 200, body: { DeliveryStreamDescription: descriptionOf(name) } }
  },
}

/** AWS names each record of a batch that it did not take, in an answer that is otherwise a success. */
const batchAnswer = ({ records }: PutRequest, outcome: 'accepted' | 'full'): Answer => ({
  status: 200,
  body: {
    Encrypted: false,
    FailedPutCount: outcome === 'full' ? records.length : 0,
    RequestResponses: records.map(() => (outcome === 'full' ? SLOW_DOWN : accepted())),
  },
})

const SLOW_DOWN = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }

const accepted = () => ({ RecordId: randomUUID(), Encrypted: false })

const descriptionOf = (DeliveryStreamName: string) => ({
  DeliveryStreamName,
  DeliveryStreamARN: `arn:aws:firehose:us-east-1:${ACCOUNT}:deliverystream/${DeliveryStreamName}`,
  DeliveryStreamStatus: 'ACTIVE',
  DeliveryStreamType: 'DirectPut',
  VersionId: '1',
  Destinations: [],
  HasMoreDestinations: false,
})

const refused = ({ type, message }: Refusal, status = 400): Answer => ({ status, body: { __type: type, message } })

// Base64 makes four bytes of three. The JSON around 500 records is small compared with them.
const MAX_BODY_BYTES = 6 * 1024 * 1024

/** Reads the body to its end, so that the client gets the answer. Returns undefined when it is too large to keep. */
const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined
}

const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

const send = (response: ServerResponse, { status, body }: Answer): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
  response.end(JSON.stringify(body))
}
