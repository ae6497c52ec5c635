/**
 * What a REST API of API Gateway makes of a request for a Lambda function: the example of its developer guide ("Set up
 * Lambda proxy integrations", input format), with the request put in. Every media type is binary, as in our template.
 */
import type { APIGatewayProxyResult } from 'hono/aws-lambda'

export type SentRequest = {
  readonly method?: string
  /** As it is sent: percent-encoded, with its query. */
  readonly path: string
  /** A name may stand several times. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string | Uint8Array
  readonly from?: string
}

export const HOST = '70ixmpl4fl.execute-api.us-east-2.amazonaws.com'

export const apiGatewayEvent = ({ method = 'GET', path, headers = [], body, from = '203.0.113.7' }: SentRequest) => {
  const url = new URL(path, `https://${HOST}`)
  const all = [['Host', HOST], ['X-Forwarded-For', `192.0.2.1, ${from}`], ['X-Forwarded-Proto', 'https'], ...headers]
  const sent = all as readonly (readonly [string, string])[]
  return {
    version: '1.0',
    resource: '/{proxy+}',
    // Percent-encoded as it was sent, and without the stage.
    path: path.replace(/\?.*$/s, ''),
    httpMethod: method,
    // The last value of each name.
    headers: Object.fromEntries(sent),
    multiValueHeaders: severalValues(sent),
    // Decoded.
    queryStringParameters: Object.fromEntries(url.searchParams),
    multiValueQueryStringParameters: severalValues([...url.searchParams]),
    pathParameters: { proxy: decodeURIComponent(url.pathname.slice(1)) },
    stageVariables: {},
    requestContext: {
      accountId: '123456789012',
      apiId: '70ixmpl4fl',
      authorizer: {},
      domainName: HOST,
      domainPrefix: '70ixmpl4fl',
      extendedRequestId: 'JKJaXmPLvHcESHA=',
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: from,
        user: null,
        userAgent: 'curl/7.68.0',
        userArn: null,
      } as never,
      path: `/live${url.pathname}`,
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      requestTime: '20/Nov/2026:12:30:00 +0000',
      requestTimeEpoch: 1_795_177_800_000,
      resourceId: '123456',
      resourcePath: '/{proxy+}',
      stage: 'live',
    },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  }
}

const severalValues = (pairs: readonly (readonly [string, string])[]): Record<string, string[]> => {
  const byName = Map.groupBy(pairs, ([name]) => name)
  return Object.fromEntries(Array.from(byName, ([name, ofName]) => [name, ofName.map(([, value]) => value)]))
}

/** What API Gateway sends to the client. */
export const sentBack = (result: APIGatewayProxyResult) => ({
  status: result.statusCode,
  headers: Object.fromEntries(
    Object.entries(result.multiValueHeaders ?? result.headers ?? {}).map(([name, value]) => [name, String(value)]),
  ),
  body: Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8'),
})
