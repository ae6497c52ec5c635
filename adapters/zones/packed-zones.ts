/**
 * Zone data in the packed form of moment-timezone: the version, a text for each zone, and the links.
 *
 * A zone is `name|abbreviations|offsets|indices|times|…`: its offsets (minutes behind UTC), the index of the offset that
 * counts in each period, and the end of each period (minutes since the end of the period before, the first since 1970).
 * Numbers are written in base 60, and a digit behind the point means seconds.
 */
import type { Transition, ZoneData, ZoneTable } from '#ledger/zone'

export type PackedZones = {
  readonly version: string
  readonly zones: readonly string[]
  /** `target|link`. */
  readonly links: readonly string[]
}

export const packedZones = ({ version, zones, links }: PackedZones): ZoneData => {
  const packed = new Map(zones.map((zone) => [nameOf(zone), zone]))
  const target = new Map(links.map((link) => link.split('|') as [string, string]).map(([zone, name]) => [name, zone]))
  const spelling = new Map([...packed.keys(), ...target.keys()].map((name) => [name.toLowerCase(), name]))
  const clocks = new Map<string, Clocks>()

  const clocksOf = (name: string): Clocks => {
    const zone = target.get(name) ?? name
    const known = clocks.get(zone)
    if (known !== undefined) return known
    const text = packed.get(zone)
    if (text === undefined) throw new Error(`Zone data ${version} has no zone "${name}".`)
    const unpacked = unpack(text)
    clocks.set(zone, unpacked)
    return unpacked
  }

  return {
    version,
    // Only ASCII, because letters such as the Kelvin sign become other letters in lower case.
    find: (name) => (IANA_NAME.test(name) ? spelling.get(name.toLowerCase()) : undefined),
    table(name, fromMs, untilMs): ZoneTable {
      const { firstOffsetMs, transitions } = clocksOf(name)
      return {
        version,
        firstOffsetMs: transitions.findLast(({ atMs }) => atMs <= fromMs)?.offsetMs ?? firstOffsetMs,
        transitions: transitions.filter(({ atMs }) => fromMs < atMs && atMs < untilMs),
      }
    },
  }
}

const IANA_NAME = /^[A-Za-z][A-Za-z0-9_+\-/]*$/

type Clocks = Omit<ZoneTable, 'version'>

const nameOf = (zone: string): string => zone.slice(0, zone.indexOf('|'))

const unpack = (zone: string): Clocks => {
  const [name, , offsetsText = '', indicesText = '', timesText = ''] = zone.split('|')
  const offsets = wordsOf(offsetsText).map((word) => 0 - millisecondsOf(word))
  const [first, ...later] = Array.from(indicesText, (index) => offsets[digitOf(index)])
  const times = wordsOf(timesText).map(millisecondsOf)
  if (first === undefined || later.length !== times.length) throw new Error(`Zone data: "${name}" cannot be unpacked.`)
  const transitions: Transition[] = []
  let [atMs, offsetMs] = [0, first]
  for (const [index, sinceMs] of times.entries()) {
    atMs += sinceMs
    const next = later[index]
    if (next === undefined) throw new Error(`Zone data: "${name}" names an offset that it does not have.`)
    // Some periods differ only in their abbreviation.
    if (next !== offsetMs) transitions.push({ atMs, offsetMs: next })
    offsetMs = next
  }
  return { firstOffsetMs: first, transitions }
}

const wordsOf = (text: string): string[] => (text === '' ? [] : text.split(' '))

const millisecondsOf = (word: string): number => {
  const [match, sign, minutes = '', seconds = '0'] = /^(-?)(\w*)(?:\.(\w))?$/.exec(word) ?? []
  if (match === undefined) throw new Error(`Zone data: "${word}" is not a number.`)
  const whole = Array.from(minutes).reduce((sum, digit) => sum * 60 + digitOf(digit), 0)
  const size = (whole * 60 + digitOf(seconds)) * 1_000
  return sign === '-' ? 0 - size : size
}

const digitOf = (digit: string): number => {
  const value = DIGITS.indexOf(digit)
  if (value < 0) throw new Error(`Zone data: "${digit}" is not a digit.`)
  return value
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX'
