/** The kinds of values that settings have, and what is said of a wrong value. No message repeats the value. */
import * as z from 'zod'

// Without a message of ours, Zod says of text that is no number that it "received NaN".

export const atLeast = (min: number) => {
  const rule = `must be a number of at least ${min}`
  return z.coerce.number(rule).min(min, rule)
}

export const wholeNumber = ({
  min,
  max = Number.MAX_SAFE_INTEGER,
}: {
  readonly min: number
  readonly max?: number
}) => {
  const rule = `must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}`
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule)
}

const portNumber = wholeNumber({ min: 1, max: 65_535 })

export const port = (fallback: number) => portNumber.default(fallback)

export const optionalPort = portNumber.optional()

/** A time such as `6h`, `15m` or `30s`, in milliseconds. */
export const duration = (fallback: string, { minMs }: { readonly minMs: number }) => {
  const rule = `must be a whole number of seconds, minutes or hours of at least ${minMs / 1_000}s, such as 30s, 15m or 6h`
  return z
    .string()
    .default(fallback)
    .transform((text) => {
      const [, count, unit] = /^(\d{1,9})([smh])$/.exec(text) ?? []
      return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h']
    })
    .refine((ms) => ms >= minMs, rule)
}

// AWS allows these characters in the names of streams, delivery streams and tables.
export const resourceName = (fallback: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/, 'may contain only letters, digits, "_", "." and "-"')
    .default(fallback)

/** Texts that are separated by spaces or commas. */
export const list = z.string().transform((text) => text.split(/[\s,]+/).filter((item) => item !== ''))

/** An address that is compared as a text, so it is kept to the letter. */
export const address = z.string().refine((text) => isAddress(text), {
  error: 'must be an http or https URL without credentials, query or fragment, such as https://books.example.com',
  abort: true,
})

/** The URL at which clients reach a service, without a slash at the end, so that a path can follow. */
export const serviceUrl = address.transform((text) => {
  const { origin, pathname } = new URL(text)
  return origin + pathname.replace(/\/+$/, '')
})

const isAddress = (text: string): boolean => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || /[?#]/.test(text)) return false
  return url.username === '' && url.password === ''
}

/** Origins of pages. Browsers send them in one way of writing and compare texts, so another one would never match. */
export const origins = list.superRefine((given, context) => {
  const wrong = given.findIndex((origin) => !isOrigin(origin))
  if (wrong !== -1) context.addIssue({ code: 'custom', message: `${ORIGINS_RULE}; number ${wrong + 1} is not` })
})

const isOrigin = (text: string): boolean => /^https?:[^*]+$/.test(text) && URL.parse(text)?.origin === text

const ORIGINS_RULE =
  'must be origins as browsers send them, such as https://shop.example.com: in small letters, without path, default port or "*"'
