import { readPieces, readText } from '#http/body'
import type { ServiceContext } from '#http/context'
import { orProblem, ProblemError } from '#http/problem-error'
import type { ServiceParts } from '#http/service'
import type { Result } from '#ledger/result'
import { parseEntryText } from '#wire/entry/schema'
import { batchResponse, parseBatchText, type Accepted } from '#wire/http/batch'
import { positionToken } from '#wire/http/position-token'
import { jsonResponse, notJsonBody, type Problem } from '#wire/http/problem'
import type { AcceptEntries } from './accept-entries.ts'
import { acceptLines, MAX_HELD_BYTES } from './accept-lines.ts'
import { locationOf } from './entry-location.ts'
import type { Gate } from './gate.ts'
import type { RateLimit } from './rate-limit.ts'

export type EntryParts = {
  readonly accept: AcceptEntries
  readonly limit: RateLimit
  /** Where clients reach the query API, without a slash at the end. Undefined: answers have no `Location`. */
  readonly queryUrl?: string | undefined
  /** Hears what became of the entries of a request, or of a part of an upload. */
  readonly onOutcomes: (via: EntryRoute, outcomes: readonly Result<Accepted, Problem>[]) => void
  readonly log: ServiceParts['log']
}

/** The route on which an entry came. */
export type EntryRoute = 'single' | 'batch' | 'upload'

export const entryHandlers = (gate: Gate, parts: EntryParts) => {
  const { accept, limit, queryUrl, onOutcomes, log } = parts
  const uploads = acceptLines({
    onOutcomes: (outcomes) => onOutcomes('upload', outcomes),
    explain(error) {
      if (error instanceof ProblemError) return error.problem
      log.error({ err: error }, 'our own code failed on an upload; its lines without an answer have to be sent again')
      return UPLOAD_FAILED
    },
  })

  return {
    sendEntry: gate.admitted(async (c) => {
      const text = await readText(c.req.raw)
      const entry = parseEntryText(text)
      if (!entry.ok) throw new ProblemError(notJsonBody(text))
      gate.take(1)
      const outcomes = await accept([entry.value], c.get('merchants'))
      onOutcomes('single', outcomes)
      const [outcome] = outcomes
      if (outcome === undefined) throw new Error('an entry was given and nothing came back')
      return acceptedResponse(orProblem(outcome), queryUrl)
    }),

    sendBatch: gate.admitted(async (c) => {
      const inputs = orProblem(parseBatchText(await readText(c.req.raw)))
      gate.take(inputs.length)
      const outcomes = await accept(inputs, c.get('merchants'))
      onOutcomes('batch', outcomes)
      return batchResponse(inputs, outcomes, c.get('requestId'))
    }),

    streamEntries: (c: ServiceContext) => {
      const input = readPieces(c.req.raw)
      const access = c.get('access')
      const { leave } = gate.admitUpload(MAX_HELD_BYTES)
      const lines = uploads(input, c.get('requestId'), async (inputs) => {
        await limit.wait(inputs.length)
        // An upload may last longer than the token or the grant with which it came.
        return await accept(inputs, await access.merchants())
      })
      return new Response(utf8Stream(lines, leave), {
        headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
      })
    },
  }
}

const acceptedResponse = ({ entry, position }: Accepted, queryUrl: string | undefined): Response => {
  const { entryId, merchantId, businessDay } = entry
  const body = { entryId, merchantId, businessDay, position: positionToken(position) }
  return jsonResponse(body, 202, locationOf(entry, queryUrl))
}

/** The texts as bytes, each made when the client asks for it. `onEnd` is called once the client asks no more. */
const utf8Stream = (texts: AsyncGenerator<string>, onEnd: () => void): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      async pull(controller) {
        const next = await texts.next()
        if (next.done !== true) return controller.enqueue(Buffer.from(next.value))
        onEnd()
        controller.close()
      },
      // The client has gone. Entries that are being accepted stay accepted; the rest of its input is not read.
      async cancel() {
        onEnd()
        await texts.return(undefined)
      },
    },
    // No text is made in advance: its entries would be read, accepted and held before the client takes their answers.
    { highWaterMark: 0 },
  )

const UPLOAD_FAILED: Problem = {
  code: 'unexpected-error',
  detail:
    'Our own code failed, and the failure is logged. Send the lines without an answer again. Sending other ' +
    'lines again is safe.',
}
