/**
 * Cognito calls this before it makes a token. The claim `merchants` tells a client what it is granted; ingest and the
 * query API read the grants themselves and never look at the claim.
 */
import type { PreTokenGenerationV3TriggerEvent } from 'aws-lambda'
import { documentClient } from '#adapters/aws/dynamodb'
import { dynamoGrants } from '#adapters/grants/dynamo-grants'
import { readSettings } from '#infra/settings'
import { parseSubject } from '#ledger/access'

const grants = dynamoGrants(documentClient(), readSettings().tables.grants)

export const handler = async (event: PreTokenGenerationV3TriggerEvent): Promise<PreTokenGenerationV3TriggerEvent> => {
  // A client of its own has no user: its client id is the subject of its tokens.
  const subject = parseSubject(event.request.userAttributes['sub'] ?? event.callerContext.clientId)
  const grant = subject.ok ? await grants.find(subject.value) : undefined
  event.response = {
    claimsAndScopeOverrideDetails: {
      // The types know only texts; Cognito takes lists for access tokens (Developer Guide, "Pre token generation").
      accessTokenGeneration: {
        claimsToAddOrOverride: { merchants: [...(grant?.merchants ?? [])] as unknown as string },
      },
    },
  }
  return event
}
