import { once } from 'node:events'
import { createServer } from 'node:net'
import { eventually } from './retry.ts'

/** A port that nobody listens on at the moment. */
export const freePort = async (): Promise<number> => await listenOnce(0, '127.0.0.1')

/** Whether the port can be had. One that was held by a process just killed is free again a moment later. */
export const isPortFree = async (port: number, host: string, graceMs = 1_500): Promise<boolean> => {
  try {
    await eventually(() => listenOnce(port, host), { timeoutMs: graceMs })
    return true
  } catch {
    return false
  }
}

const listenOnce = async (port: number, host: string): Promise<number> => {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : port
}
