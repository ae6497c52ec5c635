/** The settings of every deployable: the environment of its process, checked once. */
import * as z from 'zod'
import type { DeliveryStreamNames } from '#adapters/archive/firehose-archive'
import type { TableNames } from '#adapters/dynamodb/tables'
import {
  address,
  atLeast,
  duration,
  list,
  optionalPort,
  origins,
  port,
  resourceName,
  serviceUrl,
  wholeNumber,
} from './setting-kinds.ts'

export const DEFAULT_DATA_FOLDER = '.daybook'

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
  TOKEN_ISSUER: address.optional(),
  TOKEN_AUDIENCE: z.string().min(1).default('daybook'),
  // Cognito's tokens name no audience. With a list, only these clients are known; grants decide in any case.
  TOKEN_CLIENT_IDS: list.optional(),
  // Cognito writes `daybook/entries:write` where we say `entries:write`.
  SCOPE_PREFIX: z.string().default(''),
  ISSUER_PORT: port(8789),
  // Clients are kept in this user pool of Cognito when it is set, and otherwise in files of the local issuer.
  USER_POOL_ID: z.string().optional(),
  // `/metrics` needs a token with the scope `operations` for every merchant, unless this is set.
  METRICS_OPEN: z.stringbool().default(false),
  // A function is paid by the second for each watcher and ended after a while, so it serves no live days.
  LIVE_STREAMS: z.stringbool().default(true),
  // How many proxies of our own stand before ingest. So many entries of `X-Forwarded-For` are believed, from its end.
  TRUSTED_PROXIES: wholeNumber({ min: 0, max: 16 }).default(0),
  // Pages of these origins may call the API from a browser; none by default.
  CORS_ORIGINS: origins.default([]),

  ARCHIVE_BUCKET: resourceName('daybook-archive'),
  SEAL_BUCKET: resourceName('daybook-seals'),
  // SQL goes to Athena when a workgroup is set, and otherwise to DuckDB over copies of the objects.
  ATHENA_WORKGROUP: z.string().optional(),
  ATHENA_DATABASE: z.string().default('daybook'),
  // The longest time from the hand-over to Firehose until the archive shows an entry: its buffer (here 5 s) and 5 minutes.
  ARCHIVE_DELIVERY_SECONDS: atLeast(0).default(305),

  // How long after its end a day is closed by itself.
  CLOSE_AFTER: duration('6h', { minMs: 0 }),
  // The workflow that closes days, as an ARN of Step Functions.
  CLOSE_STATE_MACHINE: z.string().default('arn:aws:states:us-east-1:000000000000:stateMachine:daybook-close'),
  // The longest time that the route that closes days waits, whatever its client prefers.
  CLOSE_WAIT: duration('30s', { minMs: 0 }),

  // Without a value there is no limit.
  INGEST_MAX_ENTRIES_PER_SECOND: atLeast(1).optional(),
  INGEST_MAX_BYTES_IN_FLIGHT: wholeNumber({ min: 4 * 1024 * 1024 }).default(64 * 1024 * 1024),

  // A store on AWS is fastest with many writes at a time; the local one has a single writer and is fastest with few.
  BOOKS_AT_ONCE: wholeNumber({ min: 1, max: 256 }).default(32),
  BOOK_CACHE_BYTES: wholeNumber({ min: 0 }).default(128 * 1024 * 1024),

  // Only the local system uses the next settings.
  // How often days that are due are closed; the first time after this time.
  CLOSE_EVERY: duration('15m', { minMs: 1_000 }),
  // Where the consumers answer /healthz and /readyz, on 127.0.0.1. Without it, `npm start` takes a free port.
  CONSUMERS_PORT: optionalPort,
  DAYBOOK_DATA: z.string().default(DEFAULT_DATA_FOLDER),
  // Without a port, the local S3 takes a free one at each start.
  S3_PORT: optionalPort,
  DAYBOOK_SHARDS: wholeNumber({ min: 1, max: 64 }).default(2),
  // Whether the stream waits for the disk before it acknowledges. `never` is for throw-away data.
  DAYBOOK_SYNC: z.enum(['always', 'never']).default('always'),
})

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape)

