/** The demo: a day of five shops, sent as tills do, and its totals compared with the expected ones. */
import { furthestPositions } from '#ledger/positions'
import type { Scope } from '#ledger/access'
import { parsePositionToken, positionsToken } from '#wire/http/position-token'
import { callerOf } from './caller.ts'
import { demoClient, type Callers, type Client, type DayAnswer } from './client.ts'
import { dayOfTrade, SHOPS, type DayOfTrade, type SentEntry } from './day-of-trade.ts'
import { progressBar, table, type Terminal } from '#operations/terminal'

const BATCH = 100
const SENDERS = 4

/** Sends the day to the services at these addresses and says whether the totals read are the expected ones. */
export const runDemo = async (urls: DemoUrls, callers: Callers, terminal: Terminal): Promise<boolean> => {
  const client = demoClient(urls, callers)
  const days = SHOPS.map((shop) => dayOfTrade(shop, Date.now()))
  const startedAtMs = performance.now()
  for (const { shop } of days) await client.register(shop)

  const uploads = days.flatMap(uploadsOf)
  const all = uploads.reduce((sum, entries) => sum + entries.length, 0) + days.length
  const distinct = days.reduce((sum, { online, offline }) => sum + online.length + offline.length, 0)
  terminal.print(`Five shops, ${number(distinct)} entries. Tills retry, and two are offline until the evening.`, '')

  const positions = await sendAll(client, uploads, progressBar(terminal, 'sending', all))
  for (const { mistake, shop } of days) positions.get(shop.merchantId)?.push(...(await client.send([mistake])))
  const seconds = (performance.now() - startedAtMs) / 1000
  const again = all - distinct - days.length
  terminal.print(
    '',
    `Sent ${number(all)}: ${number(again)} of them again, ${days.length} with an id that had other content before. ` +
      `${seconds.toFixed(1)} s, ${number(Math.round(all / seconds))} entries/s.`,
    '',
  )

  const rows = await Promise.all(days.map((day) => compare(client, day, positions.get(day.shop.merchantId) ?? [])))
  terminal.print(
    ...table(
      ['shop', 'day', 'entries', 'credits', 'debits', 'net', ''],
      rows.flatMap(({ lines }) => lines),
    ),
  )
  const allEqual = rows.every(({ equal }) => equal)
  terminal.print(
    '',
    allEqual
      ? 'Expected and read are equal, to the last entry. Run it again: nothing will change.'
      : 'Expected and read differ.',
  )
  return allEqual
}

/** Who holds a token, and what it allows. */
export type DemoHolder = {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly merchants: readonly string[]
}

/** The five shops belong to one platform, whose merchants all begin with "demo-". */
export const demoCallers = (tokenFor: (holder: DemoHolder) => Promise<string>): Callers => {
  const merchants = ['demo-*']
  const tills = new Map(
    SHOPS.map(({ merchantId }) => [
      merchantId,
      callerOf(() =>
        tokenFor({ name: `demo, tills of ${merchantId}`, scopes: ['entries:write'], merchants: [merchantId] }),
      ),
    ]),
  )
  return {
    platform: callerOf(() => tokenFor({ name: 'demo, platform', scopes: ['merchants:admin'], merchants })),
    tillsOf(merchantId) {
      const ofShop = tills.get(merchantId)
      if (ofShop === undefined) throw new Error(`${merchantId} is no shop of the demo.`)
      return ofShop
    },
    backOffice: callerOf(() =>
      tokenFor({ name: 'demo, back office', scopes: ['ledger:read', 'operations'], merchants }),
    ),
  }
}

export type DemoUrls = { readonly ingest: string; readonly query: string }

/** Sends a shop's entries in batches: one in a hundred twice, and an offline till's whole day twice at the end. */
const uploadsOf = ({ online, offline }: DayOfTrade): SentEntry[][] => {
  const retried = online.filter((_entry, index) => index % 100 === 7)
  return [online, retried, offline, offline].flatMap((entries) =>
    Array.from({ length: Math.ceil(entries.length / BATCH) }, (_, index) =>
      entries.slice(index * BATCH, (index + 1) * BATCH),
    ),
  )
}

const sendAll = async (
  client: Client,
  uploads: readonly SentEntry[][],
  onProgress: (more: number) => void,
): Promise<Map<string, string[]>> => {
  const positions = new Map(SHOPS.map(({ merchantId }): [string, string[]] => [merchantId, []]))
  const queue = uploads.values()
  const sender = async (): Promise<void> => {
    for (const entries of queue) {
      positions.get(entries[0]?.merchantId ?? '')?.push(...(await client.send(entries)))
      onProgress(entries.length)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
  onProgress(SHOPS.length)
  return positions
}

const compare = async (client: Client, trade: DayOfTrade, positions: readonly string[]) => {
  const { shop, day } = trade
  const expected = totalsOf([...trade.online, ...trade.offline])
  const read = await client.day(shop.merchantId, day, furthest(positions))
  const aside = await client.quarantined(shop.merchantId)
  const equal =
    read.credits === expected.credits &&
    read.debits === expected.debits &&
    read.net === expected.net &&
    read.entryCount === expected.entryCount &&
    read.closing === read.opening + read.net &&
    Object.entries(expected.byMethod).every(([method, count]) => read.byMethod[method]?.entryCount === count) &&
    aside.some(({ entryId, reason }) => entryId === trade.mistake.entryId && reason === 'content-conflict')
  const money = moneyIn(shop.currency)
  const line = (label: string, of: Pick<DayAnswer, 'credits' | 'debits' | 'net' | 'entryCount'>, mark: string) => [
    label,
    day,
    number(of.entryCount),
    money(of.credits),
    money(of.debits),
    money(of.net),
    mark,
  ]
  return {
    equal,
    lines: [
      line(`${shop.name}, expected`, expected, ''),
      line(`${' '.repeat(shop.name.length)}  read`, read, equal ? '✓' : '✗'),
    ],
  }
}

const totalsOf = (entries: readonly SentEntry[]) => {
  const sum = (wanted: string): number =>
    entries.reduce((total, { direction, amount }) => (direction === wanted ? total + amount : total), 0)
  const methods = Map.groupBy(entries, ({ method }) => method)
  const [credits, debits] = [sum('credit'), sum('debit')]
  return {
    credits,
    debits,
    net: credits - debits,
    entryCount: entries.length,
    byMethod: Object.fromEntries(Array.from(methods, ([method, of]) => [method, of.length])),
  }
}

/** One position that covers all of them: when it is counted, each of them is. */
const furthest = (tokens: readonly string[]): string =>
  positionsToken(
    furthestPositions(
      tokens.flatMap((token) => {
        const positions = parsePositionToken(token)
        if (!positions.ok) throw new Error('the system answered with a position that cannot be read')
        return positions.value
      }),
    ),
  )

const number = (value: number): string => value.toLocaleString('en')

const moneyIn = (currency: string): ((minor: number) => string) => {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'code' })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return (minor) => format.format(minor / 10 ** digits).replace(/ /g, ' ')
}
