import { readJson, readOptionalJson } from '#http/body'
import type { ServiceContext } from '#http/context'
import { quarantineKeyOf } from '#http/hidden'
import { orInvalid } from '#http/problem-error'
import { jsonResponse } from '#wire/http/problem'
import { parseDiscardRequest, parseReplayRequest } from '#wire/http/requests/quarantine'
import { decidedResponse, type Decided } from '#wire/http/responses/quarantine'
import type { DecideQuarantine } from './decide-quarantine.ts'
import { locationOf } from './entry-location.ts'
import type { Gate } from './gate.ts'
import { operatorOf, type ActorParts } from './operator.ts'

export type QuarantineParts = ActorParts & {
  readonly quarantine: DecideQuarantine
  /** Where clients reach the query API, without a slash at the end. Undefined: answers have no `Location`. */
  readonly queryUrl?: string | undefined
}

export const quarantineHandlers = (gate: Gate, { quarantine, queryUrl, ...parts }: QuarantineParts) => ({
  replayQuarantined: gate.admitted(async (c) => {
    const key = quarantineKeyOf(c)
    const { correction } = orInvalid(parseReplayRequest(await readOptionalJson(c.req.raw)), 'The replay is not valid.')
    gate.take(1)
    return replayedResponse(await quarantine.replay(key, operatorOf(c, parts), correction), queryUrl)
  }),

  discardQuarantined: async (c: ServiceContext) => {
    const key = quarantineKeyOf(c)
    const { reason } = orInvalid(parseDiscardRequest(await readJson(c.req.raw)), 'The discard is not valid.')
    return jsonResponse(decidedResponse(await quarantine.discard(key, operatorOf(c, parts), reason)))
  },
})

const replayedResponse = (decided: Decided, queryUrl: string | undefined): Response =>
  jsonResponse(
    decidedResponse(decided),
    202,
    decided.status === 'replayed' ? locationOf(decided.replayedAs.entry, queryUrl) : undefined,
  )
