/** The demo's client of the API, as an integrator would write it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from './caller.ts'
import type { Shop, SentEntry } from './day-of-trade.ts'

/** Who sends what: each has a token that allows its own work and no more. */
export type Callers = {
  /** Registers the shops. */
  readonly platform: Caller
  /** Send the entries of their own shop. */
  tillsOf(merchantId: string): Caller
  /** Reads the books, and what was set aside. */
  readonly backOffice: Caller
}

export type Client = {
  register(shop: Shop): Promise<void>
  /** Sends entries of one shop, with the same ids every time, until each is accepted. Returns their positions. */
  send(entries: readonly SentEntry[]): Promise<string[]>
  /** The daily consolidated, read after the given position is counted. */
  day(merchantId: string, day: string, after: string): Promise<DayAnswer>
  quarantined(merchantId: string): Promise<readonly { readonly entryId?: string; readonly reason: string }[]>
}

export type DayAnswer = {
  readonly credits: number
  readonly debits: number
  readonly net: number
  readonly opening: number
  readonly closing: number
  readonly entryCount: number
  readonly byMethod: Readonly<Record<string, { readonly entryCount: number }>>
}

export const demoClient = (
  urls: { readonly ingest: string; readonly query: string },
  { platform, tillsOf, backOffice }: Callers,
): Client => ({
  async register({ merchantId, name, currency, timeZone, dayStartsAt }) {
    const body = JSON.stringify({ name, currency, timeZone, dayStartsAt })
    await answered(platform, `${urls.ingest}/v1/merchants/${merchantId}`, { method: 'PUT', body })
  },

  async send(entries) {
    const positions: string[] = []
    const tills = tillsOf(entries[0]?.merchantId ?? '')
    let left = entries
    while (left.length > 0) {
      const body = JSON.stringify({ entries: left })
      const { results } = await answered<BatchAnswer>(tills, `${urls.ingest}/v1/entries/batch`, {
        method: 'POST',
        body,
      })
      const refused = results.find(({ problem }) => problem !== undefined && problem.status < 500)
      if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`)
      positions.push(...results.flatMap(({ position }) => position ?? []))
      left = left.filter((_entry, index) => results[index]?.status !== 'accepted')
    }
    return positions
  },

  day: (merchantId, day, after) =>
    answered(backOffice, `${urls.query}/v1/merchants/${merchantId}/days/${day}?after=${after}`, {
      headers: { prefer: 'wait=20' },
    }),

  async quarantined(merchantId) {
    const { data } = await answered<{ data: { entryId?: string; reason: string }[] }>(
      backOffice,
      `${urls.query}/v1/quarantine?merchant=${merchantId}&limit=500`,
    )
    return data
  },
})

type Request = { readonly method?: string; readonly body?: string; readonly headers?: Record<string, string> }

type BatchAnswer = {
  readonly results: readonly {
    readonly status: 'accepted' | 'rejected'
    readonly position?: string
    readonly problem?: { readonly status: number }
  }[]
}

/**
 * Returns the answer's JSON. Tries again for a while when the system is busy, restarting, or has not counted the entry; and
 * with a new token when the old one has expired.
 */
const answered = async <T>(caller: Caller, url: string, init: Request = {}): Promise<T> => {
  let token = caller.token()
  for (let attempt = 1; ; attempt += 1) {
    const authorization = `Bearer ${await token}`
    const headers = { authorization, 'content-type': 'application/json', ...init.headers }
    const response = await fetch(url, { ...init, headers }).catch((error: unknown) => {
      if (attempt === MAX_ATTEMPTS)
        throw new Error(`${url} does not answer. Is \`npm start\` running?`, { cause: error })
      return undefined
    })
    if (response?.ok === true) return (await response.json()) as T
    if (response?.status === 401 && attempt < MAX_ATTEMPTS) {
      token = caller.renew(token)
      continue
    }
    // Of the 409s, retry only those with Retry-After.
    const mayHeal = response === undefined || response.status >= 500 || response.headers.has('retry-after')
    if (!mayHeal || attempt === MAX_ATTEMPTS) throw new Error(`${url}: ${response?.status} ${await response?.text()}`)
    await sleep(Number(response?.headers.get('retry-after') ?? 1) * 1000)
  }
}

const MAX_ATTEMPTS = 5
