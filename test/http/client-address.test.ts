/** From where a decision came, as ingest records it. */
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { serve } from '#http/serve'
import { ALLOWED, AUTHORIZATION, withToken } from '#test/access'
import { aGrant } from '#test/builders'
import { anIngest } from './ingest-fixtures.ts'

const BAKERY = JSON.stringify({ name: 'Padaria Central', currency: 'BRL', timeZone: 'America/Sao_Paulo' })

const start = (trustedProxies?: number) => {
  const auditTrail = memoryAuditTrail()
  const proxies = trustedProxies === undefined ? {} : { trustedProxies }
  const { app } = anIngest({ merchants: memoryMerchants(), auditTrail, ...proxies })
  return {
    app,
    recorded: () => auditTrail.published.map(({ body }) => body['from']),
    /** Registers a merchant, as a client or a proxy at the address does. */
    register: async (remoteAddress?: string, forwardedFor?: string) => {
      const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
      const sent = { method: 'PUT', headers, body: BAKERY }
      const response = await app.request(
        '/v1/merchants/m1',
        sent,
        remoteAddress === undefined ? undefined : { remoteAddress },
      )
      expect(response.status).toBe(201)
      return auditTrail.published.at(-1)?.body['from']
    },
  }
}

describe('the address of a client without a proxy', () => {
  test.each([
    { what: 'an IPv4 address', remote: '203.0.113.7', from: '203.0.113.7' },
    { what: 'an IPv6 address', remote: '2001:db8::7', from: '2001:db8::7' },
    { what: 'an IPv4 address that the socket has as IPv6', remote: '::ffff:203.0.113.7', from: '203.0.113.7' },
    { what: 'its own machine', remote: '::1', from: '::1' },
    { what: 'a link-local address with a zone', remote: 'fe80::1%eth0', from: 'fe80::1' },
    { what: 'no socket', remote: undefined, from: 'unknown' },
    { what: 'a socket without an address', remote: '', from: 'unknown' },
  ])('is recorded as $from for $what', async ({ remote, from }) => {
    expect(await start().register(remote)).toBe(from)
  })

  test('is that of the socket, whatever X-Forwarded-For says', async () => {
    expect(await start().register('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7')
    expect(await start().register(undefined, '198.51.100.1')).toBe('unknown')
  })
})

describe('the address of a client behind proxies', () => {
  test.each([
    { proxies: 1, header: '203.0.113.7', from: '203.0.113.7' },
    { proxies: 1, header: '198.51.100.1, 203.0.113.7', from: '203.0.113.7', what: 'a forged entry before it' },
    { proxies: 1, header: 'unknown, <script>, 203.0.113.7', from: '203.0.113.7', what: 'forged rubbish before it' },
    { proxies: 2, header: '198.51.100.1,203.0.113.7,10.0.0.2', from: '203.0.113.7', what: 'a forged entry before it' },
    { proxies: 2, header: '203.0.113.7', from: '203.0.113.7', what: 'fewer entries than proxies' },
    { proxies: 2, header: '203.0.113.7, , 10.0.0.2', from: '203.0.113.7', what: 'an empty entry' },
    { proxies: 1, header: '203.0.113.7:52011', from: '203.0.113.7', what: 'a port' },
    { proxies: 1, header: '[2001:db8::7]:443', from: '2001:db8::7', what: 'IPv6 and a port' },
    { proxies: 1, header: '2001:0DB8:0:0:0:0:0:7', from: '2001:db8::7', what: 'IPv6 written out' },
    { proxies: 1, header: '::ffff:cb00:7107', from: '203.0.113.7', what: 'IPv4 mapped into IPv6, in hexadecimal' },
    { proxies: 1, header: '', from: '10.0.0.1', what: 'an empty header' },
    { proxies: 1, header: undefined, from: '10.0.0.1', what: 'no header' },
    { proxies: 1, header: 'pos-7.example', from: 'unknown', what: 'a name' },
    { proxies: 1, header: '203.0.113', from: 'unknown', what: 'a piece of an address' },
    { proxies: 1, header: '203.0.113.256', from: 'unknown', what: 'an address that none can have' },
    { proxies: 1, header: '0x7f.1', from: 'unknown', what: 'an address as only URLs have it' },
    { proxies: 1, header: '2001:db8::7]', from: 'unknown', what: 'half a bracket' },
    { proxies: 1, header: '1'.repeat(8_000), from: 'unknown', what: 'digits without end' },
    { proxies: 2, header: 'rubbish, 10.0.0.2', from: 'unknown', what: 'rubbish in the entry that counts' },
  ])('is $from with $proxies trusted and "$header": $what', async ({ proxies, header, from }) => {
    expect(await start(proxies).register('10.0.0.1', header)).toBe(from)
  })
})

test('the address of a real connection is recorded', async () => {
  const { app, recorded } = start()
  const serving = await serve(app, { host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${serving.port}/v1/merchants/m1`
  const response = await fetch(url, { method: 'PUT', headers: { authorization: AUTHORIZATION }, body: BAKERY })
  expect(response.status).toBe(201)
  await serving.stop()
  expect(recorded()).toEqual(['127.0.0.1'])
})

test('the address of a client that hangs up before its token was checked is recorded', async () => {
  const [isAsked, hasHungUp, isPublished] = [0, 1, 2].map(() => Promise.withResolvers<unknown>())
  const grants = memoryGrants([aGrant('tester', '*')])
  const app = withToken(
    anIngest({
      access: {
        ...ALLOWED,
        grants: {
          async find(subject) {
            isAsked?.resolve(undefined)
            await hasHungUp?.promise
            return await grants.find(subject)
          },
        },
      },
      merchants: memoryMerchants(),
      auditTrail: { publish: async (event) => isPublished?.resolve(event?.body['from']) },
    }).app,
  )
  const fetchAndWatch: typeof app.fetch = (request, ...rest) => {
    request.signal.addEventListener('abort', () => hasHungUp?.resolve(undefined))
    return app.fetch(request, ...rest)
  }
  const serving = await serve({ fetch: fetchAndWatch }, { host: '127.0.0.1', port: 0 })
  const socket = connect(serving.port, '127.0.0.1')
  socket.write(`PUT /v1/merchants/m1 HTTP/1.1\r\nHost: a\r\nContent-Length: ${BAKERY.length}\r\n\r\n${BAKERY}`)
  await isAsked?.promise
  // A client that only closes its side may still wait for the answer.
  socket.resetAndDestroy()
  expect(await isPublished?.promise).toBe('127.0.0.1')
  await serving.stop()
})
