/** The HTTP face of the command side. */
import type { Handler } from 'hono'
import { bodyBytes, readJson, readMergePatch, readOptionalJson, readPieces, readText } from '#http/body'
import { publishDocs } from '#http/docs'
import { onlyMethods } from '#http/methods'
import { preconditionsOf } from '#http/preconditions'
import { queryOf } from '#http/query'
import { problem, ProblemError, service, type ServiceContext, type ServiceEnv, type ServiceParts } from '#http/service'
import type { Entry } from '#ledger/entry'
import { CLIENT_ID_RULE, parseMerchantId, type MerchantId } from '#ledger/identifiers'
import type { QuarantineKey } from '#ledger/quarantine'
import type { Result } from '#ledger/result'
import { batchResponse, parseBatchText, type Accepted } from '#wire/http/batch'
import { parseEntryText } from '#wire/entry/schema'
import type { FieldProblem } from '#wire/json/fields'
import {
  merchantResponse,
  merchantTag,
  parseMerchantParams,
  parseMerchantPatch,
  parseRegistration,
} from '#wire/http/merchant'
import { ingestDocument } from '#wire/http/openapi/ingest-document'
import { positionToken } from '#wire/http/position-token'
import { invalid, jsonResponse, NOT_JSON, type Problem } from '#wire/http/problem'
import { parseQuarantineId } from '#wire/http/quarantine-id'
import { parseDiscardRequest, parseReplayRequest } from '#wire/http/requests/quarantine'
import { decidedResponse, type Decided } from '#wire/http/responses/quarantine'
import type { AcceptEntries } from './accept-entries.ts'
import { acceptLines, MAX_HELD_BYTES } from './accept-lines.ts'
import type { Admission, Shed, ShedReason } from './admission.ts'
import type { DecideQuarantine } from './decide-quarantine.ts'
import { operatorOf } from './operator.ts'
import type { RateLimit } from './rate-limit.ts'
import type { Registered, Registrar, Terms } from './register-merchant.ts'

export type IngestParts = ServiceParts & {
  readonly accept: AcceptEntries
  readonly registrar: Registrar
  readonly quarantine: DecideQuarantine
  readonly admission: Admission
  readonly uploadAdmission: Admission
  readonly limit: RateLimit
  /** Where clients reach the query API, without a slash at the end. Undefined: answers do not point there. */
  readonly queryUrl?: string | undefined
  /** Hears what became of the entries of a request, or of a part of an upload. */
  readonly onOutcomes: (via: EntryRoute, outcomes: readonly Result<Accepted, Problem>[]) => void
  /** Hears why a request was not let in. */
  readonly onShed: (reason: ShedReason) => void
}

/** By which of the ways in an entry came. */
export type EntryRoute = 'single' | 'batch' | 'upload'

/** Paths whose requests may take as long as they go on. */
export const ENDLESS_PATHS: readonly string[] = ['/v1/entries/stream']

export const ingestApp = (parts: IngestParts) => {
  const { accept, registrar, quarantine, admission, uploadAdmission, limit, queryUrl, onOutcomes, onShed } = parts
  const app = service(parts)

  const shed = (c: ServiceContext, refusal: Shed): Response => {
    onShed(refusal.reason)
    return problem(c, refusal)
  }

  /** Refuses the request before its body is read, when there is no room for it. */
  const admitted =
    (handler: Handler<ServiceEnv>): Handler<ServiceEnv> =>
    async (c, next) => {
      const free = limit.check()
      if (!free.ok) return shed(c, free.error)
      const entered = admission.enter(bodyBytes(c.req.raw))
      if (!entered.ok) return shed(c, entered.error)
      try {
        return await handler(c, next)
      } finally {
        entered.value.leave()
      }
    }

  const uploads = acceptLines({
    accept: async (inputs) => {
      await limit.wait(inputs.length)
      return await accept(inputs)
    },
    onOutcomes: (outcomes) => onOutcomes('upload', outcomes),
    explain(error) {
      if (error instanceof ProblemError) return error.problem
      parts.log.error({ err: error }, 'an upload failed')
      return UPLOAD_FAILED
    },
  })

  app.put('/v1/merchants/:merchantId', async (c) => {
    const merchantId = merchantIdOf(c)
    const terms = termsOf(c)
    const wanted = parseRegistration(merchantId, await readJson(c.req.raw))
    if (!wanted.ok) return problem(c, invalid('The merchant is not valid.', wanted.error))
    const registered = await registrar.register(wanted.value, terms)
    return registered.ok ? registeredResponse(registered.value, terms) : problem(c, registered.error)
  })
  app.patch('/v1/merchants/:merchantId', async (c) => {
    const merchantId = merchantIdOf(c)
    const terms = termsOf(c)
    const change = parseMerchantPatch(await readMergePatch(c.req.raw))
    if (!change.ok) return problem(c, invalid('The change is not valid.', change.error))
    const changed = await registrar.change(merchantId, change.value, terms)
    return changed.ok ? registeredResponse(changed.value, terms) : problem(c, changed.error)
  })
  app.all('/v1/merchants/:merchantId', onlyMethods('PUT', 'PATCH'))

  app.post(
    '/v1/entries',
    admitted(async (c) => {
      const entry = parseEntryText(await readText(c.req.raw))
      if (!entry.ok) return problem(c, NOT_JSON)
      const free = limit.take(1)
      if (!free.ok) return shed(c, free.error)
      const outcomes = await accept([entry.value])
      onOutcomes('single', outcomes)
      const [outcome] = outcomes
      if (outcome === undefined) throw new Error('an entry was given and nothing came back')
      return outcome.ok ? acceptedResponse(outcome.value, queryUrl) : problem(c, outcome.error)
    }),
  )
  app.all('/v1/entries', onlyMethods('POST'))

  app.post(
    '/v1/entries/batch',
    admitted(async (c) => {
      const inputs = parseBatchText(await readText(c.req.raw))
      if (!inputs.ok) return problem(c, inputs.error)
      const free = limit.take(inputs.value.length)
      if (!free.ok) return shed(c, free.error)
      const outcomes = await accept(inputs.value)
      onOutcomes('batch', outcomes)
      return batchResponse(inputs.value, outcomes, c.get('requestId'))
    }),
  )
  app.all('/v1/entries/batch', onlyMethods('POST'))

  app.post('/v1/entries/stream', (c) => {
    const input = readPieces(c.req.raw)
    const entered = uploadAdmission.enter(MAX_HELD_BYTES)
    if (!entered.ok) return shed(c, entered.error)
    const answers = utf8Stream(uploads(input, c.get('requestId')), entered.value.leave)
    return new Response(answers, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } })
  })
  app.all('/v1/entries/stream', onlyMethods('POST'))

  app.post(
    '/v1/quarantine/:quarantineId/replay',
    admitted(async (c) => {
      const wanted = parseReplayRequest(await readOptionalJson(c.req.raw))
      if (!wanted.ok) return problem(c, invalid('The replay is not valid.', wanted.error))
      const free = limit.take(1)
      if (!free.ok) return shed(c, free.error)
      const decided = await quarantine.replay(quarantineKeyOf(c), operatorOf(c), wanted.value.correction)
      return decided.ok ? replayedResponse(decided.value, queryUrl) : problem(c, decided.error)
    }),
  )
  app.all('/v1/quarantine/:quarantineId/replay', onlyMethods('POST'))

  app.post('/v1/quarantine/:quarantineId/discard', async (c) => {
    const wanted = parseDiscardRequest(await readJson(c.req.raw))
    if (!wanted.ok) return problem(c, invalid('The discard is not valid.', wanted.error))
    const decided = await quarantine.discard(quarantineKeyOf(c), operatorOf(c), wanted.value.reason)
    return decided.ok ? jsonResponse(decidedResponse(decided.value)) : problem(c, decided.error)
  })
  app.all('/v1/quarantine/:quarantineId/discard', onlyMethods('POST'))

  publishDocs(app, ingestDocument)
  return app
}

