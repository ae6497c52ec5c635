/**
 * The network of the functions: their calls of AWS, recorded on the way to the emulator, to our Firehose or to the double of
 * Athena, and the issuer's address, which is Cognito's own and leads to the emulator.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A call of AWS by a function, as its policy would have to allow it. */
export type Call = {
  /** `AWS_SDK_UA_APP_ID` of the caller, which is the name of the function. */
  readonly caller: string
  /** For example `dynamodb:PutItem`. */
  readonly action: string
  /**
   * The name of the table, stream, delivery stream or bucket. Of an index it is `table/index/name`, of an object `bucket/key`, and
   * of others the last part of the ARN.
   */
  readonly resource: string
}

export type FunctionsNetwork = {
  /** The environment that leads functions here. */
  readonly environment: Readonly<Record<string, string>>
  readonly calls: readonly Call[]
  /** Hosts outside AWS that a function wanted to reach, and did not. */
  readonly refusedHosts: readonly string[]
  close(): void
}

type Ports = { readonly emulator: number; readonly firehose: number; readonly athena: number }

export const openFunctionsNetwork = async (
  ports: Ports,
  { issuerHost, folder }: { readonly issuerHost: string; readonly folder: string },
): Promise<FunctionsNetwork> => {
  const calls: Call[] = []
  const refusedHosts: string[] = []
  const recorder = createServer(recordAndPassOn(ports, calls))
  const certificate = makeCertificate(issuerHost, folder)
  const issuer = createTlsServer(
    { key: readFileSync(certificate.key), cert: readFileSync(certificate.certificate) },
    passOn(ports.emulator, { host: issuerHost, 'x-forwarded-proto': 'https' }),
  )
  const proxy = createServer()
  proxy.on('connect', ({ url }: IncomingMessage, socket) => {
    if (url === `${issuerHost}:443`) {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      issuer.emit('connection', socket)
      return
    }
    refusedHosts.push(String(url))
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  const [recorderPort, proxyPort] = [await listen(recorder), await listen(proxy)]
  return {
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${recorderPort}`,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NODE_EXTRA_CA_CERTS: certificate.certificate,
    },
    calls,
    refusedHosts,
    close() {
      for (const server of [recorder, proxy, issuer]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const makeCertificate = (host: string, folder: string) => {
  const [key, certificate] = [join(folder, 'issuer-key.pem'), join(folder, 'issuer.pem')]
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...fresh, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  })
  return { key, certificate }
}

const recordAndPassOn = (ports: Ports, calls: Call[]): RequestListener => {
  const toEmulator = passOn(ports.emulator)
  const elsewhere = new Map([
    ['firehose', passOn(ports.firehose)],
    ['athena', passOn(ports.athena)],
  ])
  return (incoming, response) => {
    const target = targetOf(incoming)
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => calls.push(...callsOf(incoming, target, Buffer.concat(pieces))))
    const next = elsewhere.get(target?.service ?? '') ?? toEmulator
    next(incoming, response)
  }
}

/** What a call names in its header, by the protocols of JSON. S3 has another one. */
type Target = { readonly service: string; readonly operation: string }

const targetOf = ({ headers }: IncomingMessage): Target | undefined => {
  const [, prefix = '', operation = ''] = /^(\w+?)(?:_\d+)?\.(\w+)$/.exec(String(headers['x-amz-target'] ?? '')) ?? []
  const service = SERVICES[prefix]
  return service === undefined ? undefined : { service, operation }
}

const SERVICES: Readonly<Record<string, string | undefined>> = {
  DynamoDB: 'dynamodb',
  Kinesis: 'kinesis',
  Firehose: 'firehose',
  AWSStepFunctions: 'states',
  AmazonAthena: 'athena',
}

const callsOf = (incoming: IncomingMessage, target: Target | undefined, body: Buffer): Call[] => {
  const caller = /\bapp\/(\S+)/.exec(String(incoming.headers['user-agent']))?.[1] ?? 'unknown'
  if (target === undefined) return [{ caller, ...callOfS3(incoming) }]
  const asked = JSON.parse(body.toString()) as Asked
  // A transaction needs the permission of each of its writes, and none of its own (DynamoDB, "Using IAM with transactions").
  const writes = (asked.TransactItems ?? []).flatMap((item) => Object.entries(item))
  if (writes.length > 0)
    return writes.map(([write, { TableName }]) => ({ caller, action: `dynamodb:${write}Item`, resource: TableName }))
  const { service, operation } = target
  return [{ caller, action: `${service}:${operation}`, resource: resourceOf(asked) }]
}

type Asked = Readonly<Record<string, string>> & {
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName: string }>>[]
}

const resourceOf = (asked: Asked): string => {
  const { TableName, IndexName, StreamName, DeliveryStreamName, stateMachineArn, executionArn } = asked
  const arn = stateMachineArn ?? executionArn
  if (arn !== undefined) return lastOfArn(arn)
  const workGroup = asked['WorkGroup'] ?? asked['QueryExecutionId']?.split('.')[0]
  if (workGroup !== undefined) return `workgroup/${workGroup}`
  const name = TableName ?? StreamName ?? DeliveryStreamName ?? '?'
  return IndexName === undefined ? name : `${name}/index/${IndexName}`
}

/** What follows the account in an ARN. */
export const lastOfArn = (arn: string): string => arn.replace(/^arn(:[^:]*){4}:/, '')

/** Buckets stand in the path, as our client asks for it. */
const callOfS3 = ({ method, url = '' }: IncomingMessage): Omit<Call, 'caller'> => {
  const resource = decodeURIComponent(new URL(url, 'http://s3').pathname).replace(/^\/|\/$/g, '')
  const read = resource.includes('/') ? 'GetObject' : 'ListBucket'
  const action = { GET: read, PUT: 'PutObject' }[method ?? ''] ?? method
  return { action: `s3:${action}`, resource }
}

const passOn =
  (port: number, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (incoming, response) => {
    const { method, url } = incoming
    const outgoing = request(
      { host: '127.0.0.1', port, method, path: url, headers: { ...incoming.headers, ...headers } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  }
