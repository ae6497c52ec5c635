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
import { INGEST_SCHEMAS } from './ingest-schemas.ts'

const ENTRIES = ['Entries']
const MERCHANTS = ['Merchants']
const QUARANTINE = ['Quarantine']

const CANNOT_BE_READ = ['not-json', 'too-large', 'unsupported-encoding', 'invalid'] as const
const TRY_AGAIN = ['rate-limited', 'too-busy', 'stream-unavailable', 'register-unavailable', 'calendar-ended'] as const

const ITEM = pathParameter('quarantineId', 'As the query API lists it.', { type: 'string' })
const CANNOT_BE_DECIDED = ['not-found', 'already-decided', 'changed-meanwhile', 'store-unavailable'] as const

const PRECONDITIONS: readonly Json[] = [
  {
    name: 'if-match',
    in: 'header',
    required: false,
    description:
      'ETags, one of which the merchant has to have; `*`: it has to exist. Otherwise 412, and nothing changes.',
    schema: { type: 'string' },
  },
  {
    name: 'if-none-match',
    in: 'header',
    required: false,
    description: 'ETags, none of which the merchant may have; `*`: it may not exist yet. Otherwise 412.',
    schema: { type: 'string' },
  },
]
const MERCHANT_PARAMETERS: readonly Json[] = [
  pathParameter('merchantId', 'An id of your own.', { type: 'string', pattern: CLIENT_ID.source }),
  ...queryParameters(merchantParams),
  ...PRECONDITIONS,
]
const MERCHANT_ETAG: Json = { etag: { $ref: '#/components/headers/merchant-etag' } }
const CANNOT_CHANGE = ['currency-fixed', 'changed-meanwhile', 'precondition-failed', 'register-unavailable'] as const

const GZIP = 'At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion.'

export const ingestDocument = () =>
  openApiDocument({
    title: 'Daybook ingest',
    description:
      'The command side of the live cash book of every merchant. 202 means: the entry is on the stream and will be ' +
      'counted, once, whatever happens next. A client that gets no answer sends the very same entry again, as often as ' +
      'it likes.',
    tags: [
      { name: 'Entries', description: 'Movements of cash: credits and debits.' },
      { name: 'Quarantine', description: 'What is decided about entries that were set aside.' },
      { name: 'Merchants', description: 'Who owns books.' },
    ],
    schemas: INGEST_SCHEMAS,
    routes: INGEST_ROUTES,
    operations: {
      registerMerchant: {
        summary: 'Registers a merchant, or changes it',
        description:
          'Doing the same again changes nothing, and what is left out of a merchant that exists stays as it is. A ' +
          'change of the calendar counts from a day to come.',
        tags: MERCHANTS,
        parameters: MERCHANT_PARAMETERS,
        requestBody: { required: true, description: GZIP, content: jsonContent('MerchantRegistration') },
        responses: {
          200: jsonAnswer(
            'It was registered before, and this is how it is now; or a preview.',
            'Merchant',
            MERCHANT_ETAG,
          ),
          201: jsonAnswer('It is registered.', 'Merchant', MERCHANT_ETAG),
        },
        problems: [...CANNOT_BE_READ, ...CANNOT_CHANGE],
      },
      changeMerchant: {
        summary: 'Changes a merchant that is registered',
        description:
          `A JSON merge patch (RFC 7396), sent with \`Content-Type: ${MERGE_PATCH}\`: what is left out stays as it is, ` +
          'and `null` gives a field its default. A change of the calendar counts from a day to come.',
        tags: MERCHANTS,
        parameters: MERCHANT_PARAMETERS,
        requestBody: {
          required: true,
          description: GZIP,
          content: { [MERGE_PATCH]: { schema: ref('MerchantPatch') } },
        },
        responses: {
          200: jsonAnswer('This is how the merchant is now, or would be.', 'Merchant', MERCHANT_ETAG),
        },
        problems: [...CANNOT_BE_READ, 'unsupported-type', 'not-found', ...CANNOT_CHANGE],
      },
      sendEntry: {
        summary: 'Sends one entry',
        tags: ENTRIES,
        requestBody: { required: true, description: GZIP, content: jsonContent('Entry') },
        responses: {
          202: jsonAnswer('It will be counted.', 'Accepted', headers('location')),
        },
        problems: [...CANNOT_BE_READ, ...TRY_AGAIN],
      },
      sendBatch: {
        summary: 'Sends up to 500 entries',
        description:
          'Each is judged by itself, so a wrong one does not take its neighbours with it; the results say what became ' +
          'of each.',
        tags: ENTRIES,
        requestBody: { required: true, description: GZIP, content: jsonContent('Batch') },
        responses: {
          202: jsonAnswer('All were accepted.', 'BatchAnswer'),
          207: jsonAnswer('Some were accepted, and some refused.', 'BatchAnswer'),
        },
        problems: [...CANNOT_BE_READ, 'nothing-accepted', ...TRY_AGAIN],
        problemSchema: 'BatchProblem',
      },
      streamEntries: {
        summary: 'Sends as many entries as there are, one per line',
        description:
          'Answers while it reads, in the order of the lines, each line of the answer a `StreamAnswer`. Read the ' +
          'answers while you send: nothing is read from you while they wait. Lines refused with a 503 were not written ' +
          'in time: send them again. If the last answer says `"done": false`, or there is none, send again from the ' +
          'first line without an answer; sending more than that again does no harm. A connection on which nothing ' +
          'moves for a minute is closed.',
        tags: ENTRIES,
        requestBody: {
          // Nothing at all is an upload of no lines.
          required: false,
          description:
            'Newline-delimited JSON, each line an `Entry` of at most 64 KiB; blank lines are passed over. Any length, ' +
            'plain or with `Content-Encoding: gzip`.',
          content: {
            'application/x-ndjson': {
              schema: { type: 'string' },
              example: `${JSON.stringify(INGEST_SCHEMAS.Entry.example)}\n`,
            },
          },
        },
        responses: {
          200: {
            description: 'What became of each line, and at the end how many there were.',
            headers: headers('x-request-id'),
            content: {
              'application/x-ndjson': {
                schema: { type: 'string' },
                example:
                  `${JSON.stringify(INGEST_SCHEMAS.StreamAnswer.example)}\n` +
                  '{"done":true,"accepted":251,"rejected":0}\n',
              },
            },
          },
        },
        problems: ['unsupported-encoding', 'too-busy'],
      },
      replayQuarantined: {
        summary: 'Puts something set aside on the stream again',
        description:
          'As it was, or with corrected fields; the original is kept beside. The same again answers the same; anything ' +
          'else is refused once it was begun. A corrected entry is judged, and given its business day, as a new one.',
        tags: QUARANTINE,
        parameters: [ITEM],
        requestBody: { required: false, description: GZIP, content: jsonContent('Replay') },
        responses: {
          202: jsonAnswer('It will be counted, or set aside once more.', 'Replayed', headers('location')),
        },
        problems: [...CANNOT_BE_READ, ...CANNOT_BE_DECIDED, ...TRY_AGAIN],
      },
      discardQuarantined: {
        summary: 'Leaves something set aside out for good',
        description: 'It stays to be looked at. The same again answers the same.',
        tags: QUARANTINE,
        parameters: [ITEM],
        requestBody: { required: true, description: GZIP, content: jsonContent('Discard') },
        responses: {
          200: jsonAnswer('It is left out.', 'Discarded'),
        },
        problems: [...CANNOT_BE_READ, ...CANNOT_BE_DECIDED],
      },
    },
  })