/** The texts as bytes, made when they are asked for. `onEnd` is called once nobody asks any more. */
const utf8Stream = (texts: AsyncGenerator<string>, onEnd: () => void): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      async pull(controller) {
        const next = await texts.next()
        if (next.done !== true) return controller.enqueue(Buffer.from(next.value))
        onEnd()
        controller.close()
      },
      // The client has gone. What is being accepted is, and what it sent is read no further.
      async cancel() {
        onEnd()
        await texts.return(undefined)
      },
    },
    // Nothing is made in advance: that would be read, accepted, and held.
    { highWaterMark: 0 },
  )

const merchantIdOf = (c: ServiceContext): MerchantId => {
  const merchantId = parseMerchantId(c.req.param('merchantId') ?? '')
  if (merchantId.ok) return merchantId.value
  throw new ProblemError(invalid('The path names no merchant.', [MALFORMED_MERCHANT_ID]))
}

const termsOf = (c: ServiceContext): Required<Terms> => ({
  preconditions: preconditionsOf(c),
  isPreview: queryOf(c, parseMerchantParams).preview,
})

// A preview has no ETag: its revision is one that another change may take.
const registeredResponse = ({ merchant, isNew }: Registered, { isPreview }: Required<Terms>): Response =>
  isPreview
    ? jsonResponse(merchantResponse(merchant))
    : jsonResponse(merchantResponse(merchant), isNew ? 201 : 200, { etag: merchantTag(merchant) })

const acceptedResponse = ({ entry, position }: Accepted, queryUrl: string | undefined): Response => {
  const { entryId, merchantId, businessDay } = entry
  const body = { entryId, merchantId, businessDay, position: positionToken(position) }
  return jsonResponse(body, 202, locationOf(entry, queryUrl))
}

// Another service answers there, so a path alone would lead nowhere. Nothing in an id or a day needs escaping in a path.
const locationOf = ({ entryId, merchantId, businessDay }: Entry, queryUrl: string | undefined) =>
  queryUrl === undefined
    ? undefined
    : { location: `${queryUrl}/v1/merchants/${merchantId}/days/${businessDay}/entries/${entryId}` }

const replayedResponse = (decided: Decided, queryUrl: string | undefined): Response =>
  jsonResponse(
    decidedResponse(decided),
    202,
    decided.status === 'replayed' ? locationOf(decided.replayedAs.entry, queryUrl) : undefined,
  )

const quarantineKeyOf = (c: ServiceContext): QuarantineKey => {
  const key = parseQuarantineId(c.req.param('quarantineId') ?? '')
  if (key.ok) return key.value
  throw new ProblemError({ code: 'not-found', detail: 'No item in quarantine has this id.' })
}

const UPLOAD_FAILED: Problem = {
  code: 'unexpected-error',
  detail: 'It is logged. Send the lines that have no answer again; sending others again is safe.',
}

const MALFORMED_MERCHANT_ID: FieldProblem = {
  pointer: '/merchantId',
  code: 'malformed',
  detail: CLIENT_ID_RULE,
}
