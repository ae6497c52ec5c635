/** From where a request comes. */
import { isIP } from 'node:net'
import { UNKNOWN } from '#ledger/actor'
import type { ServiceContext, ServiceEnv } from './context.ts'

/**
 * The address of the client. Each proxy adds the address that it was reached from at the end of `X-Forwarded-For`, and
 * what stands before that can be forged. So as many entries count, from the end, as there are proxies of our own; with
 * none, the header says nothing. Never throws: what is no address is recorded as unknown.
 */
export const clientAddress = (c: ServiceContext, trustedProxies: number): string => {
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').filter((entry) => entry.trim() !== '')
  const trusted = trustedProxies === 0 ? [] : forwarded.slice(-trustedProxies)
  return addressIn(trusted[0] ?? remoteAddress(c) ?? '')
}

// Hono types the bindings as given, and a request that came through no socket has none.
const remoteAddress = (c: ServiceContext): string | undefined =>
  (c.env as ServiceEnv['Bindings'] | undefined)?.remoteAddress

/** The address in a text, written in the one usual way (RFC 5952), without the port that some proxies add. */
const addressIn = (text: string): string => {
  const [, inBrackets, beforePort] = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text.trim()) ?? []
  // The zone of a link-local address means something only on the machine that wrote it.
  const address = (inBrackets ?? beforePort ?? text.trim()).replace(/%.*$/, '')
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return usualIPv6(address)
    default:
      return UNKNOWN
  }
}

/** An IPv4 address that was mapped into IPv6 is the same client as the IPv4 address. */
const usualIPv6 = (address: string): string => {
  const usual = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(usual) ?? []
  if (high === undefined || low === undefined) return usual
  return [high, low].flatMap((half) => [parseInt(half, 16) >> 8, parseInt(half, 16) & 255]).join('.')
}
