import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { httpHandler } from './http-handler.ts'

/** Talks to the Cognito that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER`). */
export const cognitoClient = ({ maxAttempts = 5 }: { maxAttempts?: number } = {}): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({
    maxAttempts,
    requestHandler: httpHandler('Cognito', { maxSockets: 8, requestTimeoutMs: 10_000 }),
  })
