/**
 * The requests that PutRecord and PutRecordBatch refuse, in the words of AWS. Sizes count the data before base64.
 *
 * One thing differs. AWS accepts a record of more than 500 documents and then does not split it, so the table loses it
 * and its producer is not told. Here the producer is told.
 */
import { ok, refuse, type Result } from '#ledger/result'

export type Refusal = { readonly type: string; readonly message: string }

const MAX_RECORDS = 500
const MAX_RECORD_BYTES = 1_000 * 1024
const MAX_CALL_BYTES = 4 * 1024 * 1024
const MAX_DOCUMENTS = 500

export type PutRequest = { readonly deliveryStreamName: string; readonly records: readonly Uint8Array[] }

export const readPutRecord = (body: unknown): Result<PutRequest, Refusal> =>
  readPut(body, (fields) => ({ list: [fields['Record']], path: () => 'record.data' }))

export const readPutRecordBatch = (body: unknown): Result<PutRequest, Refusal> =>
  readPut(body, (fields) => ({ list: fields['Records'], path: (index) => `records.${index + 1}.member.data` }))

type Listed = { readonly list: unknown; path(index: number): string }

const readPut = (body: unknown, listed: (fields: Fields) => Listed): Result<PutRequest, Refusal> => {
  if (!isFields(body)) return refuse(unreadable('Expected an object'))
  const { DeliveryStreamName: deliveryStreamName } = body
  if (typeof deliveryStreamName !== 'string') return refuse(invalid([isNull('deliveryStreamName')]))
  const { list, path } = listed(body)
  if (!Array.isArray(list)) return refuse(invalid([isNull('records')]))
  if (list.length === 0) return refuse(invalid([tooFew]))
  if (list.length > MAX_RECORDS) return refuse(invalid([tooMany(list.length)]))

  const data = list.map((record: unknown) => (isFields(record) ? record['Data'] : undefined))
  const missing = data.findIndex((text) => typeof text !== 'string')
  if (missing !== -1) return refuse(invalid([isNull(path(missing))]))
  if (!data.every(isBase64)) return refuse(unreadable('Blob is not valid base64'))

  const records = data.map((text) => Buffer.from(text, 'base64'))
  const tooLarge = records.flatMap(({ length }, index) =>
    length > MAX_RECORD_BYTES ? [large(length, path(index))] : [],
  )
  if (tooLarge.length > 0) return refuse(invalid(tooLarge))
  const bytes = records.reduce((sum, { length }) => sum + length, 0)
  if (bytes > MAX_CALL_BYTES) return refuse(TOO_LARGE)
  const documents = Math.max(...records.map(countDocuments))
  if (documents > MAX_DOCUMENTS) return refuse(tooManyDocuments(documents))
  return ok({ deliveryStreamName, records })
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isBase64 = (text: unknown): text is string =>
  typeof text === 'string' && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)

const LINE_END = '\n'.charCodeAt(0)

/** Each document stands on its own line. */
const countDocuments = (record: Buffer): number => {
  let lines = 0
  let start = 0
  for (let end = record.indexOf(LINE_END); end !== -1; end = record.indexOf(LINE_END, start)) {
    if (end > start) lines += 1
    start = end + 1
  }
  return start < record.length ? lines + 1 : lines
}

/** A call whose body is too large to read gets the same answer as one whose records are too large. */
export const TOO_LARGE: Refusal = { type: 'InvalidArgumentException', message: 'Records size exceeds 4 MB limit' }

export const unreadable = (message: string): Refusal => ({ type: 'SerializationException', message })

export const notFound = (name: string): Refusal => ({
  type: 'ResourceNotFoundException',
  message: `Firehose ${name} not found under account ${ACCOUNT}.`,
})

export const ACCOUNT = '000000000000'

const invalid = (violations: readonly string[]): Refusal => ({
  type: 'ValidationException',
  message: `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected: ${violations.join('; ')}`,
})

const isNull = (path: string) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`

const tooFew =
  "Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1"

const tooMany = (count: number) =>
  `Value '[${count} records]' at 'records' failed to satisfy constraint: ` +
  `Member must have length less than or equal to ${MAX_RECORDS}`

const large = (bytes: number, path: string) =>
  `Value 'java.nio.HeapByteBuffer[pos=0 lim=${bytes} cap=${bytes}]' at '${path}' failed to satisfy constraint: ` +
  `Member must have length less than or equal to ${MAX_RECORD_BYTES}`

const tooManyDocuments = (count: number): Refusal => ({
  type: 'InvalidArgumentException',
  message: `A record holds ${count} documents, and deaggregation is capped at ${MAX_DOCUMENTS} per record`,
})
