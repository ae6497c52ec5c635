/** The HTTP face of the command side. */
import { readJson } from '#http/body'
import { onlyMethods } from '#http/methods'
import { problem, service, type ServiceParts } from '#http/service'
import { parseMerchantId } from '#ledger/identifiers'
import { batchResponse, parseBatch, type Accepted } from '#wire/batch'
import type { FieldProblem } from '#wire/fields'
import { merchantResponse, parseRegistration } from '#wire/merchant'
import { positionToken } from '#wire/position-token'
import { invalid, jsonResponse } from '#wire/problem'
import type { AcceptEntries } from './accept-entries.ts'
import type { RegisterMerchant } from './register-merchant.ts'

export type IngestParts = ServiceParts & { readonly accept: AcceptEntries; readonly register: RegisterMerchant }

export const ingestApp = ({ accept, register, ...parts }: IngestParts) => {
  const app = service(parts)

  app.put('/v1/merchants/:merchantId', async (c) => {
    const merchantId = parseMerchantId(c.req.param('merchantId'))
    if (!merchantId.ok) return problem(c, invalid('The path names no merchant.', [MALFORMED_MERCHANT_ID]))
    const wanted = parseRegistration(merchantId.value, await readJson(c.req.raw))
    if (!wanted.ok) return problem(c, invalid('The merchant is not valid.', wanted.error))
    const registered = await register(wanted.value)
    if (!registered.ok) return problem(c, registered.error)
    const { merchant, isNew } = registered.value
    return jsonResponse(merchantResponse(merchant), isNew ? 201 : 200)
  })
  app.all('/v1/merchants/:merchantId', onlyMethods('PUT'))

  app.post('/v1/entries', async (c) => {
    const [outcome] = await accept([await readJson(c.req.raw)])
    if (outcome === undefined) throw new Error('an entry was given and nothing came back')
    return outcome.ok ? acceptedResponse(outcome.value) : problem(c, outcome.error)
  })
  app.all('/v1/entries', onlyMethods('POST'))

  app.post('/v1/entries/batch', async (c) => {
    const inputs = parseBatch(await readJson(c.req.raw))
    if (!inputs.ok) return problem(c, invalid('The batch is not valid.', inputs.error))
    return batchResponse(inputs.value, await accept(inputs.value), c.get('requestId'))
  })
  app.all('/v1/entries/batch', onlyMethods('POST'))

  return app
}

const acceptedResponse = ({ entry, position }: Accepted): Response => {
  const { entryId, merchantId, businessDay } = entry
  // Nothing in an id or a day needs escaping in a path.
  const location = `/v1/merchants/${merchantId}/days/${businessDay}/entries/${entryId}`
  return jsonResponse({ entryId, merchantId, businessDay, position: positionToken(position) }, 202, { location })
}

const MALFORMED_MERCHANT_ID: FieldProblem = {
  pointer: '/merchantId',
  code: 'malformed',
  detail: 'must be 1 to 64 characters of A-Z a-z 0-9 . _ : -',
}
