import type { Hono } from 'hono'
import { readJson, readOptionalJson } from '#http/body'
import type { ServiceContext, ServiceEnv } from '#http/context'
import { onlyMethods } from '#http/methods'
import { orInvalid, ProblemError } from '#http/problem-error'
import type { QuarantineKey } from '#ledger/quarantine'
import { jsonResponse } from '#wire/http/problem'
import { parseQuarantineId } from '#wire/http/quarantine-id'
import { parseDiscardRequest, parseReplayRequest } from '#wire/http/requests/quarantine'
import { decidedResponse, type Decided } from '#wire/http/responses/quarantine'
import type { DecideQuarantine } from './decide-quarantine.ts'
import { locationOf } from './entry-location.ts'
import type { Gate } from './gate.ts'
import { operatorOf } from './operator.ts'

export type QuarantineParts = {
  readonly quarantine: DecideQuarantine
  /** Where clients reach the query API, without a slash at the end. Undefined: answers have no `Location`. */
  readonly queryUrl?: string | undefined
}

export const addQuarantineRoutes = (
  app: Hono<ServiceEnv>,
  gate: Gate,
  { quarantine, queryUrl }: QuarantineParts,
): void => {
  app.post(
    '/v1/quarantine/:quarantineId/replay',
    gate.admitted(async (c) => {
      const { correction } = orInvalid(
        parseReplayRequest(await readOptionalJson(c.req.raw)),
        'The replay is not valid.',
      )
      gate.take(1)
      const decided = await quarantine.replay(quarantineKeyOf(c), operatorOf(c), correction)
      return replayedResponse(decided, queryUrl)
    }),
  )
  app.all('/v1/quarantine/:quarantineId/replay', onlyMethods('POST'))

  app.post('/v1/quarantine/:quarantineId/discard', async (c) => {
    const { reason } = orInvalid(parseDiscardRequest(await readJson(c.req.raw)), 'The discard is not valid.')
    const decided = await quarantine.discard(quarantineKeyOf(c), operatorOf(c), reason)
    return jsonResponse(decidedResponse(decided))
  })
  app.all('/v1/quarantine/:quarantineId/discard', onlyMethods('POST'))
}

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
