/**
 * `npm run check:zones`: compares the starts of business days in every zone with an independent reading of the same IANA
 * version: PyPI's `tzdata`, read by Python's `zoneinfo`.
 */
import { spawn } from 'node:child_process'
import packed from 'moment-timezone/data/packed/latest.json' with { type: 'json' }
import { createInterface } from 'node:readline'
import { ianaZones } from '#adapters/zones/iana-zones'
import { makeRule, shiftDay, startUnderRule, type CalendarRule } from '#ledger/calendar'
import { parseBusinessDay, type BusinessDay } from '#ledger/identifiers'
import { EXIT, readArguments, runCommand, UsageError, type Command } from '#operations/command'
import type { Terminal } from '#operations/terminal'

const USAGE = `npm run check:zones [-- --day D]
  Compares every zone's starts of days at 00:00 and 04:00, from 400 days before D (by default today, in UTC) to two years
  after it, with PyPI's tzdata. It needs python3 and that package.

Exit code: 0 equal, 1 not equal, 2 wrong arguments, 3 python3 or the package is missing, or of another version.`

const DAYS_BEFORE = 400
const DAYS_AFTER = 731
const DAY_STARTS = ['00:00', '04:00']

/** Names in the package that Daybook does not take for time zones. */
const LEFT_OUT = new Map([['Factory', 'it says that no zone was chosen']])

const checkZones: Command = async (args, terminal) => {
  const { values } = readArguments(args, { options: { day: { type: 'string' } } })
  const today = dayOf(values.day ?? new Date().toISOString().slice(0, 'YYYY-MM-DD'.length))
  const firstDay = shiftDay(today, -DAYS_BEFORE)
  const days = Array.from({ length: DAYS_BEFORE + DAYS_AFTER }, (_, index) => shiftDay(firstDay, index))
  const compared = { zones: 0, starts: 0, differ: 0 }
  const onlyHere = new Set([...packed.zones, ...packed.links.map((link) => link.split('|')[1] ?? '')].map(nameOf))
  for await (const { name, starts } of theirStarts(firstDay, days.length)) {
    if (LEFT_OUT.has(name)) {
      terminal.print(`${name} is left out: ${LEFT_OUT.get(name)}.`)
      continue
    }
    onlyHere.delete(name)
    const ours = ourStarts(name, Date.parse(today), days)
    compared.zones += 1
    compared.starts += starts.length
    compared.differ += differences(terminal, name, days, ours, starts)
  }
  for (const name of onlyHere) terminal.print(`${name}: the package does not have this zone.`)
  compared.differ += onlyHere.size
  const [from, to] = [days[0], days.at(-1)]
  terminal.print(
    `${compared.zones} zones × ${days.length} days (${from} to ${to}) × ${DAY_STARTS.length} starts of day, ` +
      `IANA ${ianaZones.version}: ${compared.starts} compared, ${compared.differ} differ.`,
  )
  return compared.zones > 0 && compared.differ === 0 ? EXIT.done : EXIT.refused
}

const nameOf = (packed: string): string => packed.split('|')[0] ?? ''

const dayOf = (text: string): BusinessDay => {
  const day = parseBusinessDay(text)
  if (day.ok) return day.value
  throw new UsageError(`${text} is not a day. Write it like 2026-11-20.`)
}

/** By rules made on the day, as a registration makes them; undefined where we know no zone of that very name. */
const ourStarts = (name: string, nowMs: number, days: readonly BusinessDay[]): number[] | undefined => {
  const rules = DAY_STARTS.map((dayStartsAt) => makeRule(ianaZones, { timeZone: name, dayStartsAt }, nowMs))
  if (!rules.every((rule): rule is CalendarRule => rule?.timeZone === name)) return undefined
  return rules.flatMap((rule) => days.map((day) => startUnderRule(rule, day) / 1_000))
}

const differences = (
  { print }: Terminal,
  name: string,
  days: readonly BusinessDay[],
  ours: readonly number[] | undefined,
  theirs: readonly number[],
): number => {
  if (ours === undefined) print(`${name}: no zone here.`)
  const differing = theirs.flatMap((start, index) => (start === ours?.[index] ? [] : [index]))
  const [first] = differing
  if (ours !== undefined && first !== undefined) {
    const where = `${days[first % days.length]} from ${DAY_STARTS[Math.floor(first / days.length)]}`
    print(`${name}: ${differing.length} differ, first ${where}: ${ours[first]} here, ${theirs[first]} there.`)
  }
  return differing.length
}

type Theirs = { readonly name: string; readonly starts: readonly number[] }

async function* theirStarts(firstDay: BusinessDay, days: number): AsyncGenerator<Theirs> {
  const args = ['test/zones/day_starts.py', firstDay, String(days), ...DAY_STARTS]
  const python = spawn('python3', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const failure = new Promise<string | undefined>((end) => {
    let complaint = ''
    python.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()))
    python.once('error', (error) => end(error.message))
    python.once('close', (code) => end(code === 0 ? undefined : complaint))
  })
  let version: string | undefined
  for await (const line of createInterface({ input: python.stdout })) {
    if (version === undefined) {
      version = line
      if (version !== ianaZones.version) break
    } else yield JSON.parse(line) as Theirs
  }
  if (version !== undefined && version !== ianaZones.version) {
    python.kill()
    throw new Error(`The package has IANA ${version}, and Daybook ${ianaZones.version}. ${HOW_TO_INSTALL}`)
  }
  const complaint = await failure
  if (complaint !== undefined) throw new Error(`${complaint.trim()}\n${HOW_TO_INSTALL}`)
}

/** 2026f is the sixth version of its year, and 2026.6 on PyPI. */
const packageVersion = (version: string): string =>
  `${version.slice(0, 4)}.${version.charCodeAt(4) - 'a'.charCodeAt(0) + 1}`

const HOW_TO_INSTALL =
  `Install it with: python3 -m pip install --target /tmp/tzdata tzdata==${packageVersion(ianaZones.version)}\n` +
  'and run: PYTHONPATH=/tmp/tzdata npm run check:zones'

await runCommand(checkZones, USAGE)
