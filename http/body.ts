/**
 * Reads the bodies of requests: bounded, expanded, decoded and parsed. A body that cannot be read is a problem of the
 * request, never a fault of ours.
 */
import { pipeline, Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import { decodeUtf8, MERGE_PATCH, parseJson } from '#wire/json/json'
import { notJsonBody, type Problem } from '#wire/http/problem'
import { ProblemError } from './problem-error.ts'

/** The largest body that is read: 1 MiB, both before and after expansion. */
const MAX_BODY_BYTES = 1024 * 1024

/** The JSON value of a request's body. Throws a ProblemError: 400, 413 or 415. */
export const readJson = async (request: Request): Promise<unknown> => jsonIn(await readText(request))

/** The JSON value of a request's body; an empty object when there is no body. Throws as `readJson` does. */
export const readOptionalJson = async (request: Request): Promise<unknown> => {
  const text = await readText(request)
  return text === '' ? {} : jsonIn(text)
}

/**
 * The JSON value of a PATCH. Its media type has to name the kind of patch (RFC 5789), which `application/json` does
 * not.
 */
export const readMergePatch = async (request: Request): Promise<unknown> => {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== MERGE_PATCH) throw new ProblemError(NOT_A_MERGE_PATCH)
  return await readJson(request)
}

const jsonIn = (text: string): unknown => {
  const json = parseJson(text)
  if (!json.ok) throw new ProblemError(notJsonBody(text))
  return json.value
}

/** The text of a request's body. Throws a ProblemError: 400, 413 or 415. */
export const readText = async (request: Request): Promise<string> => {
  const isCompressed = isGzip(request)
  const sent = await readBytes(request)
  const text = decodeUtf8(isCompressed ? expand(sent) : sent)
  if (!text.ok) throw new ProblemError(notJson('The body is not valid UTF-8.'))
  return text.value
}

/**
 * A request's body of any length, expanded, piece by piece. No more is read from the connection than the caller asks
 * for. Throws a ProblemError: 415 at once; while reading, 400 when the body is not gzip or the connection ends too
 * early.
 */
export const readPieces = (request: Request): AsyncIterable<Uint8Array> => {
  const isCompressed = isGzip(request)
  const sent = piecesOf(request)
  return isCompressed ? expandPieces(sent) : sent
}

/** About how many bytes a request's body will take, estimated before it is read; at most MAX_BODY_BYTES. */
export const bodyBytes = (request: Request): number => {
  const declared = request.headers.get('content-length')
  if (declared === null) return MAX_BODY_BYTES
  const bytes = Number(declared) * (isGzip(request) ? USUAL_EXPANSION : 1)
  return Math.min(bytes, MAX_BODY_BYTES)
}

// Compression takes the entries of a till down to a tenth. A body that expands more than this is rare, and its memory
// is free again once it has been parsed.
const USUAL_EXPANSION = 16

const isGzip = (request: Request): boolean => {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  // HTTP/1.0 called it "x-gzip", and RFC 9110 still requires servers to understand that name.
  if (encoding === 'gzip' || encoding === 'x-gzip') return true
  if (encoding === 'identity') return false
  throw new ProblemError(UNSUPPORTED_ENCODING)
}

async function* piecesOf(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* (request.body ?? []) as AsyncIterable<Uint8Array>
  } catch {
    throw new ProblemError(CONNECTION_ENDED)
  }
}

async function* expandPieces(sent: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: EXPANDED_PIECE_BYTES })
  // Errors of the pipeline are thrown by the loop below. Leaving the loop destroys both ends.
  pipeline(Readable.from(sent), gunzip, () => {})
  try {
    yield* gunzip as AsyncIterable<Uint8Array>
  } catch (error) {
    throw error instanceof ProblemError ? error : new ProblemError(notJson('The body is not valid gzip.'))
  }
}

const EXPANDED_PIECE_BYTES = 64 * 1024

const readBytes = async (request: Request): Promise<Uint8Array> => {
  const declared = request.headers.get('content-length')
  if (Number(declared) > MAX_BODY_BYTES) throw new ProblemError(TOO_LARGE)
  try {
    // Node reads no more than was declared. So such a body can be read whole, at a quarter of the cost of a stream.
    const bytes = declared === null ? await readAtMost(request, MAX_BODY_BYTES) : await readWhole(request)
    if (bytes.byteLength > MAX_BODY_BYTES) throw new ProblemError(TOO_LARGE)
    return bytes
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError(CONNECTION_ENDED)
  }
}

const readWhole = async (request: Request): Promise<Uint8Array> => new Uint8Array(await request.arrayBuffer())

const readAtMost = async (request: Request, maxBytes: number): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the stream, so a body that is too large is not read to its end.
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > maxBytes) throw new ProblemError(TOO_LARGE)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const expand = (bytes: Uint8Array): Uint8Array => {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    const isTooLarge = error instanceof RangeError
    throw new ProblemError(isTooLarge ? TOO_LARGE : notJson('The body is not valid gzip.'))
  }
}

const TOO_LARGE: Problem = {
  code: 'too-large',
  detail: `A body may have up to ${MAX_BODY_BYTES} bytes, and no more after expansion. Send fewer entries at a time.`,
}

const CONNECTION_ENDED: Problem = {
  code: 'malformed-request',
  detail: 'The connection ended before the body did.',
}

const UNSUPPORTED_ENCODING: Problem = {
  code: 'unsupported-encoding',
  detail: 'A body may be sent as it is or with Content-Encoding: gzip.',
}

const NOT_A_MERGE_PATCH: Problem = {
  code: 'unsupported-type',
  detail: `A PATCH has to be a JSON merge patch, sent with Content-Type: ${MERGE_PATCH}.`,
  acceptPatch: MERGE_PATCH,
}

const notJson = (detail: string): Problem => ({ code: 'not-json', detail })
