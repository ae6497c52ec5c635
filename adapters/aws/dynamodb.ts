import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { httpHandler } from './http-handler.ts'

/** Talks to the DynamoDB that the environment names (`AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`). */
export const documentClient = ({ maxAttempts = 3 }: { maxAttempts?: number } = {}): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts,
      requestHandler: httpHandler('DynamoDB', { maxSockets: 64, requestTimeoutMs: 5_000 }),
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  )
