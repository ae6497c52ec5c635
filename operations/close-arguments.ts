import {
  CLIENT_ID_RULE,
  parseBusinessDay,
  parseMerchantId,
  type BusinessDay,
  type MerchantId,
} from '#ledger/identifiers'
import { readArguments, UsageError } from './command.ts'

export const CLOSE_USAGE = `\
npm run -s close -- --day DAY         closes every business day up to this one (YYYY-MM-DD), of all merchants
  --merchant M                        of one merchant
  --json                              the outcome of each day as JSON

A day is closed when it has ended, by its merchant's calendar, and its book is equal to the archive. Any other day stays open,
with the later days of its merchant. Doing it again changes nothing.

Exit code: 0 everything is closed, 1 some day stays open, 2 wrong arguments, 3 no system runs or answers.`

type CloseArguments = { readonly day: BusinessDay; readonly merchantId?: MerchantId; readonly json: boolean }

/** Throws a UsageError for arguments that make no request. */
export const closeArguments = (args: readonly string[]): CloseArguments => {
  const { day, merchant, json } = readArguments(args, {
    options: {
      day: { type: 'string' },
      merchant: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  }).values
  if (day === undefined) {
    throw new UsageError('Missing --day: the last business day to close, for example 2026-11-20.')
  }
  const last = parseBusinessDay(day)
  if (!last.ok) throw new UsageError(`${day} is not a day. Write it like 2026-11-20.`)
  if (merchant === undefined) return { day: last.value, json }
  const merchantId = parseMerchantId(merchant)
  if (!merchantId.ok) throw new UsageError(`${merchant} is not a merchant's id: an id ${CLIENT_ID_RULE}.`)
  return { day: last.value, merchantId: merchantId.value, json }
}
