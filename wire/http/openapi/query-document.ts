/** The published document of the query API. */
import type * as z from 'zod'
import { CLIENT_ID } from '#ledger/identifiers'
import type { ProblemCode } from '../problem.ts'
import {
  balanceParams,
  dayParams,
  liveParams,
  pageParams,
  periodParams,
  quarantineParams,
  queryParams,
  windowsParams,
} from '../requests/query-params.ts'
import { QUERY_ROUTES } from '../routes.ts'
import {
  conditionalParameters,
  headers,
  jsonAnswer,
  openApiDocument,
  pathParameter,
  queryParameters,
  type Json,
  type Operation,
} from './document.ts'
import { EXAMPLE_DAY, EXAMPLE_QUARANTINE_ID, EXAMPLE_SALE, EXAMPLE_SHOP } from './example-shop.ts'
import { QUERY_SCHEMAS } from './query-schemas.ts'

const ID = { type: 'string', pattern: CLIENT_ID.source }
const MERCHANT = pathParameter('merchant', 'The id of the merchant.', ID, EXAMPLE_SHOP)
const DAY = pathParameter('day', 'The business day.', { type: 'string', format: 'date' }, EXAMPLE_DAY)
const ENTRY = pathParameter('entry', 'The id of the entry.', ID, EXAMPLE_SALE.entryId)

const ITEM = pathParameter('quarantineId', 'The `quarantineId` of the list.', { type: 'string' }, EXAMPLE_QUARANTINE_ID)

type Query = {
  readonly summary: string
  readonly description?: string
  readonly tag: string
  readonly path?: readonly Json[]
  readonly query?: z.ZodType
  readonly answers: keyof typeof QUERY_SCHEMAS
  /** Whether the answer adds up several books. */
  readonly sumsBooks?: boolean
}

const query = ({
  summary,
  description,
  tag,
  path = [],
  query = queryParams,
  answers,
  sumsBooks = false,
}: Query): Operation => ({
  summary,
  ...(description !== undefined && { description }),
  tags: [tag],
  parameters: [...path, ...queryParameters(query), ...conditionalParameters()],
  responses: {
    200: jsonAnswer('The answer as the books are now.', answers, FRESH),
    304: {
      description: 'The answer has not changed since you got the ETag that you sent.',
      headers: { ...FRESH, ...headers('x-request-id') },
    },
  },
  problems: [...problemsOf(path), ...(sumsBooks ? (['not-exact-in-json'] as const) : [])],
})

const FRESH = headers('etag', 'cache-control', 'daybook-as-of', 'daybook-applied-through', 'preference-applied')

const problemsOf = (path: readonly Json[]): readonly ProblemCode[] => [
  ...(path.length > 0 ? (['not-found'] as const) : []),
  'not-applied-yet',
  'invalid',
  'store-unavailable',
]

