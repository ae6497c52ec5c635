/** `npm run zones` over memory adapters, and as a process of its own. */
import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { memoryAuditTrail } from '#adapters/audit-trail/memory-audit-trail'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import type { Merchant } from '#ledger/merchant'
import { USAGE, zones as command, type ZonesWorld } from '#operations/zones'
import { aMerchant, merchantId } from '#test/builders'
import { ruleMade, zones2026c, zones2026f } from '#test/zone-data'
import { runIn } from './run.ts'

const MADE = '2026-11-20T12:00:00Z'
const NOW = Date.parse('2026-11-20T18:00:00Z')
const shop = (id: string, timeZone: string, dayStartsAt = '00:00'): Merchant =>
  aMerchant({ merchantId: merchantId(id), calendar: [ruleMade(zones2026c, MADE, timeZone, dayStartsAt)] })

const ACTOR = { by: 'os:ana', from: 'desk-7' }
const aWorld = <Given extends Partial<ZonesWorld>>(given: Given = {} as Given) => {
  const merchants = memoryMerchants([
    shop('bakery', 'America/Winnipeg'),
    shop('cafe', 'America/Sao_Paulo'),
    shop('night-bar', 'America/Havana', '04:00'),
    shop('kiosk', 'America/Inuvik'),
    shop('lodge', 'America/Rainy_River'),
  ])
  return { merchants, auditTrail: memoryAuditTrail(), zones: zones2026f, clock: () => NOW, actor: ACTOR, ...given }
}
const run = (world: ZonesWorld, ...args: string[]) =>
  runIn(
    command(() => world),
    USAGE,
    args,
  )
const revisions = async ({ merchants }: ZonesWorld) =>
  (await merchants.list({ limit: 10 })).items.map(({ merchantId: id, revision }) => `${id} ${revision}`)

test('zones --dry-run lists the merchants whose days move, from when and by how much, and changes nothing', async () => {
  const world = aWorld()
  const { exit, printed, complained } = await run(world, '--dry-run')
  expect(exit).toBe(0)
  expect(printed).toMatch(
    /^bakery +America\/Winnipeg +00:00 +2026f +2026-11-21 +2026-11-21 +60 min earlier +\d+ +2036-11-20$/m,
  )
  expect(printed).toMatch(/^lodge +America\/Rainy_River /m)
  expect(printed).not.toContain('cafe')
  expect(complained).toMatch(/^5 merchants, zone data 2026f: \d would be changed\.$/)
  expect(await revisions(world)).toEqual(['bakery 1', 'cafe 1', 'kiosk 1', 'lodge 1', 'night-bar 1'])
  expect(world.auditTrail.published).toEqual([])
})

test('zones changes the merchants, publishes each change, and finds nothing to do when it is repeated', async () => {
  const world = aWorld()
  const listed = await run(world, '--dry-run')
  const { exit, printed } = await run(world)
  expect({ exit, printed }).toEqual({ exit: 0, printed: listed.printed })
  expect(await world.merchants.find(merchantId('bakery'))).toMatchObject({
    revision: 2,
    calendar: [{ zone: { version: '2026c' } }, { from: '2026-11-21', zone: { version: '2026f' } }],
  })
  expect(world.auditTrail.published.find(({ eventId }) => eventId === 'merchant.saved/bakery/2')).toMatchObject({
    decidedAtMs: NOW,
    body: ACTOR,
  })
  expect(await run(world)).toMatchObject({ printed: '', complained: '5 merchants, zone data 2026f: 0 changed.' })
})

test('zones extends a record of a time zone that ends, and lists it without a day that moves', async () => {
  const world = aWorld({
    merchants: memoryMerchants([shop('cafe', 'America/Sao_Paulo')]),
    clock: () => Date.parse('2036-01-01T00:00:00Z'),
  })
  const { printed, complained } = await run(world)
  expect(complained).toMatch(/^1 merchant, zone data 2026f: 1 changed\.$/)
  expect(printed).toMatch(/^cafe +America\/Sao_Paulo +00:00 +2026f +2036-11-20 +none +0 +2046-01-01$/m)
})

test('zones --json prints a line of JSON for each merchant', async () => {
  const { printed } = await run(aWorld(), '--dry-run', '--json')
  expect(JSON.parse(printed.split('\n')[0] ?? '')).toMatchObject({
    merchantId: 'bakery',
    moved: [{ calendarFrom: '2026-11-21', firstDay: '2026-11-21', laterByMinutes: -60, zoneData: '2026f' }],
    extended: [],
  })
})

test('zones reads a merchant again that another change has moved meanwhile, and keeps that change', async () => {
  const { merchants, ...rest } = aWorld({ merchants: memoryMerchants([shop('bakery', 'America/Winnipeg')]) })
  let isFirst = true
  const busy = {
    ...merchants,
    async save(merchant: Merchant) {
      if (isFirst) await merchants.save({ ...shop('bakery', 'America/Winnipeg'), name: 'Bakery', revision: 2 })
      isFirst = false
      return await merchants.save(merchant)
    },
  }
  expect((await run({ ...rest, merchants: busy })).exit).toBe(0)
  expect(await merchants.find(merchantId('bakery'))).toMatchObject({ name: 'Bakery', revision: 3, calendar: [{}, {}] })
})

test.each<{ what: string; given: Partial<ZonesWorld>; said: RegExp }>([
  {
    what: 'the archive cannot be told',
    given: { auditTrail: { publish: () => Promise.reject(new Error('out of reach')) } },
    said: /^bakery: is changed, but the archive was not told; send its PUT once more/m,
  },
  {
    what: 'the zone data has lost the zone',
    given: {
      zones: { ...zones2026f, find: (name) => (name.includes('Winnipeg') ? undefined : zones2026f.find(name)) },
    },
    said: /^bakery: this zone data does not have its time zone/m,
  },
])('zones names the merchant where $what, goes on, and ends with exit code 1', async ({ given, said }) => {
  const { exit, complained } = await run(aWorld(given))
  expect(exit).toBe(1)
  expect(complained).toMatch(said)
  expect(complained).toMatch(/^5 merchants.*failed\.$/m)
})

test.each([['--everything'], ['bakery'], ['--dry-run=maybe']])(
  'zones with the wrong arguments %s says so and ends with exit code 2',
  async (...args) => {
    expect(await run(aWorld(), ...args)).toMatchObject({ exit: 2, printed: '' })
  },
)

test('zones as a process without a running system says so and ends with exit code 3', async () => {
  const { AWS_ENDPOINT_URL_DYNAMODB: _e, AWS_REGION: _r, ...rest } = process.env
  const env = { ...rest, DAYBOOK_DATA: mkdtempSync(join(tmpdir(), 'daybook-empty-')) }
  const ended = promisify(execFile)(process.execPath, ['operations/zones.ts', '--dry-run'], { env })
  const failed = await ended.catch((error: { code: number; stderr: string }) => error)
  expect(failed).toMatchObject({ code: 3, stderr: expect.stringMatching(/^No Daybook is running/) as string })
})
