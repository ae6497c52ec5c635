/** `npm run quarantine`: shows the quarantine and decides about its items, over the HTTP of the two services. */
import { userInfo } from 'node:os'
import { visibleJson } from '#infra/visible'
import { localToken } from '#infra/local/local-token'
import { useRunningSystem } from '#infra/local/running-system'
import { QUARANTINE_REASONS, QUARANTINE_STATUSES } from '#ledger/quarantine'
import { EXIT, readArguments, runCommand, UsageError, type Command, type Exit } from './command.ts'
import { correctionOf } from './entry-arguments.ts'
import { table, type Terminal } from './terminal.ts'
import { tokenIn } from './token-file.ts'

export const USAGE = `npm run quarantine -- list [--status S] [--merchant M] [--reason R]
npm run quarantine -- show ID
npm run quarantine -- replay ID [--set FIELD=VALUE]... [--entry FILE]
npm run quarantine -- discard ID --reason TEXT

  --status    ${QUARANTINE_STATUSES.join(', ')} or all (default: waiting)
  --reason    of list: ${QUARANTINE_REASONS.join(', ')}
  --set       a corrected field. amount and terminalSeq take a whole number, metadata a JSON object, and any other field
              a text. null removes the field, "null" is a text
  --entry     corrected fields as a JSON object in a file in UTF-8, - for standard input
  --json      prints the answer as JSON
  --ingest, --query   URLs of the two services (default: INGEST_URL and QUERY_URL, or the running local system)
  --token-file        a file that holds a token with the scope operations (default: DAYBOOK_TOKEN_FILE); for the running
                      local system, the command makes a token of its own. Its client is recorded with every decision.

Exit code: 0 done, 1 refused, 2 wrong arguments, 3 no system runs or answers.`

export const quarantine: Command = async (args, terminal) => {
  const { values, positionals } = readArguments(args, {
    allowPositionals: true,
    options: {
      status: { type: 'string', default: 'waiting' },
      merchant: { type: 'string' },
      reason: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      entry: { type: 'string' },
      json: { type: 'boolean', default: false },
      ingest: { type: 'string' },
      query: { type: 'string' },
      'token-file': { type: 'string' },
    },
  })
  const [action, id, ...more] = positionals
  if (more.length > 0) throw new UsageError(`One item at a time: ${more[0]} is one argument too many.`)
  // The arguments come before the search for a running system, so that a typing error is named first.
  switch (action) {
    case 'list':
      if (id !== undefined) throw new UsageError('list takes no ID. Write show ID to see one item.')
      return await list(terminal, await servicesOf(values), values)
    case 'show': {
      const item = needed(id, 'ID: the id of an item, as list shows it')
      return await show(terminal, await servicesOf(values), item, values.json)
    }
    case 'replay': {
      const item = needed(id, 'ID: the id of an item, as list shows it')
      const entry = correctionOf(values)
      const request = { item, action, body: entry ? { entry } : {} }
      return await requestDecision(terminal, await servicesOf(values), request, values.json)
    }
    case 'discard': {
      const item = needed(id, 'ID: the id of an item, as list shows it')
      const reason = needed(values.reason, '--reason: why the item is discarded')
      const request = { item, action, body: { reason } }
      return await requestDecision(terminal, await servicesOf(values), request, values.json)
    }
    default:
      throw new UsageError(
        action === undefined
          ? 'Missing the action: list, show, replay or discard.'
          : `${action} is not an action. Write list, show, replay or discard.`,
      )
  }
}

/** Where the two services are, and the token to send to them. */
type Services = { readonly ingest: string; readonly query: string; readonly token: string }

type Named = { readonly [Name in 'ingest' | 'query' | 'token-file']?: string | undefined }

