import { z } from 'zod'
import type { DeliveryStreamNames } from '#adapters/archive/firehose-archive'
import type { TableNames } from '#adapters/dynamodb/tables'

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback)
// AWS allows these characters in the names of streams, delivery streams and tables.
const resourceName = (fallback: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_.-]+$/, 'may contain only letters, digits, "_", "." and "-"')
    .default(fallback)

/** The URL at which clients reach a service, without a slash at the end, so that a path can follow. */
const serviceUrl = z.string().transform((text, context) => {
  const url = parseAddress(text)
  if (url !== undefined) return url.origin + url.pathname.replace(/\/+$/, '')
  context.addIssue({ code: 'custom', message: ADDRESS_RULE })
  return z.NEVER
})

export const DEFAULT_DATA_FOLDER = '.daybook'

const parseAddress = (text: string): URL | undefined => {
  const url = URL.parse(text)
  const isAddress = url !== null && /^https?:$/.test(url.protocol) && !/[?#]/.test(text)
  return isAddress && url.username === '' && url.password === '' ? url : undefined
}

const ADDRESS_RULE =
  'must be an http or https URL without credentials, query or fragment, such as https://books.example.com'
/** Whether browsers write an origin like this. They compare texts, so an origin that is written otherwise would never match. */
const isOrigin = (text: string): boolean => /^https?:[^*]+$/.test(text) && URL.parse(text)?.origin === text

const ORIGINS_RULE =
  'must be origins as browsers send them, such as https://shop.example.com: in small letters, without path, default port or "*"'

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  INGEST_PORT: port(8787),
  QUERY_PORT: port(8788),
  // Ingest puts this URL into `Location`; it cannot know the address otherwise.
  QUERY_URL: serviceUrl.optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),

  STREAM_NAME: resourceName('daybook-entries'),
  ENTRIES_DELIVERY_STREAM: resourceName('daybook-entries'),
  DECISIONS_DELIVERY_STREAM: resourceName('daybook-decisions'),
  MERCHANTS_TABLE: resourceName('merchants'),
  JOURNAL_TABLE: resourceName('journal'),
  DAYS_TABLE: resourceName('days'),
  PROGRESS_TABLE: resourceName('progress'),
  QUARANTINE_TABLE: resourceName('quarantine'),
  GRANTS_TABLE: resourceName('grants'),

  // Where tokens come from. Without an issuer, `npm start` runs one of its own at ISSUER_PORT.
  // Kept to the letter, a slash at the end included: tokens name their issuer so.
  TOKEN_ISSUER: z
    .string()
    .refine((text) => parseAddress(text) !== undefined, ADDRESS_RULE)
    .optional(),
  TOKEN_AUDIENCE: z.string().min(1).default('daybook'),
  // Cognito's tokens name no audience. With a list, only these clients are known; grants decide in any case.
  TOKEN_CLIENT_IDS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((id) => id !== ''))
    .optional(),
  // Cognito writes `daybook/entries:write` where we say `entries:write`.
  SCOPE_PREFIX: z.string().default(''),
  ISSUER_PORT: port(8789),
  // Clients are kept in this user pool of Cognito when it is set, and otherwise in files of the local issuer.
  USER_POOL_ID: z.string().optional(),
  // `/metrics` needs a token with the scope `operations` for every merchant, unless this is set.
  METRICS_OPEN: z.stringbool().default(false),
  // How many proxies of our own stand before ingest. So many entries of `X-Forwarded-For` are believed, from its end.
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(16).default(0),
  // Pages of these origins may call the API from a browser; none by default.
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((origin) => origin !== ''))
    .superRefine((origins, context) => {
      const wrong = origins.findIndex((origin) => !isOrigin(origin))
      if (wrong !== -1) context.addIssue({ code: 'custom', message: `${ORIGINS_RULE}; number ${wrong + 1} is not` })
    })
    .default([]),

  ARCHIVE_BUCKET: resourceName('daybook-archive'),
  // SQL goes to Athena when a workgroup is set, and otherwise to DuckDB over copies of the objects.
  ATHENA_WORKGROUP: z.string().optional(),
  ATHENA_DATABASE: z.string().default('daybook'),
  // The longest time from the hand-over to Firehose until the archive shows an entry: its buffer (here 5 s) and 5 minutes.
  ARCHIVE_DELIVERY_SECONDS: z.coerce.number().min(0).default(305),

  // Without a value there is no limit.
  INGEST_MAX_ENTRIES_PER_SECOND: z.coerce.number().min(1).optional(),
  INGEST_MAX_BYTES_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(4 * 1024 * 1024)
    .default(64 * 1024 * 1024),

  // A store on AWS is fastest with many writes at a time; the local one has a single writer and is fastest with few.
  BOOKS_AT_ONCE: z.coerce.number().int().min(1).max(256).default(32),
  BOOK_CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(128 * 1024 * 1024),

  // Only the local system uses the next settings.
  DAYBOOK_DATA: z.string().default(DEFAULT_DATA_FOLDER),
  DAYBOOK_SHARDS: z.coerce.number().int().min(1).max(64).default(2),
  // Whether the stream waits for the disk before it acknowledges. `never` is for throw-away data.
  DAYBOOK_SYNC: z.enum(['always', 'never']).default('always'),
})

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape)

