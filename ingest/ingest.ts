import type { AccessParts } from '#http/access'
import { metricsRegistry, type Registry } from '#http/metrics'
import type { ServiceParts } from '#http/service'
import { timed } from '#http/timed'
import type { MerchantId } from '#ledger/identifiers'
import type { Clock, AuditTrail, EntryStream, Merchants, Quarantine } from '#ledger/ports'
import type { ZoneData } from '#ledger/zone'
import { acceptEntries, stampEntries } from './accept-entries.ts'
import { admission } from './admission.ts'
import { ingestApp } from './app.ts'
import { closeUpTo, type ClosingWorld } from './close-up-to.ts'
import { calendarAlarm } from './calendar-alarm.ts'
import { decideQuarantine } from './decide-quarantine.ts'
import { guardedStream, type BreakerState } from './guarded-stream.ts'
import { knownMerchants } from './known-merchants.ts'
import { ingestMetrics } from './metrics.ts'
import { publishRegistration } from './publish-registration.ts'
import { noRateLimit, rateLimit } from './rate-limit.ts'
import { registrar } from './register-merchant.ts'
import { streamWriter } from './stream-writer.ts'

export type IngestWorld = {
  readonly stream: EntryStream
  readonly merchants: Merchants
  /** The zone data that calendars record when merchants are registered or changed. */
  readonly zones: ZoneData
  readonly quarantine: Pick<Quarantine, 'find' | 'note'>
  /** What closes days on request. Undefined: such requests are answered 503. */
  readonly closing?: ClosingWorld
  readonly maxCloseWaitMs?: number
  /** Hears what was decided about merchants and quarantine. Undefined: decisions are not published. */
  readonly auditTrail?: AuditTrail
  /** Who sends requests, and for which merchants they may act. */
  readonly access: AccessParts
  readonly corsOrigins?: readonly string[]
  readonly log: ServiceParts['log'] & { warn(details: object, message: string): void }
  readonly clock?: Clock
  readonly limits?: IngestLimits
  /** Where clients reach the query API, without a slash at the end. Undefined: answers have no `Location`. */
  readonly queryUrl?: string | undefined
  readonly trustedProxies?: number
  readonly registry?: Registry
}

type IngestLimits = {
  /** The bytes that the bodies of all requests may take together. Half of them are for `/v1/entries/stream`. */
  readonly maxBytesInFlight: number
  /** Undefined: no limit. */
  readonly maxEntriesPerSecond?: number | undefined
}

/** The whole command side on the given stream and tables, however it is run. */
export const ingest = ({
  stream,
  merchants,
  zones,
  quarantine,
  closing = NO_CLOSING,
  maxCloseWaitMs = DEFAULT_CLOSE_WAIT_MS,
  auditTrail = NO_AUDIT_TRAIL,
  access,
  corsOrigins = [],
  log,
  clock = Date.now,
  limits = DEFAULT_LIMITS,
  queryUrl,
  trustedProxies = 0,
  registry = metricsRegistry(),
}: IngestWorld) => {
  const metrics = ingestMetrics(registry)
  const guarded = guardedStream(stream, (breaker) => {
    log.warn({ breaker }, BREAKER_MESSAGES[breaker])
    metrics.onBreaker(breaker)
  })
  const onStreamTrouble = (err: unknown) =>
    log.warn({ err }, 'a call to the stream failed; it is made again until its entries have waited too long')
  const onTrouble = (err: unknown) =>
    log.warn(
      { err },
      'the register of merchants cannot be read; entries of merchants that are not known here are answered 503',
    )
  const onFault = (err: unknown) => log.error({ err }, 'our own code failed on entries, which were answered 500')
  const writer = streamWriter(guarded, { onTrouble: onStreamTrouble, onFault, onPut: metrics.onPut })
  const { maxBytesInFlight, maxEntriesPerSecond } = limits
  const roomFor = (share: number) => admission({ maxBytes: maxBytesInFlight * share, waitingMs: writer.waitingMs })
  // Uploads have a room of their own, so that long ones over slow lines never fill the room of short requests.
  const rooms = { admission: roomFor(1 / 2), uploadAdmission: roomFor(1 / 2) }
  const alarm = calendarAlarm(clock, (ending) => log.error(ending, CALENDARS_END))
  metrics.watch({ writer, ...rooms, alarm })
  const known = knownMerchants({
    async find(merchantId) {
      const merchant = await timed(() => merchants.find(merchantId), metrics.onRegisterRead)
      if (merchant !== undefined) alarm.look(merchant)
      return merchant
    },
    save: merchants.save,
  })
  const register = registrar({ merchants: { ...merchants, save: known.save }, zones, clock })
  const onUnpublished = (facts: object, message: (typeof UNPUBLISHED)[keyof typeof UNPUBLISHED]) => {
    log.warn(facts, message)
    metrics.onUnpublished()
  }
  const stamp = stampEntries({ merchants: known, clock, onTrouble, onFault })
  return ingestApp({
    ...access,
    corsOrigins,
    ...rooms,
    accept: acceptEntries({ stamp, writer }),
    closeUpTo: closeUpTo({ ...closing, merchants, clock }),
    maxCloseWaitMs,
    quarantine: decideQuarantine({
      quarantine,
      stamp,
      writer,
      auditTrail,
      clock,
      onUnpublished: (err, { status }) => onUnpublished({ err, status }, UNPUBLISHED.item),
    }),
    registrar: publishRegistration(register, {
      auditTrail,
      clock,
      onUnpublished: (err) => onUnpublished({ err }, UNPUBLISHED.merchant),
    }),
    limit: maxEntriesPerSecond === undefined ? noRateLimit : rateLimit(maxEntriesPerSecond),
    needs: [
      { name: 'stream', cannot: 'accept entries', ask: () => stream.openShards() },
      {
        name: 'register',
        cannot: 'register merchants, or accept entries of all',
        ask: () => merchants.find(NO_MERCHANT),
      },
    ],
    onOutcomes: metrics.onOutcomes,
    onShed: metrics.onShed,
    queryUrl,
    trustedProxies,
    log,
    registry,
  })
}

const DEFAULT_LIMITS: IngestLimits = { maxBytesInFlight: 64 * 1024 * 1024 }

const CALENDARS_END = 'calendars end within a year, and entries after that will be refused: npm run zones extends them'

const UNPUBLISHED = {
  item: 'the decision on an item of quarantine is saved, but its audit event is not on the stream',
  merchant: 'the merchant is saved, but its audit event is not on the stream',
} as const

const DEFAULT_CLOSE_WAIT_MS = 30_000

const NOT_GIVEN = async () => {
  throw new Error('this ingest was given nothing that closes days')
}
const NO_CLOSING: ClosingWorld = { closings: { start: NOT_GIVEN, state: NOT_GIVEN }, heads: { read: NOT_GIVEN } }

const NO_AUDIT_TRAIL: AuditTrail = { publish: async () => {} }

const BREAKER_MESSAGES = {
  open: 'the stream fails; entries are refused with 503 until it answers again',
  'half-open': 'one call goes to the stream to see whether it answers again',
  closed: 'the stream answers again; entries are accepted',
} as const satisfies Record<BreakerState, string>

// "~" is not allowed in an id. So the lookup finds no merchant, and shows that the register answers.
const NO_MERCHANT = '~' as MerchantId