const servicesOf = async (named: Named): Promise<Services> => {
  const { INGEST_URL, QUERY_URL, DAYBOOK_TOKEN_FILE } = process.env
  const [ingest, query] = [named.ingest ?? INGEST_URL, named.query ?? QUERY_URL]
  const file = named['token-file'] ?? DAYBOOK_TOKEN_FILE
  if (file === undefined && (ingest ?? query) !== undefined) {
    throw new UsageError(
      'Missing --token-file or DAYBOOK_TOKEN_FILE: a file with a token for the services that are named.',
    )
  }
  const token = file === undefined ? undefined : tokenIn(file)
  if (ingest !== undefined && query !== undefined && token !== undefined) return { ingest, query, token }
  const running = useRunningSystem()
  return {
    ingest: ingest ?? running.ingest,
    query: query ?? running.query,
    token: token ?? (await localToken(OPERATOR)),
  }
}

/** Long enough for a list of many pages. */
const OPERATOR = {
  name: `npm run quarantine, ${userInfo().username}`,
  scopes: ['operations'],
  merchants: ['*'],
  ttlSeconds: 600,
} as const

const needed = (value: string | undefined, what: string): string => {
  if (value === undefined || value.trim() === '') throw new UsageError(`Missing ${what}.`)
  return value
}

type Filter = {
  readonly status: string
  readonly merchant?: string | undefined
  readonly reason?: string | undefined
  readonly json: boolean
}

const list = async (terminal: Terminal, { query, token }: Services, filter: Filter): Promise<Exit> => {
  const { status, merchant, reason, json } = filter
  const wanted = { ...(status !== 'all' && { status }), ...(merchant && { merchant }), ...(reason && { reason }) }
  const items: Item[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const params = new URLSearchParams({ ...wanted, limit: '500', ...(cursor !== undefined && { cursor }) })
    const page = await ask(token, `${query}/v1/quarantine?${params.toString()}`)
    if (!('answer' in page)) return refuse(terminal, page.problem)
    const { data, nextCursor } = page.answer as { data: Item[]; nextCursor: string | null }
    items.push(...data)
    cursor = nextCursor
  }
  if (json) terminal.printJson(items, 2)
  else terminal.print(...listOf(items))
  return EXIT.done
}

/** A row for each item. Its id is too long for a column and stands on a line below. */
const listOf = (items: readonly Item[]): readonly string[] => {
  if (items.length === 0) return ['No items.']
  const rows = items.map((item) => [
    item.setAsideAt,
    item.status,
    item.reason,
    item.merchantId ?? '—',
    item.businessDay ?? '—',
    item.entryId ?? '—',
    amountOf(item),
  ])
  const headings = ['set aside at', 'status', 'reason', 'merchant', 'day', 'entry', 'amount']
  const [names = '', rule = '', ...lines] = table(headings, rows)
  const count = `${items.length} ${items.length === 1 ? 'item' : 'items'}`
  return [names, rule, ...lines.flatMap((line, row) => [line, `  ${items[row]?.quarantineId}`]), '', count]
}

const show = async (terminal: Terminal, { query, token }: Services, id: string, json: boolean): Promise<Exit> => {
  const found = await ask(token, `${query}/v1/quarantine/${encodeURIComponent(id)}`)
  if (!('answer' in found)) return refuse(terminal, found.problem)
  const item = found.answer as Item
  if (json) terminal.printJson(item, 2)
  else terminal.print(...detailsOf(item))
  return EXIT.done
}

const detailsOf = (item: Item): readonly string[] => {
  const { quarantineId, status, reason, detail, setAsideAt, position, entry, replayedAs, actions, raw } = item
  const facts = Object.entries({ id: quarantineId, status, reason, detail, 'set aside': setAsideAt, position })
  return [
    ...facts.map(([name, value]) => `${name.padEnd(10)} ${value}`),
    ...(entry === undefined ? [] : ['', 'entry', ...indented(entry)]),
    ...(replayedAs === undefined ? [] : ['', 'replayed as', ...indented(replayedAs)]),
    ...(actions.length === 0 ? [] : ['', 'actions']),
    ...actions.map(
      ({ at, by, from, action, ...rest }) => `  ${at}  ${by}  ${from}  ${action}  ${JSON.stringify(rest)}`,
    ),
    '',
    'bytes',
    `  ${readable(Buffer.from(raw, 'base64'))}`,
  ]
}

