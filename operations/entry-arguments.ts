/** The arguments that correct an entry. */
import { fieldList, type Kind } from '#ledger/entry-fields'
import { UsageError } from './command.ts'
import { messageOf } from '#processors/own-fault'
import { textIn } from './text-file.ts'

/** The corrected fields of --entry, and above them those of --set; undefined when there are none. */
export const correctionOf = ({ entry, set }: { entry?: string | undefined; set: readonly string[] }) =>
  entry === undefined && set.length === 0
    ? undefined
    : { ...(entry !== undefined && fieldsIn(entry)), ...Object.fromEntries(set.map(fieldOf)) }

const fieldOf = (argument: string): readonly [string, unknown] => {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(argument) ?? []
  if (name === undefined || value === undefined) throw new UsageError(`--set takes FIELD=VALUE, not ${argument}.`)
  const field = fieldList.find(({ json }) => json === name)
  if (field === undefined) {
    throw new UsageError(
      `${name} is not a field of an entry. The fields are ${fieldList.map(({ json }) => json).join(', ')}.`,
    )
  }
  return [name, value === 'null' ? null : READERS[field.kind](value, name)]
}

/** The value in JSON. The field says its type, whatever the value looks like: the id 20261126001 is a text. */
type Reader = (value: string, name: string) => unknown

const text: Reader = (value, name) => {
  // Quotes make a text of what is otherwise a word of ours, and of a text with quotes around it.
  if (!/^".*"$/s.test(value)) return value
  const quoted = jsonIn(value)
  if (typeof quoted === 'string') return quoted
  throw new UsageError(`${name} takes a text, and ${value} is not one text in JSON's quotes.`)
}

const wholeNumber: Reader = (value, name) => {
  if (/^-?\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value)
  throw new UsageError(`${name} takes a whole number${name === 'amount' ? ' of minor units' : ''}, not ${value}.`)
}

const pairs: Reader = (value, name) => {
  const found = jsonIn(value)
  if (isObject(found)) return found
  throw new UsageError(`${name} takes a JSON object such as {"table":"7"}, not ${value}.`)
}

const READERS: Readonly<Record<Kind, Reader>> = {
  entryId: text,
  merchantId: text,
  clientId: text,
  direction: text,
  method: text,
  currency: text,
  instant: text,
  text,
  amount: wholeNumber,
  runningNumber: wholeNumber,
  pairs,
}

const fieldsIn = (file: string): object => {
  const json = textIn(file)
  let found: unknown
  try {
    found = JSON.parse(json)
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${messageOf(error)}.`)
  }
  if (isObject(found)) return found
  throw new UsageError(`${file} does not hold a JSON object.`)
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for a text that is not JSON. */
const jsonIn = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
