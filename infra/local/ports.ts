import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Settings } from '#infra/settings'
import type { LocalPorts } from './local-aws.ts'
import { eventually } from './retry.ts'

/**
 * Ports for the services that `npm start` runs beside the APIs and the issuer: free ones, or those that the
 * settings name. The APIs and the issuer listen a moment later, so their ports are free now, and are kept for
 * them.
 */
export const portsOfServices = async (
  settings: Pick<Settings, 'ingestPort' | 'queryPort' | 'issuerPort'> &
    Partial<Pick<Settings, 'consumersPort' | 's3Port'>>,
  random = Math.random,
): Promise<LocalPorts & { readonly consumers: number }> => {
  const { ingestPort, queryPort, issuerPort, consumersPort, s3Port } = settings
  const except = [ingestPort, queryPort, issuerPort, consumersPort, s3Port].filter((port) => port !== undefined)
  const [kinesis = 0, dynamodb = 0, s3 = 0, firehose = 0, consumers = 0] = await freePorts(5, { except, random })
  return { kinesis, dynamodb, s3: s3Port ?? s3, firehose, consumers: consumersPort ?? consumers }
}

type PortSearch = {
  /** Ports on which other services are about to listen: they are free now, and may not be given away. */
  readonly except?: readonly number[]
  /** From 0 up to 1. */
  readonly random?: () => number
}

/**
 * Returns the given number of different ports on which no process listens now. They lie below the range from which
 * systems give ports to outgoing connections (Linux: from 32768), so a port is still free when its service restarts.
 */
export const freePorts = async (
  count: number,
  { except = [], random = Math.random }: PortSearch = {},
): Promise<number[]> => {
  const held: { readonly server: Server; readonly port: number }[] = []
  // Each port is held until all are found; otherwise two searches could end at the same port.
  for (let tries = 0; held.length < count; tries += 1) {
    const port = 20_000 + Math.floor(random() * 10_000)
    if (except.includes(port)) continue
    const server = await listening(port, '127.0.0.1').catch((error: unknown) => {
      if (tries >= 100) throw error
      return undefined
    })
    if (server !== undefined) held.push({ server, port })
  }
  await Promise.all(held.map(({ server }) => closed(server)))
  return held.map(({ port }) => port)
}

/** Whether the port is free. After its process is killed, a port becomes free a moment later. */
export const isPortFree = async (port: number, host: string, graceMs = 1_500): Promise<boolean> => {
  try {
    const server = await eventually(() => listening(port, host), { timeoutMs: graceMs })
    await closed(server)
    return true
  } catch {
    return false
  }
}

const listening = async (port: number, host: string): Promise<Server> => {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  return server
}

const closed = async (server: Server): Promise<void> => {
  server.close()
  await once(server, 'close')
}
