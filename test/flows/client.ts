/** A client of the running system, as a till would be: it retries with the same ids until it has an answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningSystem } from './running-system.ts'

export type Sale = {
  readonly entryId: string
  readonly merchantId: string
  readonly direction: 'credit' | 'debit'
  readonly amount: number
  readonly currency: string
  readonly occurredAt: string
  readonly method?: string
  readonly description?: string
  readonly terminalId?: string
  readonly terminalSeq?: number
}

/** The day of every sale: the whole system runs on the real clock, which takes entries of the last 400 days. */
export const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)

export const aSale = (given: Partial<Sale> = {}): Sale => ({
  entryId: 'sale-1',
  merchantId: 'm1',
  direction: 'credit',
  amount: 1250,
  currency: 'BRL',
  occurredAt: `${YESTERDAY}T12:00:00Z`,
  ...given,
})

export type Answer = { readonly status: number; readonly body: Record<string, unknown> }

/** What a till has to know to send: its token. */
export type Sender = Pick<RunningSystem, 'token'>

export const request = async ({ token }: Sender, url: string, method: string, body?: unknown): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    // No answer in this time is none.
    signal: AbortSignal.timeout(20_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export const register = async (
  system: RunningSystem,
  merchantId: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const answer = await answered(system, `${system.ingest}/v1/merchants/${merchantId}`, 'PUT', {
    name: merchantId,
    currency: 'BRL',
    timeZone: 'UTC',
    ...more,
  })
  if (answer.status >= 300) throw new Error(`cannot register: ${JSON.stringify(answer)}`)
}

export const post = (system: RunningSystem, sale: Sale): Promise<Answer> =>
  request(system, `${system.ingest}/v1/entries`, 'POST', sale)

export const postBatch = (system: RunningSystem, entries: readonly unknown[]): Promise<Answer> =>
  request(system, `${system.ingest}/v1/entries/batch`, 'POST', { entries })

/** The day, once everything before `after` is counted. */
export const day = async (
  system: RunningSystem,
  merchantId: string,
  after?: string,
): Promise<Record<string, unknown>> => {
  const query = after === undefined ? '' : `?after=${after}`
  const answer = await answered(system, `${system.query}/v1/merchants/${merchantId}/days/${YESTERDAY}${query}`, 'GET')
  if (answer.status !== 200) throw new Error(JSON.stringify(answer))
  return answer.body
}

/** Asks again while the system has no answer, is busy, or has not counted the entry yet: two minutes at most. */
export const answered = async (sender: Sender, url: string, method: string, body?: unknown): Promise<Answer> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await request(sender, url, method, body).catch(() => undefined)
    if (answer !== undefined && answer.status < 500 && ![409, 429].includes(answer.status)) return answer
    if (attempt === 240) throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`)
    await sleep(500)
  }
}
