/** `npm run zones`: brings newer zone data into the calendars of merchants, and extends their records of time zones. */
import { streamAuditTrail } from '#adapters/audit-trail/stream-audit-trail'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoMerchants } from '#adapters/merchants/dynamo-merchants'
import { ianaZones } from '#adapters/zones/iana-zones'
import { useRunningSystemOrAws } from '#infra/local/running-system'
import type { Actor } from '#ledger/actor'
import { MINUTE_MS } from '#ledger/calendar'
import { everyListed } from '#ledger/listed'
import type { Merchant } from '#ledger/merchant'
import type { Clock, AuditTrail, Merchants } from '#ledger/ports'
import { ok, refuse, type Result } from '#ledger/result'
import type { ZoneData } from '#ledger/zone'
import { updateZones, type MovedDays, type ZoneUpdate } from '#ledger/zone-update'
import { instantText } from '#wire/entry/instant'
import { merchantSaved } from '#wire/archive/merchant'
import { readSettings } from '#infra/settings'
import { EXIT, readArguments, runCommand, type Command, type Exit } from './command.ts'
import { operatorHere } from './operator.ts'
import { counted, table, type Terminal } from './terminal.ts'

export const USAGE = `npm run zones [-- --dry-run] [--json]
  Lists the merchants whose business days start at other instants by newer zone data, from when and by how much,
  and the merchants whose record of their time zone ends within two years. Changes the calendars of the former and
  extends the records of the latter. Newer data counts from a future day, like every change of a calendar.

  --dry-run   lists the merchants and changes nothing
  --json      a line of JSON for each of these merchants

Exit code: 0 done, 1 a merchant could not be changed, 2 wrong arguments, 3 no system runs or answers.`

export type ZonesWorld = {
  readonly merchants: Merchants
  readonly auditTrail: AuditTrail
  readonly zones: ZoneData
  readonly clock: Clock
  /** Who runs the command. */
  readonly actor: Actor
}

/** The command over a register. The register is opened only for arguments that make sense. */
export const zones =
  (openWorld: () => ZonesWorld): Command =>
  async (args, terminal) => {
    const options = {
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    } as const
    const { 'dry-run': isDryRun, json } = readArguments(args, { options }).values
    const world = openWorld()
    const report = reporter(terminal, { isDryRun, json, version: world.zones.version })
    for await (const { merchantId, merchant } of everyListed(world.merchants.items)) {
      if (merchant.ok) report.merchant(merchant.value, await (isDryRun ? plan : update)(world, merchant.value))
      else report.unreadable(merchantId, merchant.error)
    }
    return report.end()
  }

type Trouble = 'zone-gone' | 'changed-meanwhile' | 'not-published'
type Outcome = Result<ZoneUpdate | undefined, Trouble>

const plan = ({ zones, clock }: ZonesWorld, merchant: Merchant): Outcome => updateZones(merchant, zones, clock())

/** Saves the planned change, and then publishes it for the archive. */
const update = async (world: ZonesWorld, listed: Merchant): Promise<Outcome> => {
  let current: Merchant | undefined = listed
  for (let attempt = 1; current !== undefined && attempt <= MAX_ATTEMPTS; attempt += 1) {
    const planned = plan(world, current)
    if (!planned.ok || planned.value === undefined) return planned
    const merchant: Merchant = { ...planned.value.merchant, savedBy: { ...world.actor, atMs: world.clock() } }
    if ((await world.merchants.save(merchant)) === 'saved') {
      const told = world.auditTrail.publish(merchantSaved(merchant, world.clock()))
      return await told.then(
        () => planned,
        () => refuse('not-published'),
      )
    }
    current = await world.merchants.find(current.merchantId)
  }
  return current === undefined ? ok(undefined) : refuse('changed-meanwhile')
}

const MAX_ATTEMPTS = 5

const TROUBLES: Readonly<Record<Trouble, string>> = {
  'zone-gone': 'this zone data does not have its time zone; nothing is changed',
  'changed-meanwhile': 'other changes kept coming first; run the command again',
  'not-published': 'is changed, but the archive was not told; send its PUT once more to tell it',
}