/** The settings of this process. The SDK itself reads addresses, region and credentials of AWS. */
export const readSettings = (env: NodeJS.ProcessEnv = process.env): Settings => {
  const parsed = environment.safeParse(withoutEmpty(env))
  if (!parsed.success) throw new Error(explain(parsed.error))
  return settingsOf(parsed.data)
}

export type Settings = Readonly<ReturnType<typeof settingsOf>>

/** The settings by the names that the code uses, in its units. */
const settingsOf = (values: z.infer<typeof environment>) => ({
  host: values.HOST,
  ingestPort: values.INGEST_PORT,
  queryPort: values.QUERY_PORT,
  queryUrl: values.QUERY_URL,
  logLevel: values.LOG_LEVEL,
  streamName: values.STREAM_NAME,
  deliveryStreams: {
    entries: values.ENTRIES_DELIVERY_STREAM,
    decisions: values.DECISIONS_DELIVERY_STREAM,
  } satisfies DeliveryStreamNames,
  tables: {
    merchants: values.MERCHANTS_TABLE,
    journal: values.JOURNAL_TABLE,
    days: values.DAYS_TABLE,
    progress: values.PROGRESS_TABLE,
    quarantine: values.QUARANTINE_TABLE,
    grants: values.GRANTS_TABLE,
  } satisfies TableNames,
  /** Which tokens are taken. */
  tokens: {
    issuer: values.TOKEN_ISSUER ?? `http://127.0.0.1:${values.ISSUER_PORT}`,
    /** Whether the issuer is the one that `npm start` runs. */
    isOurs: values.TOKEN_ISSUER === undefined,
    audience: values.TOKEN_AUDIENCE,
    clientIds: values.TOKEN_CLIENT_IDS,
    scopePrefix: values.SCOPE_PREFIX,
  },
  issuerPort: values.ISSUER_PORT,
  consumersPort: values.CONSUMERS_PORT,
  userPoolId: values.USER_POOL_ID,
  metricsOpen: values.METRICS_OPEN,
  liveStreams: values.LIVE_STREAMS,
  trustedProxies: values.TRUSTED_PROXIES,
  corsOrigins: values.CORS_ORIGINS,
  archiveBucket: values.ARCHIVE_BUCKET,
  sealBucket: values.SEAL_BUCKET,
  athena:
    values.ATHENA_WORKGROUP === undefined
      ? undefined
      : { workGroup: values.ATHENA_WORKGROUP, database: values.ATHENA_DATABASE },
  archiveDeliveryMs: values.ARCHIVE_DELIVERY_SECONDS * 1_000,
  closeAfterMs: values.CLOSE_AFTER,
  closeEveryMs: values.CLOSE_EVERY,
  closeStateMachine: values.CLOSE_STATE_MACHINE,
  closeWaitMs: values.CLOSE_WAIT,
  maxEntriesPerSecond: values.INGEST_MAX_ENTRIES_PER_SECOND,
  maxBytesInFlight: values.INGEST_MAX_BYTES_IN_FLIGHT,
  booksAtOnce: values.BOOKS_AT_ONCE,
  bookCacheBytes: values.BOOK_CACHE_BYTES,
  dataFolder: values.DAYBOOK_DATA,
  s3Port: values.S3_PORT,
  shardCount: values.DAYBOOK_SHARDS,
  /** Whether acknowledged records of the local stream survive a power cut, and not only a kill. */
  syncs: values.DAYBOOK_SYNC === 'always',
})

// An empty value, as in `INGEST_PORT= npm start`, means the default and not port zero.
const withoutEmpty = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))

const explain = (error: z.ZodError): string =>
  [
    'These settings cannot be used:',
    ...error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`),
  ].join('\n')
