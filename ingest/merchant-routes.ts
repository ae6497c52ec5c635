import { readJson, readMergePatch } from '#http/body'
import type { ServiceContext } from '#http/context'
import { preconditionsOf } from '#http/preconditions'
import { orInvalid, ProblemError } from '#http/problem-error'
import { queryOf } from '#http/query'
import { CLIENT_ID_RULE, parseMerchantId, type MerchantId } from '#ledger/identifiers'
import {
  merchantResponse,
  merchantTag,
  parseMerchantParams,
  parseMerchantPatch,
  parseRegistration,
} from '#wire/http/merchant'
import { invalid, jsonResponse } from '#wire/http/problem'
import type { FieldProblem } from '#wire/json/fields'
import { actorOf, type ActorParts } from './operator.ts'
import type { Registered, Registrar, Terms } from './register-merchant.ts'

export type MerchantParts = ActorParts & { readonly registrar: Registrar }

export const merchantHandlers = ({ registrar, ...parts }: MerchantParts) => ({
  registerMerchant: async (c: ServiceContext) => {
    const merchantId = merchantIdOf(c)
    const terms = termsOf(c, parts)
    const wanted = orInvalid(parseRegistration(merchantId, await readJson(c.req.raw)), 'The merchant is not valid.')
    return registeredResponse(await registrar.register(wanted, terms), terms)
  },
  changeMerchant: async (c: ServiceContext) => {
    const merchantId = merchantIdOf(c)
    const terms = termsOf(c, parts)
    const change = orInvalid(parseMerchantPatch(await readMergePatch(c.req.raw)), 'The change is not valid.')
    return registeredResponse(await registrar.change(merchantId, change, terms), terms)
  },
})

const merchantIdOf = (c: ServiceContext): MerchantId => {
  const merchantId = parseMerchantId(c.req.param('merchantId') ?? '')
  if (merchantId.ok) return merchantId.value
  throw new ProblemError(invalid('The merchant id in the path is not valid.', [MALFORMED_MERCHANT_ID]))
}

const termsOf = (c: ServiceContext, parts: ActorParts): Required<Terms> => ({
  actor: actorOf(c, parts),
  preconditions: preconditionsOf(c),
  isPreview: queryOf(c, parseMerchantParams).preview,
})

// A preview has no ETag: another change may take its revision.
const registeredResponse = ({ merchant, isNew }: Registered, { isPreview }: Required<Terms>): Response =>
  isPreview
    ? jsonResponse(merchantResponse(merchant))
    : jsonResponse(merchantResponse(merchant), isNew ? 201 : 200, { etag: merchantTag(merchant) })

const MALFORMED_MERCHANT_ID: FieldProblem = {
  pointer: '/merchantId',
  code: 'malformed',
  detail: CLIENT_ID_RULE,
}
