import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsCardNumber } from '#ledger/card-number'
import { CARD_NUMBERS } from '#test/card-numbers'
import { anEntry } from '#test/builders'
import { entryLine, parseEntryLine, parseUnusualLine } from '#wire/stream/record'

const VISA = '4111111111111111'
const MASTERCARD = '5555555555554444'

/** The Visa's, one by one. */
const DIGITS = Array.from(VISA)

// "Payment card number" of Wikipedia, and the package credit-card-type 10.3.0.
const RANGES: readonly { brand: string; first: string; last: string; lengths: readonly number[] }[] = [
  { brand: 'Visa', first: '4', last: '4', lengths: [13, 16, 18, 19] },
  { brand: 'Mastercard', first: '51', last: '55', lengths: [16] },
  { brand: 'Mastercard', first: '2221', last: '2720', lengths: [16] },
  { brand: 'American Express', first: '34', last: '34', lengths: [15] },
  { brand: 'American Express', first: '37', last: '37', lengths: [15] },
  { brand: 'Discover', first: '6011', last: '6011', lengths: [16, 17, 18, 19] },
  { brand: 'Discover', first: '644', last: '659', lengths: [16, 17, 18, 19] },
  { brand: 'Diners Club', first: '300', last: '305', lengths: [14, 15, 16, 17, 18, 19] },
  { brand: 'Diners Club', first: '3095', last: '3095', lengths: [14, 15, 16, 17, 18, 19] },
  { brand: 'Diners Club', first: '36', last: '36', lengths: [14, 15, 16, 17, 18, 19] },
  { brand: 'Diners Club', first: '38', last: '39', lengths: [14, 15, 16, 17, 18, 19] },
  { brand: 'JCB', first: '3528', last: '3589', lengths: [16, 17, 18, 19] },
  { brand: 'JCB', first: '1800', last: '1800', lengths: [15] },
  { brand: 'JCB', first: '2131', last: '2131', lengths: [15] },
  { brand: 'UnionPay', first: '62', last: '62', lengths: [16, 17, 18, 19] },
  { brand: 'UnionPay', first: '8100', last: '8171', lengths: [16, 17, 18, 19] },
  { brand: 'Maestro', first: '50', last: '50', lengths: [13, 14, 15, 16, 17, 18, 19] },
  { brand: 'Maestro', first: '56', last: '59', lengths: [13, 14, 15, 16, 17, 18, 19] },
  { brand: 'Maestro', first: '63', last: '63', lengths: [13, 14, 15, 16, 17, 18, 19] },
  { brand: 'Maestro', first: '67', last: '67', lengths: [13, 14, 15, 16, 17, 18, 19] },
  { brand: 'Hipercard', first: '606282', last: '606282', lengths: [13, 16, 19] },
  { brand: 'Hipercard', first: '3841', last: '3841', lengths: [13, 16, 19] },
]

