import { expect, test } from 'vitest'
import { parseCurrency } from '#ledger/money'

// ISO 4217: active codes from the whole alphabet; a unit of account, a metal and a code for tests; a currency that is gone.
test.each([
  { text: 'AED', is: 'accepted' },
  { text: 'BRL', is: 'accepted' },
  { text: 'COP', is: 'accepted' },
  { text: 'IDR', is: 'accepted' },
  { text: 'ILS', is: 'accepted' },
  { text: 'MNT', is: 'accepted' },
  { text: 'SAR', is: 'accepted' },
  { text: 'USD', is: 'accepted' },
  { text: 'UZS', is: 'accepted' },
  { text: 'ZWG', is: 'accepted' },
  { text: 'XDR', is: 'refused' },
  { text: 'XAU', is: 'refused' },
  { text: 'XTS', is: 'refused' },
  { text: 'DEM', is: 'refused' },
  { text: 'brl', is: 'refused' },
  { text: 'BRL ', is: 'refused' },
  { text: '', is: 'refused' },
])('the currency "$text" is $is', ({ text, is }) => {
  expect(parseCurrency(text)).toEqual(
    is === 'accepted' ? { ok: true, value: text } : { ok: false, error: 'not-a-currency' },
  )
})
