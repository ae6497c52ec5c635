// Kinesis's own pattern for sequence numbers allows no more.
const MOST_DIGITS = 129

/**
 * A decimal number as text of a fixed length, which sorts as the numbers do. A sequence number has 56 digits, and a
 * DynamoDB number only 38.
 */
export const sortableNumber = (digits: string): string => digits.padStart(MOST_DIGITS, '0')

export const readSortableNumber = (text: string): string => text.replace(/^0+(?=\d)/, '')
