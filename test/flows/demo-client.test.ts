/** What the demo's client does when its token expires while it sends. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryGrants } from '#adapters/grants/memory-grants'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { memoryTokens } from '#adapters/tokens/memory-tokens'
import { ianaZones } from '#adapters/zones/iana-zones'
import { serve, type Serving } from '#http/serve'
import { callerOf } from '#infra/local/demo/caller'
import { demoClient } from '#infra/local/demo/client'
import { ingest } from '#ingest/ingest'
import type { Caller } from '#ledger/access'
import { aGrant, aMerchant, subject } from '#test/builders'
import { aSale } from './client.ts'

let nowMs: number
let serving: Serving
beforeEach(async () => {
  nowMs = Date.now()
  const tillUntil = (expiresAtMs: number): Caller => ({
    subject: subject('till'),
    scopes: new Set(['entries:write']),
    expiresAtMs,
  })
  const app = ingest({
    access: {
      tokens: memoryTokens({ first: tillUntil(nowMs + 1_000), second: tillUntil(nowMs + 60_000) }),
      grants: memoryGrants([aGrant('till', 'm1')]),
      clock: () => nowMs,
    },
    zones: ianaZones,
    stream: memoryEntryStream(),
    merchants: memoryMerchants([aMerchant()]),
    quarantine: memoryQuarantine(),
    log: { error() {}, warn() {} },
  })
  serving = await serve(app, { host: '127.0.0.1', port: 0 })
})
afterEach(() => serving.stop())

/** The client of a till that is given these tokens, one after the other, and the number that it has asked for. */
const aTill = (...tokens: string[]) => {
  let asked = 0
  const till = callerOf(async () => tokens[asked++] ?? 'unknown')
  const url = `http://127.0.0.1:${serving.port}`
  const client = demoClient({ ingest: url, query: url }, { platform: till, tillsOf: () => till, backOffice: till })
  return { send: (entryId: string) => client.send([{ ...aSale({ entryId }), ...SOLD }]), asked: () => asked }
}

const SOLD = { method: 'pix', terminalId: 'till-1', terminalSeq: 1 } as const

test('requests that are refused because their token has expired share one new token and are accepted', async () => {
  const till = aTill('first', 'second')
  expect(await till.send('sale-1')).toHaveLength(1)
  expect(till.asked()).toBe(1)
  nowMs += 2_000
  const positions = await Promise.all(['sale-2', 'sale-3', 'sale-4'].map(till.send))
  expect(positions.map(({ length }) => length)).toEqual([1, 1, 1])
  expect(till.asked()).toBe(2)
})

test('a client whose new tokens are refused as well gives up and says so', async () => {
  const till = aTill()
  await expect(till.send('sale-1')).rejects.toThrow(/entries\/batch: 401 .*The token is not known/)
  expect(till.asked()).toBe(5)
})
