import { describe, expect, test } from 'vitest'
import { startOfDay, type Calendar } from '#ledger/calendar'
import { registerMerchant, type Merchant } from '#ledger/merchant'
import { ok } from '#ledger/result'
import { parseSavedMerchant, savedMerchant } from '#wire/archive/merchant'
import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { itemBytes } from '../../bench/rig/item-size.ts'
import { aMerchant, aRule, day, merchantId } from '../builders.ts'
import { ruleMade, zones2026c, zones2026f } from '../zone-data.ts'

const asText = (merchant: Merchant): unknown => JSON.parse(JSON.stringify(savedMerchant(merchant)))
const read = (merchant: Merchant): Merchant => {
  const parsed = parseSavedMerchant(asText(merchant))
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}
const inWinnipeg = aMerchant({ calendar: [ruleMade(zones2026c, '2026-11-20T12:00:00Z', 'America/Winnipeg', '04:00')] })

describe('a merchant that was saved', () => {
  test('comes back as it was', () => expect(read(inWinnipeg)).toEqual(inWinnipeg))

  test('comes back with who saved it, from where and when', () => {
    const merchant = { ...inWinnipeg, savedBy: { by: 'ana', from: '2001:db8::7', atMs: 1_795_177_801_123 } }
    expect(read(merchant)).toEqual(merchant)
    expect(asText(merchant)).toMatchObject({ by: 'ana', from: '2001:db8::7', savedAtMs: 1_795_177_801_123 })
  })

  test('by a former version is read as it was, and written as it was', () => {
    const stored =
      '{"format":1,"merchantId":"m1","name":"Padaria Central","currency":"BRL","calendar":[{"from":null,' +
      '"timeZone":"America/Manaus","dayStartsAt":"00:00","zone":{"version":"2026f","knownFromMs":946684800000,' +
      '"knownUntilMs":2524608000000,"firstOffsetMs":-14400000,"transitions":[]}}],"lateEntries":"nextOpenDay","revision":1}'
    const merchant = parseSavedMerchant(JSON.parse(stored))
    expect(merchant).toEqual(ok(aMerchant({ calendar: [aRule({ timeZone: 'America/Manaus' })] })))
    expect(merchant.ok && JSON.stringify(savedMerchant(merchant.value))).toBe(stored)
  })

  test.each([{ format: 1 }, { by: undefined }, { from: undefined }, { savedAtMs: undefined }, { at: 1 }])(
    'is refused with a name, a place or a time that its format does not have, or without one that it has: %j',
    (change) => {
      const merchant = aMerchant({ savedBy: { by: 'ana', from: 'unknown', atMs: 1 } })
      expect(parseSavedMerchant({ ...savedMerchant(merchant), ...change }).ok).toBe(false)
    },
  )

  test('has the same days under any zone data', () => {
    // Central standard time in 2026c, an hour behind what the same zone has in 2026f.
    expect(startOfDay(read(inWinnipeg).calendar, day('2026-11-26'))).toBe(Date.parse('2026-11-26T10:00:00Z'))
    const now = ruleMade(zones2026f, '2026-11-20T12:00:00Z', 'America/Winnipeg', '04:00')
    expect(startOfDay([now], day('2026-11-26'))).toBe(Date.parse('2026-11-26T09:00:00Z'))
  })

  test('shares its zone record in memory with every merchant that has an equal one', () => {
    const merchants = Array.from({ length: 1_000 }, (_, index) => {
      const made = new Date(Date.parse('2026-11-20T00:00:00Z') + index * 60_000).toISOString()
      const calendar: Calendar = [ruleMade(zones2026f, made, 'America/New_York')]
      return read(aMerchant({ merchantId: merchantId(`m${index}`), calendar }))
    })
    expect(new Set(merchants.map(({ calendar }) => calendar[0].zone)).size).toBe(1)
    expect(new Set(merchants.map(({ calendar }) => calendar[0].knownUntilMs)).size).toBe(1_000)
  })

  test.each([
    { format: undefined, said: 'a merchant in format undefined; only the formats 1 and 2 are known here' },
    { format: 3, said: 'a merchant in format 3; only the formats 1 and 2 are known here' },
    { format: '1', said: 'a merchant in format "1"; only the formats 1 and 2 are known here' },
  ])('is refused by name when its format is $format', ({ format, said }) => {
    expect(parseSavedMerchant({ ...(asText(inWinnipeg) as object), format })).toEqual({ ok: false, error: said })
  })

  test.each([null, 'merchant', [], 7])('is refused when it is not a merchant but %j', (json) => {
    expect(parseSavedMerchant(json).ok).toBe(false)
  })
})

describe('an item of the register stays under 2 KB', () => {
  const bytes = (merchant: Merchant): number => itemBytes(savedMerchant(merchant))
  const named = { name: 'Padaria e Confeitaria Nossa Senhora de Copacabana', merchantId: merchantId('x'.repeat(64)) }

  test('in every zone of every version', () => {
    const names = [
      ...packed.zones.map((zone) => zone.split('|')[0] ?? ''),
      ...packed.links.map((link) => link.split('|')[1] ?? ''),
    ]
    expect(names).toHaveLength(597)
    const sizes = names.flatMap((name) =>
      [zones2026c, zones2026f].map((zones) => {
        const calendar: Calendar = [ruleMade(zones, '2026-11-26T12:00:00Z', name)]
        return bytes(aMerchant({ ...named, calendar }))
      }),
    )
    expect(Math.max(...sizes)).toBeLessThan(1_000)
  })

  test('with a calendar of five rules in the zone that changes most, made a month apart', () => {
    let merchant: Merchant | undefined
    for (const month of ['01', '02', '03', '04', '05']) {
      const wanted = {
        ...named,
        currency: aMerchant().currency,
        timeZone: 'Africa/Cairo',
        dayStartsAt: `${month}:00`,
        lateEntries: 'nextOpenDay',
      } as const
      const changed = registerMerchant(merchant, wanted, zones2026f, Date.parse(`2026-${month}-15T12:00:00Z`))
      if (!changed.ok) throw new Error(changed.error)
      merchant = changed.value
    }
    expect(merchant?.calendar).toHaveLength(5)
    expect(bytes(merchant as Merchant)).toBeLessThan(2_048)
    expect(parseSavedMerchant(asText(merchant as Merchant))).toEqual(ok(merchant))
    // Under a rule that is over, its days start as they did: 01:00 in Cairo, two hours ahead of UTC.
    expect(startOfDay((merchant as Merchant).calendar, day('2026-02-10'))).toBe(Date.parse('2026-02-09T23:00:00Z'))
  })
})
