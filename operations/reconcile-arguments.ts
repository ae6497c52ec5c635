import { CLIENT_ID_RULE, parseBusinessDay, parseMerchantId, type MerchantId } from '#ledger/identifiers'
import type { ReconcileRequest } from '#processors/reconcile/reconcile-day'
import { readArguments, UsageError } from './command.ts'

export const RECONCILE_USAGE = `\
npm run -s reconcile -- --day DAY         compares the archive with every book of a business day (YYYY-MM-DD)
  --merchant M                            with the book of one merchant
  --repair                                publishes the entries that the journal lacks again, and compares once more
  --json                                  the whole report as JSON

Exit code: 0 equal, 1 not equal or not comparable, 2 wrong arguments, 3 no system runs or answers.`

export type ReconcileArguments = Pick<ReconcileRequest, 'day' | 'repair'> & {
  readonly merchantId?: MerchantId
  readonly json: boolean
}

/** Throws a UsageError for arguments that make no request. */
export const reconcileArguments = (args: readonly string[]): ReconcileArguments => {
  const { values } = readArguments(args, {
    options: {
      day: { type: 'string' },
      merchant: { type: 'string' },
      repair: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  return { day: dayOf(values.day), ...merchantOf(values.merchant), repair: values.repair, json: values.json }
}

const dayOf = (text = ''): ReconcileRequest['day'] => {
  const day = parseBusinessDay(text)
  if (!day.ok) {
    throw new UsageError(
      text === ''
        ? 'Missing --day: the business day to compare, for example 2026-11-20.'
        : `${text} is not a day. Write it like 2026-11-20.`,
    )
  }
  return day.value
}

const merchantOf = (text: string | undefined): Pick<ReconcileArguments, 'merchantId'> => {
  if (text === undefined) return {}
  const merchantId = parseMerchantId(text)
  if (!merchantId.ok) throw new UsageError(`${text} is not a merchant's id: an id ${CLIENT_ID_RULE}.`)
  return { merchantId: merchantId.value }
}
