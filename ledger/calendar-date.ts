/** Dates of the proleptic Gregorian calendar as numbers, without Date: every entry's time and day pass here. */

/** Days from 1970-01-01 to a date; NaN when there is no such date. The numbers are whole, or NaN. */
export const daysSince1970 = (year: number, month: number, day: number): number => {
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  if (!exists) return Number.NaN
  // Counted from 1 March, so that a leap day is the last day of its year.
  const marchYear = month <= 2 ? year - 1 : year
  const monthsSinceMarch = (month + 9) % 12
  const dayOfYear = Math.floor((153 * monthsSinceMarch + 2) / 5) + day - 1
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + dayOfYear - DAYS_TO_1970
}

/** The number that two decimal digits of a text make; NaN when they are none. */
export const twoDigits = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/**
 * Days from 1970-01-01 to the date that a text starts with, written YYYY-MM-DD, in the years 0001 to 9999; NaN when it
 * starts with no such date.
 */
export const leadingDate = (text: string): number => {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const isDate = year >= 1 && text[4] === '-' && text[7] === '-'
  return isDate ? daysSince1970(year, twoDigits(text, 5), twoDigits(text, 8)) : Number.NaN
}

// From 1 March of the year 0.
const DAYS_TO_1970 = 719_468
const ZERO = '0'.charCodeAt(0)

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
