// The most that Kinesis's own pattern allows.
const MOST_DIGITS = 129

/**
 * A decimal number as text that sorts as numbers do: texts of equal length compare so, and a DynamoDB number, which ends
 * at 38 digits, cannot hold a sequence number of 56.
 */
export const sortableNumber = (digits: string): string => digits.padStart(MOST_DIGITS, '0')

export const readSortableNumber = (text: string): string => text.replace(/^0+(?=\d)/, '')
