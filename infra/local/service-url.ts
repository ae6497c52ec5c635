import { isIPv6 } from 'node:net'

/** The URL at which a client on this machine reaches a service that listens on a host and a port. */
export const serviceUrl = (host: string, port: number): string => {
  const reachable = LOOPBACK_OF[host] ?? host
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`
}

/** A service that listens on all addresses is reached on the loopback one. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
