/** The published document of the command side. */
import { CLIENT_ID } from '#ledger/identifiers'
import { MERGE_PATCH } from '#wire/json/json'
import { merchantParams } from '../merchant.ts'
import { INGEST_ROUTES } from '../routes.ts'
import {
  headers,
  jsonAnswer,
  jsonContent,
  openApiDocument,
  pathParameter,
  queryParameters,
  ref,
  type Json,
} from './document.ts'
import { EXAMPLE_DAY, EXAMPLE_QUARANTINE_ID, EXAMPLE_REFUND, EXAMPLE_SALE, EXAMPLE_SHOP } from './example-shop.ts'
import { INGEST_SCHEMAS } from './ingest-schemas.ts'

const ENTRIES = ['Entries']
const MERCHANTS = ['Merchants']
const QUARANTINE = ['Quarantine']
const DAYS = ['Days']

const CANNOT_BE_READ = ['not-json', 'too-large', 'unsupported-encoding', 'invalid'] as const
const TRY_AGAIN = ['rate-limited', 'too-busy', 'stream-unavailable', 'register-unavailable', 'calendar-ended'] as const

const ITEM = pathParameter(
  'quarantineId',
  'The `quarantineId` that the query API lists.',
  { type: 'string' },
  EXAMPLE_QUARANTINE_ID,
)
const CLOSING_PARAMETERS: readonly Json[] = [
  pathParameter('merchantId', 'The merchant.', { type: 'string', pattern: CLIENT_ID.source }, EXAMPLE_SHOP),
  pathParameter('day', 'The last business day to close.', { type: 'string', format: 'date' }, EXAMPLE_DAY),
  {
    name: 'prefer',
    in: 'header',
    required: false,
    description: '`wait=N`: the number of seconds to wait for the outcome, at most 30 (RFC 7240).',
    schema: { type: 'string' },
    example: 'wait=10',
  },
]

const CANNOT_BE_DECIDED = ['not-found', 'already-decided', 'changed-meanwhile', 'store-unavailable'] as const

const PRECONDITIONS: readonly Json[] = [
  {
    name: 'if-match',
    in: 'header',
    required: false,
    description:
      'ETags. The merchant has to have one of them; `*` means that the merchant has to exist. Otherwise the ' +
      'answer is 412, and nothing changes.',
    schema: { type: 'string' },
    example: '"1"',
  },
  {
    name: 'if-none-match',
    in: 'header',
    required: false,
    description:
      'ETags. The merchant must not have any of them; `*` means that the merchant must not exist yet. Otherwise ' +
      'the answer is 412, and nothing changes.',
    schema: { type: 'string' },
    example: '*',
  },
]
const MERCHANT_PARAMETERS: readonly Json[] = [
  pathParameter(
    'merchantId',
    'The id that you give the merchant.',
    { type: 'string', pattern: CLIENT_ID.source },
    EXAMPLE_SHOP,
  ),
  ...queryParameters(merchantParams),
  ...PRECONDITIONS,
]
const MERCHANT_ETAG: Json = { etag: { $ref: '#/components/headers/merchant-etag' } }
const CANNOT_CHANGE = ['currency-fixed', 'changed-meanwhile', 'precondition-failed', 'register-unavailable'] as const

const exampleOf = (name: 'MerchantRegistration' | 'MerchantPatch' | 'Batch' | 'Replay' | 'Discard'): Json => ({
  example: INGEST_SCHEMAS[name].example,
})

const ENTRIES_AS_EXAMPLES: Json = { sale: { value: EXAMPLE_SALE }, refund: { value: EXAMPLE_REFUND } }

// Generated clients then take and give a stream, or bytes. They would write any other text as JSON, in quotes.
const BYTES: Json = { type: 'string', format: 'binary' }

const GZIP = 'At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion.'

