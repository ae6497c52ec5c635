/**
 * The size that DynamoDB gives an item, and its bill, by the rules of its developer guide ("DynamoDB item sizes and
 * formats", "DynamoDB read and write operations").
 */
import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb'

export type Item = Readonly<Record<string, NativeAttributeValue>>

/** The size of the names and values of all attributes, in bytes. */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0)

/** The units of a write. A refused put is billed by the larger of the stored item and the new one. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024))

/** The units of a strongly consistent read that finds this many bytes, in one item or by one query. */
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4096))

const valueBytes = (value: NativeAttributeValue): number => {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number' || typeof value === 'bigint') return numberBytes(value)
  if (typeof value === 'boolean' || value === null) return 1
  if (value instanceof Uint8Array) return value.length
  if (value instanceof Set) return [...value].reduce((sum: number, member) => sum + valueBytes(member), 0)
  if (Array.isArray(value)) return value.reduce((sum: number, member) => sum + 1 + valueBytes(member), 3)
  if (value !== undefined && Object.getPrototypeOf(value) === Object.prototype) return mapBytes(value as Item)
  throw new TypeError(`no rule says how large ${typeof value} is`)
}

/** A byte for every two digits and one more. Zeroes at either end take no room; a sign does. */
const numberBytes = (value: number | bigint): number => {
  const digits = String(value).replace(/^-/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '')
  if (digits.includes('e')) throw new TypeError(`${value} is not written out in digits`)
  return Math.ceil(digits.length / 2) + 1 + (value < 0 ? 1 : 0)
}

const mapBytes = (map: Item): number =>
  Object.entries(map).reduce((sum, [name, value]) => sum + 1 + Buffer.byteLength(name) + valueBytes(value), 3)
