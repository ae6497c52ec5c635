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
  // Nearly all texts end here.
  if (!MAY_HOLD_ONE.test(text)) return false
  for (const [run] of inAscii(text).matchAll(GROUPS_OF_DIGITS)) {
    if (!KEY_OF_INVOICE.test(run) && isCardIn(run)) return true
  }
  return false
}

// Thirteen digits with single separators. Beyond Latin letters, any character may be a digit, or one that `inAscii` takes
// away, as the soft hyphen is. Both sets are apart, so a long text takes no more than its length.
const MAY_HOLD_ONE = /(?:[\u0300-\uffff\xad0-9][ \-\xa0]?){12}[\u0300-\uffff\xad0-9]/

const GROUPS_OF_DIGITS = /\d+(?:[ -]\d+)*/g

// Each Brazilian invoice (NF-e) prints its key like this. Every eighth key would hold a card number by chance.
const KEY_OF_INVOICE = /^\d{4}(?: \d{4}){10}$/

/**
 * Whether neighbouring groups of a run make a card number. A run may be as long as a body, with a group in each place, so
 * no place is looked at more often than there are brands and lengths.
 */
const isCardIn = (run: string): boolean => {
  const digits: number[] = []
  /** Whether a group begins or ends before this digit. */
  const isEdge = [true]
  // What stands before each digit, added up as a check digit wants it: the digits at even places doubled, and those at odd
  // places doubled.
  const evenSums = [0]
  const oddSums = [0]
  for (let at = 0; at < run.length; at += 1) {
    const digit = run.charCodeAt(at) - ZERO
    const place = digits.length
    if (digit < 0) {
      isEdge[place] = true
      continue
    }
    const isEven = place % 2 === 0
    evenSums.push((evenSums[place] ?? 0) + (isEven ? doubled(digit) : digit))
    oddSums.push((oddSums[place] ?? 0) + (isEven ? digit : doubled(digit)))
    digits.push(digit)
    isEdge.push(false)
  }
  isEdge[digits.length] = true

  // From the right, every second digit is doubled, and all of them add up to a multiple of ten.
  const hasCheckDigit = (start: number, end: number): boolean => {
    const sums = end % 2 === 0 ? evenSums : oddSums
    return ((sums[end] ?? 0) - (sums[start] ?? 0)) % 10 === 0
  }

  for (let start = 0; start < digits.length; start += 1) {
    if (isEdge[start] !== true) continue
    for (const { from, to, lengths } of BRANDS[digits[start] ?? 0] ?? []) {
      const issuer = firstSix(digits, start)
      if (issuer < from || issuer > to) continue
      for (const length of lengths) {
        if (isEdge[start + length] === true && hasCheckDigit(start, start + length)) return true
      }
    }
  }
  return false
}

// A space and a hyphen have lower codes.
const ZERO = '0'.charCodeAt(0)

/** Twice the digit, and of a number of two digits their sum. */
const doubled = (digit: number): number => (digit > 4 ? 2 * digit - 9 : 2 * digit)

const firstSix = (digits: readonly number[], start: number): number => {
  let number = 0
  for (let at = start; at < start + 6; at += 1) number = 10 * number + (digits[at] ?? 0)
  return number
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
const ISSUERS: readonly Issuers[] = [
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

/** By the first digit. */
const BRANDS: readonly (readonly Issuers[])[] = Array.from({ length: 10 }, (_, digit) =>
  ISSUERS.filter(({ from }) => Math.floor(from / 100_000) === digit),
)

/** The text with 0 to 9, space and hyphen for what other scripts have of them, and without what a reader looks past. */
const inAscii = (text: string): string => (IS_ASCII.test(text) ? text : text.replaceAll(BEYOND_ASCII, asciiOf))

const IS_ASCII = /^\p{ASCII}*$/u

// Not seen: format characters such as the soft hyphen, and those that programs show nothing for, such as the selectors of
// a variant. Marks stand over, under or around a digit: a line under it, or the box of an emoji.
const LOOKED_PAST = /\p{Cf}|\p{Default_Ignorable_Code_Point}|\p{M}/u

// The minus sign looks like a hyphen, and phones write it for one.
const HYPHEN = /\p{Pd}|\u2212/u

const BEYOND_ASCII = new RegExp(String.raw`[^\P{Nd}0-9]|[^\P{Zs} ]|[^\P{Pd}-]|\u2212|${LOOKED_PAST.source}`, 'gu')

const asciiOf = (character: string): string => {
  const known = asciiTexts.get(character)
  if (known !== undefined) return known
  const ascii = LOOKED_PAST.test(character)
    ? ''
    : /\p{Zs}/u.test(character)
      ? ' '
      : HYPHEN.test(character)
        ? '-'
        : valueOf(character)
  asciiTexts.set(character, ascii)
  return ascii
}

// Unicode has some 7,000 such characters.
const asciiTexts = new Map<string, string>()

/** Unicode keeps the ten digits of a script together, 0 first. A few scripts stand side by side. */
const valueOf = (digit: string): string => {
  const code = digit.codePointAt(0) ?? 0
  let start = code
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1
  return String((code - start) % 10)
}
