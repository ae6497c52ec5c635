import type { Brand } from './identifiers.ts'
import { ok, refuse, type Result } from './result.ts'

/** The largest amount of one entry, in minor units: 10^12. */
export const MAX_ENTRY_MINOR = 1_000_000_000_000n

/** The largest total, in minor units: 2^53 − 1, the last integer that every JSON client reads exactly. */
export const MAX_TOTAL_MINOR = BigInt(Number.MAX_SAFE_INTEGER)

/** Whether every JSON client reads the number exactly; JavaScript, for one, reads it as a double. */
export const isExactInJson = (minor: bigint): boolean => minor >= -MAX_TOTAL_MINOR && minor <= MAX_TOTAL_MINOR

export type Currency = Brand<string, 'Currency'>

// ISO 4217 list one (active codes), without funds, metals and testing codes: no till is counted in those.
const ACTIVE = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY ' +
    'COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ' +
    'ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK ' +
    'MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF ' +
    'SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU ' +
    'UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
)

export const parseCurrency = (text: string): Result<Currency, 'not-a-currency'> =>
  ACTIVE.has(text) ? ok(text as Currency) : refuse('not-a-currency')

/** What a set of entries adds up to. Each sum stays within MAX_TOTAL_MINOR, so the net does too. */
export type Totals = { readonly creditsMinor: bigint; readonly debitsMinor: bigint; readonly entryCount: number }

export const noTotals: Totals = { creditsMinor: 0n, debitsMinor: 0n, entryCount: 0 }

// Net is derived, never stored: a third number could disagree with the first two.
export const netMinor = (totals: Totals): bigint => totals.creditsMinor - totals.debitsMinor

export const addTotals = (a: Totals, b: Totals): Totals => ({
  creditsMinor: a.creditsMinor + b.creditsMinor,
  debitsMinor: a.debitsMinor + b.debitsMinor,
  entryCount: a.entryCount + b.entryCount,
})

export const areSameTotals = (a: Totals, b: Totals): boolean =>
  a.creditsMinor === b.creditsMinor && a.debitsMinor === b.debitsMinor && a.entryCount === b.entryCount
