/**
 * The numbers of payment cards, which are kept out of every text that a client writes for people: entries are never
 * erased, and a number that was never taken can never leak.
 *
 * A card number is 13 to 19 digits that begin like a card of a known brand, have a length of that brand, and end in a valid
 * check digit (ISO/IEC 7812-1, annex B: Luhn). They may stand in groups, with one space or one hyphen between two groups.
 * It begins and ends where a group does, so a longer row of digits holds none, and one that stands beside an expiry date
 * or another card is found. What is beside the digits, letters included, makes no difference.
 *
 * Digits, spaces and hyphens of every script count as what they are: 0-9 in full width or in Arabic are read by people.
 */
export const holdsCardNumber = (text: string): boolean => {
  if (!mayHoldOne(text)) return false
  for (const [run] of inAscii(text).matchAll(GROUPS_OF_DIGITS)) {
    if (!KEY_OF_INVOICE.test(run) && isCardIn(run.split(/[ -]/))) return true
  }
  return false
}

const SHORTEST = 13
const LONGEST = 19

/** Whether there are digits enough. Nearly all texts end here, so it costs 10 to 50 ns and makes no object. */
const mayHoldOne = (text: string): boolean => {
  if (text.length < SHORTEST) return false
  let digits = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if ((code >= ZERO && code <= NINE) || code >= FIRST_DIGIT_BEYOND_ASCII) digits += 1
  }
  return digits >= SHORTEST
}

const ZERO = '0'.charCodeAt(0)
const NINE = '9'.charCodeAt(0)
const FIRST_DIGIT_BEYOND_ASCII = '\u0660'.charCodeAt(0)

const GROUPS_OF_DIGITS = /\d+(?:[ -]\d+)*/g

// Each Brazilian invoice (NF-e) prints its key like this. Every eighth key would hold a card number by chance.
const KEY_OF_INVOICE = /^\d{4}(?: \d{4}){10}$/

/** Whether neighbouring groups make a card number. */
const isCardIn = (groups: readonly string[]): boolean =>
  groups.some((_group, first) => {
    let digits = ''
    for (let next = first; next < groups.length && digits.length < LONGEST; next += 1) {
      digits += groups[next]
      if (isCardNumber(digits)) return true
    }
    return false
  })

const isCardNumber = (digits: string): boolean =>
  digits.length >= SHORTEST && digits.length <= LONGEST && isOfBrand(digits) && hasCheckDigit(digits)

const isOfBrand = (digits: string): boolean => {
  const issuer = Number(digits.slice(0, 6))
  return BRANDS.some(({ from, to, lengths }) => issuer >= from && issuer <= to && lengths.includes(digits.length))
}

/** Doubles every second digit from the right. The digits of all of these numbers add up to a multiple of ten. */
const hasCheckDigit = (digits: string): boolean => {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(at) - ZERO
    const isDoubled = (digits.length - at) % 2 === 0
    sum += isDoubled ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit
  }
  return sum % 10 === 0
}

/** Cards whose numbers begin with `from` to `to`, in six digits (an issuer identification number). */
type Issuers = {
  readonly brand: string
  readonly from: number
  readonly to: number
  readonly lengths: readonly number[]
}

const begins = (brand: string, first: string, last: string, ...lengths: readonly number[]): Issuers => ({
  brand,
  from: Number(first.padEnd(6, '0')),
  to: Number(last.padEnd(6, '9')),
  lengths,
})

// From the tables that are published: "Payment card number" of Wikipedia, and the package credit-card-type 10.3.0, with the
// ranges that each brand ever issued. The register of ISO/IEC 7812-2 itself is not public. Where tables differ, the wider
// one counts, but not the whole 6 that some give to Maestro.
// Every range of Elo lies within those of Visa, Maestro, UnionPay and Discover, and Hiper within Maestro.
const BRANDS: readonly Issuers[] = [
  begins('Visa', '4', '4', 13, 16, 18, 19),
  begins('Mastercard', '51', '55', 16),
  begins('Mastercard', '2221', '2720', 16),
  begins('American Express', '34', '34', 15),
  begins('American Express', '37', '37', 15),
  begins('Discover', '6011', '6011', 16, 17, 18, 19),
  begins('Discover', '644', '65', 16, 17, 18, 19),
  begins('Diners Club', '300', '305', 14, 15, 16, 17, 18, 19),
  begins('Diners Club', '3095', '3095', 14, 15, 16, 17, 18, 19),
  begins('Diners Club', '36', '36', 14, 15, 16, 17, 18, 19),
  begins('Diners Club', '38', '39', 14, 15, 16, 17, 18, 19),
  begins('JCB', '3528', '3589', 16, 17, 18, 19),
  // Timestamps in microseconds begin with 1800 from 2027 on; they have 16 digits.
  begins('JCB', '1800', '1800', 15),
  begins('JCB', '2131', '2131', 15),
  begins('UnionPay', '62', '62', 16, 17, 18, 19),
  begins('UnionPay', '8100', '8171', 16, 17, 18, 19),
  begins('Maestro', '50', '50', 13, 14, 15, 16, 17, 18, 19),
  begins('Maestro', '56', '59', 13, 14, 15, 16, 17, 18, 19),
  begins('Maestro', '63', '63', 13, 14, 15, 16, 17, 18, 19),
  begins('Maestro', '67', '67', 13, 14, 15, 16, 17, 18, 19),
  begins('Hipercard', '606282', '606282', 13, 16, 19),
  begins('Hipercard', '3841', '3841', 13, 16, 19),
]

/** The text with 0 to 9, spaces and hyphens for what other scripts have of them, and without characters that are not seen. */
const inAscii = (text: string): string =>
  ONLY_ASCII.test(text)
    ? text
    : text
        .replaceAll(/\p{Cf}/gu, '')
        .replaceAll(/\p{Zs}/gu, ' ')
        .replaceAll(/\p{Pd}/gu, '-')
        .replaceAll(/[^\P{Nd}0-9]/gu, digitOf)

const ONLY_ASCII = /^[\x00-\x7f]*$/

const digitOf = (character: string): string => {
  const known = knownDigits.get(character)
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  // Unicode keeps the ten digits of a script together, 0 first, and a few scripts stand side by side.
  let start = code
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1
  const digit = String((code - start) % 10)
  knownDigits.set(character, digit)
  return digit
}

// There are some 700 digits.
const knownDigits = new Map<string, string>()