export const queryDocument = () =>
  openApiDocument({
    title: 'Daybook query API',
    description:
      'The live cash book of every merchant, readable a moment after each entry. Give `after=` the `position` ' +
      'of an accepted entry to read what you wrote. Every answer has an `ETag` and says how fresh it is.',
    tags: [
      { name: 'Days', description: 'The daily consolidated, and the balance.' },
      { name: 'Entries', description: 'The entries of a day, and the entries that were set aside.' },
      { name: 'Merchants', description: 'The owners of books.' },
    ],
    schemas: QUERY_SCHEMAS,
    // A problem, too, may be answered after a wait.
    problemHeaders: headers('preference-applied'),
    routes: QUERY_ROUTES,
    operations: {
      listMerchants: query({
        summary: 'The register of merchants',
        description:
          'The merchants that are granted to you. A grant of some merchants lists them in the order of their ids; where it ' +
          'names merchants by the beginning of their ids, one that was registered a moment ago may still be missing. A page ' +
          'is full unless it is the last, or the grant names more than 1,000 merchants that are not registered: then a ' +
          'page may hold fewer, or none, and `nextCursor` goes on.',
        tag: 'Merchants',
        query: pageParams,
        answers: 'Merchants',
      }),
      readMerchant: query({
        summary: 'One merchant',
        description: 'The registration as it is now, and every rule of the calendar, also one that still has to begin.',
        tag: 'Merchants',
        path: [MERCHANT],
        answers: 'Merchant',
      }),
      readBalance: query({
        summary: 'The balance now, and whether it is exact',
        description:
          'The balance adds up all books, each as it is at one instant. When books change too quickly for that, or ' +
          'one of them is marked as broken, `exact` is false. With `day` or `at` it is the balance at an earlier time, with all entries that are known of it now.',
        tag: 'Days',
        path: [MERCHANT],
        query: balanceParams,
        answers: 'Balance',
        sumsBooks: true,
      }),
      readPeriod: query({
        summary: 'Every calendar day of a period, and the totals of the period',
        description:
          'Days without entries are there, with zeros. The totals are those of the whole period on every page.',
        tag: 'Days',
        path: [MERCHANT],
        query: periodParams,
        answers: 'Days',
        sumsBooks: true,
      }),
      readDay: query({
        summary: 'The daily consolidated',
        description:
          'A day without entries is answered with zeros. A closed day is answered as it is now, at its newest version. With ' +
          '`version` it is answered as it was issued then, for ever.',
        tag: 'Days',
        path: [MERCHANT, DAY],
        query: dayParams,
        answers: 'Day',
        sumsBooks: true,
      }),
      readWindows: query({
        summary: 'All windows of the day',
        description:
          'Windows begin with the day and are as long as `size` says. Windows without entries are there, with zeros.',
        tag: 'Days',
        path: [MERCHANT, DAY],
        query: windowsParams,
        answers: 'Windows',
      }),
      followDays: LIVE,
      listEntries: query({
        summary: 'The entries of the day, in journal order',
        description: 'The order in which the entries were counted. An entry that was set aside is not among them.',
        tag: 'Entries',
        path: [MERCHANT, DAY],
        query: pageParams,
        answers: 'Entries',
      }),
      readEntry: query({
        summary: 'The outcome of one entry',
        description: 'Whether the entry was counted or set aside. 404 while neither has happened yet.',
        tag: 'Entries',
        path: [MERCHANT, DAY, ENTRY],
        answers: 'FoundEntry',
      }),
      listQuarantine: query({
        summary: 'The items that were set aside, and why',
        description:
          'The items of the merchants that are granted to you. What could not be read belongs to no merchant, and is listed ' +
          'where all are granted. A page is full unless it is the last, or its items are large (about 4 MB of `raw`), or ' +
          'nothing is set aside of 100 merchants in a row. Such a page may hold fewer items, or none, and `nextCursor` goes on.',
        tag: 'Entries',
        query: quarantineParams,
        answers: 'QuarantinedItems',
      }),
      readQuarantined: query({
        summary: 'One item that was set aside, and the decisions about it',
        description:
          'The item as it stood on the stream, why it could not be counted, and what operators did about it.',
        tag: 'Entries',
        path: [ITEM],
        answers: 'Quarantined',
      }),
    },
  })

const LIVE: Operation = {
  summary: 'The open days and the current day, then each day that changes',
  description:
    'Server-sent events: `event: day`, `id: <day>.<segment>.<tag>`, and as `data` the `Day` that a query of ' +
    'that day answers. When that query answers `not-exact-in-json`, the event is `event: problem` instead, ' +
    'with the `Problem` and its `businessDay` as `data`. The stream begins with every open day and the ' +
    'current day, newest first. Then it sends each day whose view changes; the opening balance is part of the ' +
    'view. A client that comes back with the `id` of its last event gets nothing at first when it is up to ' +
    'date, and otherwise every open day again. The tag of an `id` is opaque. It is `0` while more of the same ' +
    'change follows. A comment every 15 s shows that the connection is alive. The stream ends when the token ' +
    'expires, within a minute after the merchant is no longer granted to you, and when the grants cannot be read ' +
    'for a minute. A client that comes back is then answered 401, 404 or 503. With a new token and the `id` of its ' +
    'last event it misses nothing. Where live streams are not served, the answer is 404 `not-found`: read the day again ' +
    'with `If-None-Match` instead.',
  tags: ['Days'],
  parameters: [
    MERCHANT,
    ...queryParameters(liveParams),
    {
      name: 'last-event-id',
      // Some generators make one name of this one and `lastEventId` of the query.
      'x-go-name': 'LastEventIDHeader',
      in: 'header',
      required: false,
      description:
        'The `id` of the last event that you have seen. Browsers send it by themselves. An `id` that we never ' +
        'sent counts as no `id`.',
      schema: { type: 'string' },
      example: `${EXAMPLE_DAY}.2.bOMYFvyYC2oNdfuI`,
    },
    { $ref: '#/components/parameters/prefer' },
  ],
  responses: {
    200: {
      description: 'Events, until you close the connection or your access ends.',
      headers: headers('x-request-id', 'cache-control', 'preference-applied'),
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
        },
      },
    },
  },
  problems: problemsOf([MERCHANT]),
}
