import { describe, expect, test } from 'vitest'
import { ianaZones } from '#adapters/zones/iana-zones'
import { packedZones } from '#adapters/zones/packed-zones'
import { zones2026c, zones2026f } from '../zone-data.ts'

const clocks = (zones = ianaZones, name: string, from: string, until: string) =>
  zones
    .table(name, Date.parse(from), Date.parse(until))
    .transitions.map(({ atMs, offsetMs }) => [new Date(atMs).toISOString().slice(0, 16), offsetMs / 3_600_000])

describe('a time zone is named as the IANA database names it', () => {
  test.each([
    { name: 'America/Sao_Paulo', found: 'America/Sao_Paulo' },
    { name: 'america/sao_paulo', found: 'America/Sao_Paulo' },
    { name: 'asia/kolkata', found: 'Asia/Kolkata' },
    { name: 'ASIA/CALCUTTA', found: 'Asia/Calcutta' },
    { name: 'us/eastern', found: 'US/Eastern' },
    { name: 'utc', found: 'UTC' },
    { name: 'etc/gmt+3', found: 'Etc/GMT+3' },
    { name: 'est5edt', found: 'EST5EDT' },
    { name: 'gb', found: 'GB' },
    { name: 'america/port-au-prince', found: 'America/Port-au-Prince' },
    { name: 'america/argentina/buenos_aires', found: 'America/Argentina/Buenos_Aires' },
  ])('so "$name" is found as $found', ({ name, found }) => expect(ianaZones.find(name)).toBe(found))

  test.each([
    'BST',
    'IST',
    'AST',
    'ACT',
    'PST',
    'CTT',
    'JST',
    'VST',
    'AET',
    'SystemV/AST4ADT',
    'Factory',
    'posixrules',
    'localtime',
    'posix/UTC',
    'right/UTC',
    'US/Pacific-New',
    '+03:00',
    '-03:00',
    'UTC+3',
    'GMT+3',
    'Z',
    '',
    ' ',
    'UTC ',
    ' UTC',
    'UTC\n',
    'Mars/Olympus',
    'constructor',
    '__proto__',
    'toString',
    // The Kelvin sign, of which the small letter is k; the dotless i, of which the capital is I.
    'Asia/\u212Aolkata',
    'As\u0131a/Kolkata',
    'America/São_Paulo',
  ])('so %j is not found', (name) => expect(ianaZones.find(name)).toBeUndefined())
})

describe('the clocks of a zone', () => {
  test('go forward and back at the instants that the law sets', () => {
    // The European Union: 01:00 UTC on the last Sundays of March and October.
    expect(clocks(ianaZones, 'Europe/Berlin', '2026-01-01', '2027-01-01')).toEqual([
      ['2026-03-29T01:00', 2],
      ['2026-10-25T01:00', 1],
    ])
    expect(ianaZones.table('Europe/Berlin', Date.parse('2026-01-01'), 0).firstOffsetMs).toBe(3_600_000)
  })

  test('are those of the target when the zone is a link', () => {
    expect(clocks(ianaZones, 'Europe/Oslo', '2026-01-01', '2036-01-01')).toEqual(
      clocks(ianaZones, 'Europe/Berlin', '2026-01-01', '2036-01-01'),
    )
  })

  test('have quarters of an hour, and seconds where the past had them', () => {
    expect(ianaZones.table('Asia/Kathmandu', Date.parse('2026-01-01'), 0).firstOffsetMs).toBe(5.75 * 3_600_000)
    // Local mean time of Amsterdam's link target Brussels until 1880: 17 minutes and 30 seconds ahead.
    expect(ianaZones.table('Europe/Brussels', Date.parse('1870-01-01'), 0).firstOffsetMs).toBe(17.5 * 60_000)
  })

  test('depend on the version: Winnipeg keeps its summer time only in the newer one', () => {
    expect(clocks(zones2026c, 'America/Winnipeg', '2026-10-01', '2027-01-01')).toEqual([['2026-11-01T07:00', -6]])
    expect(clocks(zones2026f, 'America/Winnipeg', '2026-10-01', '2027-01-01')).toEqual([])
  })

  test('go back for Ramadan where a country does that, and for good after the country stops', () => {
    // Morocco, as Python reads the same version: Ramadan of 2026 from 18 February on, and Greenwich time since September.
    expect(clocks(ianaZones, 'Africa/Casablanca', '2026-01-01', '2037-01-01')).toEqual([
      ['2026-02-15T02:00', 0],
      ['2026-03-22T02:00', 1],
      ['2026-09-20T01:00', 0],
    ])
  })

  test('cannot be read by an unknown name', () => {
    expect(() => ianaZones.table('BST', 0, 1)).toThrow('has no zone "BST"')
  })
})

test.each([
  { what: 'a time too few', zone: 'X/Y|A B|0 -10|01||' },
  { what: 'an offset that is missing', zone: 'X/Y|A B|0 -10|02|1|' },
  { what: 'a value that is not a number', zone: 'X/Y|A B|0 ?|01|1|' },
])('packed zone data with $what is refused', ({ zone }) => {
  expect(() => packedZones({ version: '2099a', zones: [zone], links: [] }).table('X/Y', 0, 1)).toThrow('Zone data')
})
