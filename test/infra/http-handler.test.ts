import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { httpHandler } from '#adapters/aws/http-handler'

test('a service that takes a call and does not answer is named in the error, with its address', async () => {
  const silent = createServer(() => {})
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: httpHandler('DynamoDB', { maxSockets: 1, requestTimeoutMs: 20 }),
  })
  onTestFinished(() => {
    client.destroy()
    silent.close()
  })
  await expect(client.send(new ListTablesCommand())).rejects.toMatchObject({
    name: 'TimeoutError',
    message: expect.stringMatching(`^DynamoDB at ${url} did not answer within \\d+ ms$`) as string,
  })
})