/** Which tokens are taken. */
type TokenSettings = {
  /** The URL of the issuer, as its tokens name it. */
  readonly issuer: string
  /** Whether it is the one that `npm start` runs. */
  readonly isOurs: boolean
  readonly audience: string
  /** Undefined: a token of any client of the issuer is taken. */
  readonly clientIds: readonly string[] | undefined
  /** What the issuer writes in front of the name of a scope. */
  readonly scopePrefix: string
}

export type Settings = {
  readonly host: string
  readonly ingestPort: number
  readonly queryPort: number
  readonly queryUrl: string | undefined
  readonly logLevel: z.infer<typeof environment>['LOG_LEVEL']
  readonly streamName: string
  readonly deliveryStreams: DeliveryStreamNames
  readonly tables: TableNames
  readonly tokens: TokenSettings
  readonly issuerPort: number
  readonly userPoolId: string | undefined
  /** Whether `/metrics` needs no token. */
  readonly metricsOpen: boolean
  /** How many entries at the end of `X-Forwarded-For` are believed. */
  readonly trustedProxies: number
  readonly corsOrigins: readonly string[]
  readonly archiveBucket: string
  readonly athena: { readonly workGroup: string; readonly database: string } | undefined
  readonly archiveDeliveryMs: number
  readonly maxEntriesPerSecond: number | undefined
  readonly maxBytesInFlight: number
  readonly booksAtOnce: number
  readonly bookCacheBytes: number
  readonly dataFolder: string
  readonly shardCount: number
  /** Whether acknowledged records of the local stream survive a power cut, and not only a kill. */
  readonly syncs: boolean
}

/** The settings of every deployable. The SDK itself reads addresses, region and credentials of AWS. */
export const readSettings = (env: NodeJS.ProcessEnv = process.env): Settings => {
  const parsed = environment.safeParse(withoutEmpty(env))
  if (!parsed.success) throw new Error(explain(parsed.error))
  const values = parsed.data
  return {
    host: values.HOST,
    ingestPort: values.INGEST_PORT,
    queryPort: values.QUERY_PORT,
    queryUrl: values.QUERY_URL,
    logLevel: values.LOG_LEVEL,
    streamName: values.STREAM_NAME,
    deliveryStreams: { entries: values.ENTRIES_DELIVERY_STREAM, decisions: values.DECISIONS_DELIVERY_STREAM },
    tables: {
      merchants: values.MERCHANTS_TABLE,
      journal: values.JOURNAL_TABLE,
      days: values.DAYS_TABLE,
      progress: values.PROGRESS_TABLE,
      quarantine: values.QUARANTINE_TABLE,
      grants: values.GRANTS_TABLE,
    },
    tokens: {
      issuer: values.TOKEN_ISSUER ?? `http://127.0.0.1:${values.ISSUER_PORT}`,
      isOurs: values.TOKEN_ISSUER === undefined,
      audience: values.TOKEN_AUDIENCE,
      clientIds: values.TOKEN_CLIENT_IDS,
      scopePrefix: values.SCOPE_PREFIX,
    },
    issuerPort: values.ISSUER_PORT,
    userPoolId: values.USER_POOL_ID,
    metricsOpen: values.METRICS_OPEN,
    trustedProxies: values.TRUSTED_PROXIES,
    corsOrigins: values.CORS_ORIGINS,
    archiveBucket: values.ARCHIVE_BUCKET,
    athena:
      values.ATHENA_WORKGROUP === undefined
        ? undefined
        : { workGroup: values.ATHENA_WORKGROUP, database: values.ATHENA_DATABASE },
    archiveDeliveryMs: values.ARCHIVE_DELIVERY_SECONDS * 1_000,
    maxEntriesPerSecond: values.INGEST_MAX_ENTRIES_PER_SECOND,
    maxBytesInFlight: values.INGEST_MAX_BYTES_IN_FLIGHT,
    booksAtOnce: values.BOOKS_AT_ONCE,
    bookCacheBytes: values.BOOK_CACHE_BYTES,
    dataFolder: values.DAYBOOK_DATA,
    shardCount: values.DAYBOOK_SHARDS,
    syncs: values.DAYBOOK_SYNC === 'always',
  }
}

// An empty value, as in `INGEST_PORT= npm start`, means the default and not port zero.
const withoutEmpty = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

const explain = (error: z.ZodError): string =>
  [
    'These settings cannot be used:',
    ...error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`),
  ].join('\n')