type Said = { readonly isDryRun: boolean; readonly json: boolean; readonly version: string }

const reporter = ({ print, printJson, complain }: Terminal, { isDryRun, json, version }: Said) => {
  const rows: (readonly string[])[] = []
  let [seen, touched, failed] = [0, 0, 0]
  return {
    merchant(before: Merchant, outcome: Outcome): void {
      seen += 1
      const { merchantId } = before
      if (!outcome.ok) {
        failed += 1
        complain(`${merchantId}: ${TROUBLES[outcome.error]}.`)
        return
      }
      if (outcome.value === undefined) return
      touched += 1
      if (json) printJson({ merchantId, ...lineOf(outcome.value) })
      else rows.push(...rowsOf(merchantId, outcome.value))
    },
    unreadable(merchantId: string, reason: string): void {
      seen += 1
      failed += 1
      complain(`${merchantId}: the register cannot be read: ${reason}.`)
    },
    end(): Exit {
      if (rows.length > 0) print(...table(HEADINGS, rows))
      const done = isDryRun ? 'would be changed' : 'changed'
      complain(
        `${counted(seen, 'merchant', 'merchants')}, zone data ${version}: ${touched} ${done}${failed === 0 ? '' : `, ${failed} failed`}.`,
      )
      return failed === 0 ? EXIT.done : EXIT.refused
    },
  }
}

const HEADINGS = ['merchant', 'time zone', 'day starts', 'zone data', 'from', 'first day moved', 'by', 'days', 'until']

const rowsOf = (merchantId: string, { moved, extended }: ZoneUpdate): string[][] => [
  ...moved.map((days) => {
    const { rule, firstDay, days: count } = days
    const { timeZone, dayStartsAt, zone } = rule
    const what = [merchantId, timeZone, dayStartsAt, zone.version]
    return [...what, rule.from ?? '', firstDay, shiftText(days), String(count), dateText(rule.knownUntilMs)]
  }),
  ...extended.map(({ rule: { timeZone, dayStartsAt, zone, knownUntilMs }, endedAtMs }) => {
    const what = [merchantId, timeZone, dayStartsAt, zone.version]
    return [...what, dateText(endedAtMs), 'none', '', '0', dateText(knownUntilMs)]
  }),
]

const lineOf = ({ moved, extended }: ZoneUpdate) => ({
  moved: moved.map(({ rule: { from, timeZone, dayStartsAt, zone }, firstDay, laterByMs, days }) => ({
    timeZone,
    dayStartsAt,
    zoneData: zone.version,
    calendarFrom: from,
    firstDay,
    laterByMinutes: laterByMs / MINUTE_MS,
    days,
  })),
  extended: extended.map(({ rule: { timeZone, dayStartsAt, zone, knownUntilMs }, endedAtMs }) => ({
    timeZone,
    dayStartsAt,
    zoneData: zone.version,
    from: instantText(endedAtMs),
    until: instantText(knownUntilMs),
  })),
})

const shiftText = ({ laterByMs }: MovedDays): string => {
  const minutes = Math.abs(laterByMs) / MINUTE_MS
  return `${minutes} min ${laterByMs < 0 ? 'earlier' : 'later'}`
}

const dateText = (ms: number): string => instantText(ms).slice(0, 'YYYY-MM-DD'.length)

const runningWorld = (): ZonesWorld => {
  const { AWS_ENDPOINT_URL_DYNAMODB: store, AWS_ENDPOINT_URL_KINESIS: stream } = process.env
  if (store === undefined || stream === undefined) useRunningSystemOrAws()
  const { tables, streamName } = readSettings()
  return {
    merchants: dynamoMerchants(documentClient(), tables.merchants),
    auditTrail: streamAuditTrail(kinesisEntryStream(kinesisClient(), streamName)),
    zones: ianaZones,
    clock: Date.now,
    actor: operatorHere(),
  }
}

if (import.meta.main) await runCommand(zones(runningWorld), USAGE)
