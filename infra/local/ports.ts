import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Settings } from '#infra/settings'
import { SERVICES, type LocalService } from './local-aws.ts'
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
): Promise<Record<LocalService | 'consumers', number>> => {
  const { ingestPort, queryPort, issuerPort, consumersPort, s3Port } = settings
  const except = [ingestPort, queryPort, issuerPort, consumersPort, s3Port].filter((port) => port !== undefined)
  const free = await freePorts(SERVICES.length + 1, { except, random })
  const ofServices = SERVICES.map((service, index) => [service, free[index]])
  const { s3, ...others } = Object.fromEntries(ofServices) as Record<LocalService, number>
  return { ...others, s3: s3Port ?? s3, consumers: consumersPort ?? free[SERVICES.length] ?? 0 }
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
 *
 * A service listens on its port a moment later, and for moments while it restarts it does not. Two systems that search
 * at such a moment must not end at the same port. So a process keeps the UDP port of the same number for as long as it
 * runs, as the sign that the number is given away; a search passes over numbers with that sign.
 */
export const freePorts = async (
  count: number,
  { except = [], random = Math.random }: PortSearch = {},
): Promise<number[]> => {
  const found: number[] = []
  for (let tries = 0; found.length < count; tries += 1) {
    if (tries > 200) throw new Error('No free port was found between 20,000 and 29,999 on 127.0.0.1.')
    const port = 20_000 + Math.floor(random() * 10_000)
    if (!except.includes(port) && (await claim(port))) found.push(port)
  }
  return found
}

const claim = async (port: number): Promise<boolean> => {
  const sign = createSocket('udp4')
  try {
    sign.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(sign, 'listening')
    await closed(await listening(port, '127.0.0.1'))
    sign.unref()
    return true
  } catch {
    sign.close()
    return false
  }
}

/**
 * Why no service can listen there, as the code of the system's error; undefined when one can. After its process is
 * killed, a port becomes free a moment later.
 */
export const obstacleTo = async (port: number, host: string, graceMs = 1_500): Promise<string | undefined> => {
  const listen = async () => {
    try {
      await closed(await listening(port, host))
      return { code: undefined }
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') throw error
      return { code }
    }
  }
  return (await eventually(listen, { timeoutMs: graceMs }).catch(() => ({ code: 'EADDRINUSE' }))).code
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