describe('a card number', () => {
  test.each(CARD_NUMBERS)('of $brand is found: $number', ({ number }) => {
    expect(holdsCardNumber(number)).toBe(true)
  })

  // ISO/IEC 7812-1: the check digit shows every wrong digit.
  test.each(CARD_NUMBERS)('of $brand is none any more when one digit is another: $number', ({ number }) => {
    const places = Array.from(number, (_, place) => place)
    const changed = places.flatMap((place) =>
      Array.from('0123456789')
        .filter((digit) => digit !== number[place])
        .map((digit) => number.slice(0, place) + digit + number.slice(place + 1)),
    )
    expect(changed.filter(holdsCardNumber)).toEqual([])
  })

  // The ranges of Elo in the package credit-card-type 10.3.0.
  test.each([
    ['401178', '401179'],
    ['431274', '431274'],
    ['438935', '438935'],
    ['451416', '451416'],
    ['457393', '457393'],
    ['457631', '457632'],
    ['504175', '504175'],
    ['506699', '506778'],
    ['509000', '509999'],
    ['627780', '627780'],
    ['636297', '636297'],
    ['636368', '636368'],
    ['650031', '650051'],
    ['650405', '650439'],
    ['650485', '650538'],
    ['650541', '650598'],
    ['650700', '650727'],
    ['650901', '650978'],
    ['651652', '651679'],
    ['655000', '655058'],
  ])('of Elo is found from %s to %s', (...ends) => {
    for (const end of ends) expect(withCheckDigits(`${end}000000000`).filter(holdsCardNumber)).toHaveLength(1)
  })

  test.each(RANGES)('of $brand is found from $first to $last in each length', ({ first, last, lengths }) => {
    for (const length of lengths) {
      for (const digits of [first.padEnd(length - 1, '0'), last.padEnd(length - 1, '9')]) {
        expect(withCheckDigits(digits).filter(holdsCardNumber)).toHaveLength(1)
      }
    }
  })

  test.each(RANGES)(
    'beside $first to $last of $brand is found where a brand is, and nowhere else',
    ({ first, last }) => {
      const before = String(Number(first.padEnd(6, '0')) - 1)
      const after = String(Number(last.padEnd(6, '9')) + 1)
      for (const issuer of [before, after]) {
        for (let length = 12; length <= 20; length += 1) {
          const isCard = RANGES.some(
            ({ first, last, lengths }) =>
              first.padEnd(6, '0') <= issuer && issuer <= last.padEnd(6, '9') && lengths.includes(length),
          )
          const found = withCheckDigits(issuer.padEnd(length - 1, '0')).filter(holdsCardNumber)
          expect(found, `${issuer} in ${length} digits`).toHaveLength(isCard ? 1 : 0)
        }
      }
    },
  )

  test.each([
    ['4111 1111 1111 1111', 'in groups'],
    ['4111-1111-1111-1111', 'in groups with hyphens'],
    ['3782 822463 10005', 'in groups of an American Express card'],
    ['4111 1111-11111111', 'in groups of any kind'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', 'with a space after each digit'],
    ['paid with 4111 1111 1111 1111, thanks', 'in a sentence'],
    ['4111111111111111.', 'before a full stop'],
    ['(4111111111111111)', 'in brackets'],
    ['card4111111111111111x', 'with letters beside it'],
    ['nº4111111111111111ª', 'with letters beyond ASCII beside it'],
    ['12 4111 1111 1111 1111 12/29 123', 'before its expiry date and code, after another number'],
    ['4111 1111 1111 1111 5555 5555 5555 4444', 'before another'],
    ['1234567890123 4111111111111111', 'after another number of its length'],
    ['4111111111111112 4111111111111111', 'after a wrong one'],
    ['41111111111111111234 4111111111111111', 'after a long number'],
    ['4111\u00a01111\u20111111\u20091111', 'with spaces and hyphens that do not break the line'],
    ['4111\u00ad111111111111', 'with a soft hyphen'],
    [DIGITS.join('\u00ad\u00ad'), 'with two soft hyphens after each digit'],
    ['4111\u00ad-1111-\u00ad1111\u00ad 1111', 'with soft hyphens beside other separators'],
    [DIGITS.join('\u200d\u2060'), 'with joiners after each digit'],
    [DIGITS.join('\u034f'), 'with combining grapheme joiners'],
    [DIGITS.join('\ufe0f'), 'with the selectors of a variant'],
    [DIGITS.map((digit) => `${digit}\ufe0f\u20e3`).join(''), 'in the keys of a telephone, which are emoji'],
    [DIGITS.map((digit) => `${digit}\u0332`).join(''), 'with a line under each digit'],
    ['4111\u22121111\u22121111\u22121111', 'with minus signs'],
    ['４１１１１１１１１１１１１１１１', 'in full width'],
    ['٤١١١١١١١١١١١١١١١', 'in Arabic digits'],
    ['४१११ ११११ ११११ ११११', 'in Devanagari digits'],
    ['𝟜𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙', 'in double-struck digits'],
    ['café ٤111 1111 1111 1111', 'in digits of two scripts'],
  ])('"%s" is found: %s', (text) => {
    expect(holdsCardNumber(text)).toBe(true)
  })

  test.each([
    ['', 'nothing'],
    ['Coffee and pastry, table 12', 'no number'],
    ['4111111111111112', 'a wrong check digit'],
    ['411111111111111', 'a digit too few'],
    ['41111111111111111', 'a digit more'],
    ['4242424242426', 'thirteen digits with a wrong check digit'],
    ['79927398713', 'a valid check digit on eleven digits'],
    ['2220990000000004', 'the last number before those of Mastercard'],
    ['2721000000000004', 'the first number after those of Mastercard'],
    ['1234567812345670', 'a beginning of no brand, with a valid check digit'],
    ['9999999999999995', 'a beginning of no brand, with a valid check digit'],
    ['378282246310005'.slice(0, 14), 'a length that the brand does not have'],
    ['4111  1111  1111  1111', 'two spaces between groups'],
    ['4111--1111--1111--1111', 'two hyphens between groups'],
    ['4111 - 1111 - 1111 - 1111', 'a hyphen between spaces'],
    ['4111.1111.1111.1111', 'full stops between groups'],
    ['4111/1111/1111/1111', 'slashes between groups'],
    ['4111\n1111\n1111\n1111', 'line breaks between groups'],
    ['4111\t1111\t1111\t1111', 'tabs between groups'],
    ['4111a1111a1111a1111', 'letters between groups'],
    ['94111111111111111', 'a digit before it'],
    ['41111111111111110', 'a digit after it'],
    ['41111111111111111111', 'twenty digits'],
    ['1795179600008', 'a timestamp in milliseconds with a valid check digit'],
    ['1800000000000000005', 'a timestamp in nanoseconds with a valid check digit'],
    ['35260912345678000195550010000012341000012347', 'the key of an invoice'],
    ['2026-11-20 09-30-00 123', 'a time'],
    ['+55 11 91234-5678', 'a telephone number'],
    ['12.345.678/0001-95', 'a number of the register of companies'],
    ['0f8fad5b-d9cb-469f-a165-70867728950e', 'a UUID'],
    ['四一一一一一一一一一一一一一一一', 'numbers that are no digits'],
    ['½'.repeat(20), 'fractions'],
  ])('"%s" holds none: %s', (text) => {
    expect(holdsCardNumber(text)).toBe(false)
  })

  test('is no part of the printed key of an invoice, which has eleven groups of four', () => {
    expect(holdsCardNumber('3526 4111 1111 1111 1111 0019 5555 5555 5555 4444 2347')).toBe(false)
    expect(holdsCardNumber('3526 4111 1111 1111 1111 0019')).toBe(true)
  })

  test('is found wherever it stands between texts without digits, and however it is grouped', () => {
    const noDigits = fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => text.replaceAll(/[\p{Nd}\p{Zs}\p{Pd}\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}\u2212]/gu, 'x'))
    const grouping = fc.array(fc.constantFrom('', '', ' ', '-'), { minLength: 19, maxLength: 19 })
    const number = fc.constantFrom(...CARD_NUMBERS.map(({ number }) => number))
    fc.assert(
      fc.property(noDigits, number, grouping, noDigits, (before, digits, separators, after) => {
        const grouped = Array.from(digits, (digit, place) => (place === 0 ? digit : `${separators[place]}${digit}`))
        expect(holdsCardNumber(`${before}${grouped.join('')}${after}`)).toBe(true)
      }),
    )
  })

  test('is looked for in a text of the size of a body in one go, however its digits are grouped', () => {
    // Each takes minutes if the rest of the text is looked at from each place.
    const texts = ['4 ', '4', '4000 ', '𝟜 ', '4111-', '6 '].map((part) => part.repeat(200_000))
    expect(texts.filter(holdsCardNumber)).toEqual([])
  })
})

test('an entry that was accepted with a card number is still read from the stream', () => {
  const entry = anEntry({ description: VISA, reference: MASTERCARD })
  const withPairs = anEntry({ metadata: { card: VISA } })
  expect(parseEntryLine(entryLine(entry))).toEqual({ ok: true, value: entry })
  expect(parseUnusualLine(entryLine(entry))).toEqual({ ok: true, value: entry })
  expect(parseEntryLine(entryLine(withPairs))).toEqual({ ok: true, value: withPairs })
})

const withCheckDigits = (digits: string): readonly string[] => Array.from('0123456789', (digit) => digits + digit)
