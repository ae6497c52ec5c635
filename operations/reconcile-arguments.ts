import { CLIENT_ID_RULE, parseBusinessDay, parseMerchantId } from '#ledger/identifiers'
import type { ReconcileRequest } from '#processors/reconcile/reconcile-day'
import { readArguments, UsageError } from './command.ts'

export const RECONCILE_USAGE = `\
npm run -s reconcile -- --day DAY         compares the archive with every book of a business day (YYYY-MM-DD)
  --merchant M                            with the book of one merchant
  --repair                                publishes again what is missing in the journal, and compares once more
  --json                                  all there is to say, as JSON
The exit code is 0 only when they are equal.`

export type ReconcileArguments = Pick<ReconcileRequest, 'day' | 'merchantId' | 'repair'> & { readonly json: boolean }

/** Throws UsageError for arguments that make no request. */
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
  if (!day.ok) throw new UsageError(text === '' ? 'Which --day?' : `${text} is no day; write YYYY-MM-DD.`)
  return day.value
}

const merchantOf = (text: string | undefined): Pick<ReconcileRequest, 'merchantId'> => {
  if (text === undefined) return {}
  const merchantId = parseMerchantId(text)
  if (!merchantId.ok) throw new UsageError(`${text} is no merchant's id: it ${CLIENT_ID_RULE}.`)
  return { merchantId: merchantId.value }
}
