/**
 * What `npm start` prints of itself and of its children: lines for people on a terminal, and JSON lines, one object each,
 * for everything else that reads them.
 */
import { visible } from '#infra/visible'

export type Output = {
  /** A line of a child: of its log, which is JSON, or of a library or Node itself. */
  child(service: string, line: string): void
  /** What happens to a child or to all of them. */
  tell(service: string, level: 'info' | 'warn', text: string, members?: Readonly<Record<string, unknown>>): void
  /** Text that only people need, such as lines to paste. */
  forPeople(text: string): void
}

type Print = (line: string) => void

export const jsonOutput = (print: Print): Output => ({
  child(service, line) {
    const entry = asLogEntry(line) ?? {
      level: LEVELS.info,
      time: Date.now(),
      msg: line,
    }
    print(JSON.stringify({ service, ...entry }))
  },
  tell(service, level, msg, members) {
    print(JSON.stringify({ service, level: LEVELS[level], time: Date.now(), ...members, msg }))
  },
  forPeople() {},
})

export const peopleOutput = (print: Print, timeOf: (ms: number) => string = timeOfDay): Output => {
  const show = (service: string, timeMs: number, text: string) =>
    print(`${timeOf(timeMs)}  ${service.padEnd(9)}  ${visible(text)}`)
  return {
    child(service, line) {
      const entry = asLogEntry(line)
      if (entry !== undefined) return show(service, entry.time ?? Date.now(), inWords(entry))
      // What Node prints of an error has lines without text, which help only beside one another.
      if (line.trim() !== '') show(service, Date.now(), line)
    },
    tell(service, level, msg) {
      show(service, Date.now(), inWords({ level: LEVELS[level], msg }))
    },
    forPeople: (text) => print(text),
  }
}

/** A line of pino's. */
export type LogEntry = Readonly<Record<string, unknown>> & {
  readonly level: number
  readonly time?: number
  readonly msg?: string
}

export const asLogEntry = (line: string): LogEntry | undefined => {
  if (!line.startsWith('{')) return undefined
  try {
    const entry = JSON.parse(line) as LogEntry
    return typeof entry.level === 'number' ? entry : undefined
  } catch {
    return undefined
  }
}

/** As pino numbers them. */
export const LEVELS = { info: 30, warn: 40, error: 50 } as const

/** The message, then what it is about, then the error with its causes. The stack stays in the JSON lines. */
const inWords = ({ level, msg = '', err, ...members }: LogEntry): string => {
  const about = Object.entries(members)
    .filter(([name, value]) => !UNINTERESTING.has(name) && ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name} ${String(value)}`)
  const mark = level >= LEVELS.error ? 'error: ' : level >= LEVELS.warn ? 'warning: ' : ''
  return `${mark}${msg}${about.length > 0 ? ` (${about.join(', ')})` : ''}${err === undefined ? '' : `: ${errorInWords(err)}`}`
}

// What stands on every line of a process.
const UNINTERESTING = new Set(['time', 'pid', 'hostname', 'name'])

/** The messages of an error and of its causes, as the log writes them. */
export const errorInWords = (err: unknown): string => {
  if (typeof err !== 'object' || err === null) return String(err)
  const { message, code, cause, errors } = err as LoggedError
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : []
  const texts = [message || ((cause ?? first) ? '' : code), cause === undefined ? '' : errorInWords(cause)]
  if (first !== undefined) texts.push(errorInWords(first))
  const said = texts.filter((text) => typeof text === 'string' && text !== '')
  return said.join(': ').replaceAll('.: ', ': ') || 'an error without a message'
}

type LoggedError = {
  readonly message?: string
  readonly code?: string
  readonly cause?: unknown
  readonly errors?: unknown
}

const timeOfDay = (ms: number): string => new Date(ms).toTimeString().slice(0, 8)
