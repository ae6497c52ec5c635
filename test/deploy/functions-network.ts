/**
 * The network of the functions: their calls of AWS, recorded on the way to the emulator or to our Firehose, and the
 * issuer's address, which is Cognito's own and leads to the emulator.
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
  /** The name of the table, stream or delivery stream; of an index `table/index/name`. */
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

type Ports = { readonly emulator: number; readonly firehose: number }

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
  const toFirehose = passOn(ports.firehose)
  return (incoming, response) => {
    const target = String(incoming.headers['x-amz-target'] ?? '')
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.on('end', () => calls.push(callOf(incoming, target, Buffer.concat(pieces))))
    const next = target.startsWith('Firehose_') ? toFirehose : toEmulator
    next(incoming, response)
  }
}

const callOf = ({ headers, method, url }: IncomingMessage, target: string, body: Buffer): Call => {
  const caller = /\bapp\/(\S+)/.exec(String(headers['user-agent']))?.[1] ?? 'unknown'
  const [, service, operation] = /^(DynamoDB|Kinesis|Firehose)_\d+\.(\w+)$/.exec(target) ?? []
  if (service === undefined) return { caller, action: `unknown:${target || method}`, resource: String(url) }
  const { TableName, IndexName, StreamName, DeliveryStreamName } = JSON.parse(body.toString()) as Record<string, string>
  const name = TableName ?? StreamName ?? DeliveryStreamName ?? '?'
  return {
    caller,
    action: `${service.toLowerCase()}:${operation}`,
    resource: IndexName === undefined ? name : `${name}/index/${IndexName}`,
  }
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