export const ingestDocument = () =>
  openApiDocument({
    title: 'Daybook ingest',
    description:
      'The command side of the live cash book of every merchant. 202 means that the entry is on the stream ' +
      'and will be counted once, whatever happens next. A client that gets no answer may send the same entry ' +
      'again any number of times.',
    tags: [
      { name: 'Entries', description: 'Movements of cash: credits and debits.' },
      { name: 'Days', description: 'Closing business days.' },
      { name: 'Quarantine', description: 'Decisions about entries that were set aside.' },
      { name: 'Merchants', description: 'The owners of books.' },
    ],
    schemas: INGEST_SCHEMAS,
    routes: INGEST_ROUTES,
    operations: {
      registerMerchant: {
        summary: 'Registers a merchant, or changes it',
        description:
          'The same request again changes nothing. If the merchant exists, a field that is left out keeps ' +
          'its value. A change of the calendar counts from a future day.',
        tags: MERCHANTS,
        parameters: MERCHANT_PARAMETERS,
        requestBody: {
          required: true,
          description: GZIP,
          content: jsonContent('MerchantRegistration', exampleOf('MerchantRegistration')),
        },
        responses: {
          200: jsonAnswer(
            'The merchant was registered before, and the answer shows it as it is now; or the request was a preview.',
            'Merchant',
            MERCHANT_ETAG,
          ),
          201: jsonAnswer('The merchant is registered.', 'Merchant', MERCHANT_ETAG),
        },
        problems: [...CANNOT_BE_READ, ...CANNOT_CHANGE],
      },
      changeMerchant: {
        summary: 'Changes a merchant that is registered',
        description:
          `A JSON merge patch (RFC 7396), sent with \`Content-Type: ${MERGE_PATCH}\`. A field that is left out keeps its ` +
          'value, and `null` gives a field its default. A change of the calendar counts from a future day.',
        tags: MERCHANTS,
        parameters: MERCHANT_PARAMETERS,
        requestBody: {
          required: true,
          description: GZIP,
          content: { [MERGE_PATCH]: { schema: ref('MerchantPatch'), ...exampleOf('MerchantPatch') } },
        },
        responses: {
          200: jsonAnswer(
            'The merchant as it is now, or as the change of a preview would make it.',
            'Merchant',
            MERCHANT_ETAG,
          ),
        },
        problems: [...CANNOT_BE_READ, 'unsupported-type', 'not-found', ...CANNOT_CHANGE],
      },
      sendEntry: {
        summary: 'Sends one entry',
        description:
          'The answer comes when the entry is on the stream. Send the same entry again when there is no answer, or a 5xx: ' +
          'it is counted once. `position` lets a query wait until it is counted.',
        tags: ENTRIES,
        requestBody: {
          required: true,
          description: GZIP,
          content: jsonContent('Entry', { examples: ENTRIES_AS_EXAMPLES }),
        },
        responses: {
          202: jsonAnswer('The entry will be counted.', 'Accepted', headers('location')),
        },
        problems: [...CANNOT_BE_READ, ...TRY_AGAIN],
      },
      sendBatch: {
        summary: 'Sends up to 500 entries',
        description:
          'Each entry is checked by itself, so a wrong entry does not affect the others. The results say ' +
          'what happened to each entry.',
        tags: ENTRIES,
        requestBody: { required: true, description: GZIP, content: jsonContent('Batch', exampleOf('Batch')) },
        responses: {
          202: jsonAnswer('All entries were accepted.', 'BatchAnswer'),
          207: jsonAnswer('Some entries were accepted, and some were refused.', 'BatchAnswer'),
        },
        problems: [...CANNOT_BE_READ, 'nothing-accepted', ...TRY_AGAIN],
        problemSchema: 'BatchProblem',
      },
      streamEntries: {
        summary: 'Sends any number of entries, one per line',
        description:
          'The service answers while it reads, in the order of the lines. Each line of the answer is a ' +
          '`StreamAnswer`. Read the answers while you send, because the service does not read on while its ' +
          'answers wait. Lines refused with a 503 were not written in time: send them again. If the last ' +
          'answer says `"done": false`, or there is none, send again from the first line without an answer. ' +
          'Sending other lines again does no harm. A connection on which nothing moves for a minute is ' +
          'closed.',
        tags: ENTRIES,
        requestBody: {
          // An empty body is an upload without lines.
          required: false,
          description:
            'Newline-delimited JSON. Each line is an `Entry` of at most 64 KiB; blank lines are skipped. ' +
            'The body may have any length, plain or with `Content-Encoding: gzip`. Behind API Gateway and Lambda ' +
            'the limit is about 4.5 MB as sent, and a longer body is answered 413 without being read.',
          content: {
            'application/x-ndjson': {
              schema: BYTES,
              example: [EXAMPLE_SALE, EXAMPLE_REFUND].map((entry) => `${JSON.stringify(entry)}\n`).join(''),
            },
          },
        },
        responses: {
          200: {
            description: 'The outcome of each line, and at the end the numbers of accepted and refused entries.',
            headers: headers('x-request-id'),
            content: {
              'application/x-ndjson': {
                schema: BYTES,
              },
            },
          },
        },
        problems: ['unsupported-encoding', 'too-busy'],
      },
      closeDays: {
        summary: 'Closes the days of a merchant up to this one',
        description:
          'Each day is compared with the archive, and closed when both are equal, the oldest first. The answer comes when ' +
          'the outcome of each day is known, or after 30 s, or as long as `Prefer: wait=` says. Then the closing goes on ' +
          'without you: ask again, which joins it and changes nothing else. Days also close by themselves, some hours ' +
          'after they end.',
        tags: DAYS,
        parameters: CLOSING_PARAMETERS,
        responses: {
          200: jsonAnswer(
            'What came of each day that was open. `status` says whether all of them are closed.',
            'ClosedDays',
            headers('preference-applied'),
          ),
          202: jsonAnswer(
            'Some days still wait for the archive, and the closing goes on.',
            'ClosedDays',
            headers('preference-applied', 'retry-after'),
          ),
        },
        problems: [
          'invalid',
          'not-found',
          'rate-limited',
          'register-unavailable',
          'closing-unavailable',
          'store-unavailable',
        ],
      },
      replayQuarantined: {
        summary: 'Puts an item of the quarantine on the stream again',
        description:
          'The entry is sent unchanged or with corrected fields. The item keeps the original. The same ' +
          'request again gets the same answer. After a replay has begun, any other decision is refused. A ' +
          'corrected entry is checked like a new entry, and gets its business day like one. An entry that waits ' +
          'because its day is closed counts on an open day; the item and the entry then say `movedTo`.',
        tags: QUARANTINE,
        parameters: [ITEM],
        requestBody: { required: false, description: GZIP, content: jsonContent('Replay', exampleOf('Replay')) },
        responses: {
          202: jsonAnswer('The entry will be counted, or set aside again.', 'Replayed', headers('location')),
        },
        problems: [...CANNOT_BE_READ, ...CANNOT_BE_DECIDED, ...TRY_AGAIN],
      },
      discardQuarantined: {
        summary: 'Leaves an item of the quarantine out for good',
        description: 'The item can still be read. The same request again gets the same answer.',
        tags: QUARANTINE,
        parameters: [ITEM],
        requestBody: { required: true, description: GZIP, content: jsonContent('Discard', exampleOf('Discard')) },
        responses: {
          200: jsonAnswer('The item is left out.', 'Discarded'),
        },
        problems: [...CANNOT_BE_READ, ...CANNOT_BE_DECIDED],
      },
    },
  })
