/** Ports whose errors hold what neither a client nor a log may see. */

/** What no answer may hold: where we run, on what, and how our code is laid out. */
export const INTERNALS = {
  arn: 'arn:aws:dynamodb:sa-east-1:123456789012:table/journal-production',
  table: 'journal-production',
  host: 'ip-10-0-0-7.sa-east-1.compute.internal',
  path: '/home/daybook/app/adapters/journal/dynamo-journal.ts',
  kind: 'ProvisionedThroughputExceededException',
} as const

/** A JSON Web Token, but for its signature. */
export const TOKEN =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJ0ZXN0ZXIiLCJleHAiOjQxMDI0NDQ4MDB9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg'

/** What no line of a log may hold. */
export const SECRETS = {
  token: TOKEN,
  signature: 'c2lnbmF0dXJlLW9mLXRoZS10b2tlbg',
  opaqueToken: 'opaque-0a1b2c3d4e5f',
  cookie: 'session-9f8e7d6c5b4a',
  clientSecret: 'S3cr3t~of.the-client_1',
  awsSessionToken: 'FwoGZXIvYXdzEXAMPLEsession',
} as const

/** An error as SDKs and fetch make them: with the request, its headers and the answer on it, and causes of the same kind. */
export const meanError = (depth = 2): Error => {
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    cookie: `__Host-session=${SECRETS.cookie}`,
    'set-cookie': [`__Host-session=${SECRETS.cookie}`],
    'x-amz-security-token': SECRETS.awsSessionToken,
  }
  const text = [
    `${INTERNALS.kind}: ${INTERNALS.arn} at ${INTERNALS.host}:8000 (${INTERNALS.path}:12:3)`,
    `Authorization: Bearer ${SECRETS.opaqueToken}`,
    `GET /token?client_secret=${SECRETS.clientSecret}&access_token=${SECRETS.opaqueToken}`,
    `cookie: __Host-session=${SECRETS.cookie}`,
    JSON.stringify({ access_token: SECRETS.opaqueToken, client_secret: SECRETS.clientSecret, id_token: TOKEN }),
  ].join('\n')
  const error = new Error(text, depth > 0 ? { cause: meanError(depth - 1) } : {})
  error.name = INTERNALS.kind
  return Object.assign(error, {
    $fault: 'server',
    $metadata: { httpStatusCode: 400, requestId: 'aws-request-1', attempts: 3, headers },
    $response: { statusCode: 400, headers, body: text },
    request: { headers, rawHeaders: ['authorization', headers.authorization, 'cookie', headers.cookie] },
    config: { clientSecret: SECRETS.clientSecret, headers },
    token: SECRETS.opaqueToken,
    clientSecret: SECRETS.clientSecret,
    body: text,
    errors: [{ headers }],
  })
}

/** How a port fails: by a promise, as calls over a network do, or at once, as faults of our own code do. */
export type Manner = 'rejects' | 'throws'

/** The port, of which every call fails while `isFailing` says so. */
export const failing = <Port extends object>(port: Port, manner: Manner, isFailing: () => boolean = () => true): Port =>
  new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]): unknown => {
        if (!isFailing()) return Reflect.apply(member, target, given)
        if (manner === 'throws') throw meanError()
        return Promise.reject(meanError())
      }
    },
  })