const indented = (value: object): readonly string[] =>
  visibleJson(JSON.stringify(value, undefined, 2))
    .split('\n')
    .map((line) => `  ${line}`)

/** The beginning of the bytes: as text where a terminal can show it, otherwise in base64. */
const readable = (bytes: Buffer): string => {
  const text = bytes.toString()
  const isText = !/[\p{Cc}\ufffd]/u.test(text)
  const shown = isText ? text : `(base64) ${bytes.toString('base64')}`
  return shown.length <= MOST_SHOWN ? shown : `${shown.slice(0, MOST_SHOWN)}… (${bytes.length} bytes; --json has all)`
}

const MOST_SHOWN = 4_000

/** What the operator asks ingest to do with an item. */
type DecisionRequest = { readonly item: string; readonly action: 'replay' | 'discard'; readonly body: object }

const requestDecision = async (
  terminal: Terminal,
  { ingest, token }: Services,
  { item, action, body }: DecisionRequest,
  json: boolean,
): Promise<Exit> => {
  const decided = await ask(token, `${ingest}/v1/quarantine/${encodeURIComponent(item)}/${action}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  if (!('answer' in decided)) return refuse(terminal, decided.problem)
  const { status, at, entryId, merchantId, businessDay, position, ...more } = decided.answer as Decided
  const what =
    status === 'replayed' ? `as ${entryId} of ${merchantId} on ${businessDay}, position ${position}` : 'for good'
  if (json) terminal.printJson(decided.answer, 2)
  else terminal.print(`${status} ${what}, by ${more.by} at ${at}`)
  return EXIT.done
}

/** The fields of the services' answers that this command reads. */
type Item = {
  readonly quarantineId: string
  readonly merchantId?: string
  readonly entryId?: string
  readonly businessDay?: string
  readonly reason: string
  readonly detail: string
  readonly status: string
  readonly setAsideAt: string
  readonly position: string
  readonly entry?: { readonly direction: string; readonly amount: number; readonly currency: string }
  readonly replayedAs?: object
  readonly actions: readonly Readonly<Record<'action' | 'by' | 'from' | 'at', string>>[]
  readonly raw: string
}

type Decided = Readonly<Record<'status' | 'by' | 'at', string>> &
  Readonly<Partial<Record<'entryId' | 'merchantId' | 'businessDay' | 'position', string>>>

const amountOf = ({ entry }: Item): string =>
  entry === undefined ? '—' : `${entry.direction === 'debit' ? '-' : ''}${entry.amount} ${entry.currency}`

type ProblemBody = {
  readonly code: string
  readonly detail: string
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

/** The answer, or the problem that the operator can mend. Throws when trying again later may help. */
const ask = async (
  token: string,
  url: string,
  init: { readonly method?: 'POST'; readonly body?: string } = {},
): Promise<{ answer: unknown } | { problem: ProblemBody }> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const response = await fetch(url, { ...init, headers, signal }).catch((cause: unknown) => {
    throw new Error(
      `${new URL(url).origin} does not answer. Check that it runs, or name it with --ingest and --query.`,
      { cause },
    )
  })
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>
  if (response.ok) return { answer: body }
  const mayHeal = response.status >= 500 || response.status === 429
  if (!mayHeal) return { problem: { code: 'refused', detail: String(response.status), ...body } }
  throw new Error(`${new URL(url).origin} has trouble: ${body.detail ?? response.status} Try again later.`)
}

const PATIENCE_MS = 30_000

const refuse = (terminal: Terminal, { code, detail, errors = [] }: ProblemBody): Exit => {
  terminal.complain(`${code}: ${detail}`)
  for (const error of errors) terminal.complain(`  ${error.pointer} ${error.detail}`)
  return EXIT.refused
}

if (import.meta.main) await runCommand(quarantine, USAGE)
