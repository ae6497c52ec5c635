/**
 * `npm run check:timing`: whether the time of an answer tells another's merchant from one that does not exist.
 *
 * The real HTTP servers run over memory adapters, each call of which takes a millisecond or more, as a call of a database
 * does. A client without a grant for either merchant asks for both, in random order over one connection. That a call of
 * the store would be seen shows the control: a merchant that the client may read.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'node:http'
import { memoryEntryStream } from '#adapters/entry-stream/memory-entry-stream'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import { memoryQuarantine } from '#adapters/quarantine/memory-quarantine'
import { ianaZones } from '#adapters/zones/iana-zones'
import { serve } from '#http/serve'
import { ingest } from '#ingest/ingest'
import { EXIT, readArguments, runCommand, UsageError, type Command } from '#operations/command'
import { quarantineKey } from '#ledger/quarantine'
import { accessOf, sentBy } from '#test/access'
import { aMerchant, anEntry, aSetAside, entryId, merchantId } from '#test/builders'
import { aQueryApi } from '#test/http/query-fixtures'
import { quarantineId } from '#wire/http/quarantine-id'
import { mannWhitneyP, median } from './mann-whitney.ts'

const USAGE = `npm run check:timing [-- --requests N]
  Compares how long the answers of another's merchant and of an unknown one take, over N requests of each (1000 by
  default), for several routes.

Exit code: 0 when no route tells them apart, 1 when one does (p < 0.001 and medians more than 5 % apart), or when the
control finds nothing, 2 wrong arguments.`

const P_BELOW = 0.001
const APART = 0.05

// Of the same length, so that nothing but the grant and the register can make a difference.
const [OWN, FOREIGN, UNKNOWN] = ['m1', 'm2', 'm0']

type Question = {
  readonly name: string
  readonly port: number
  readonly method?: 'GET' | 'POST'
  readonly pathOf: (merchant: string) => string
  readonly bodyOf?: (merchant: string) => string
  /** What is compared, when it is not another's merchant with an unknown one. */
  readonly control?: boolean
}

const checkTiming: Command = async (args, terminal) => {
  const { values } = readArguments(args, { options: { requests: { type: 'string', default: '1000' } } })
  const count = Number(values.requests)
  if (!Number.isSafeInteger(count) || count < 20) throw new UsageError('--requests has to be a number from 20 on.')
  const { questions, stop } = await startServices()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  terminal.print(row('question', 'first, µs', 'second, µs', 'apart', 'p', ''))
  let allWell = true
  for (const question of questions) {
    const [first, second] = await measure(agent, question, count)
    const apart = Math.abs(median(first) / median(second) - 1)
    const p = mannWhitneyP(first, second)
    const differs = p < P_BELOW && apart > APART
    const isWell = differs === (question.control === true)
    allWell &&= isWell
    const verdict = differs ? 'differ' : 'alike'
    terminal.print(
      row(
        question.name,
        (1_000 * median(first)).toFixed(0),
        (1_000 * median(second)).toFixed(0),
        `${(100 * apart).toFixed(1)} %`,
        p.toPrecision(2),
        isWell ? verdict : `${verdict}, AND SHOULD NOT`,
      ),
    )
  }
  agent.destroy()
  await stop()
  return allWell ? EXIT.done : EXIT.refused
}

const row = (...cells: readonly string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(42) : cell.padStart(12))).join('  ')

const DAY = '2026-11-20'
const CALLER = 'one'

const startServices = async () => {
  const merchants = [OWN, FOREIGN].map((id) => aMerchant({ merchantId: merchantId(id) }))
  const access = accessOf({ [CALLER]: [OWN, 'acme-*'] })
  const query = aQueryApi({ merchants, access, storeWith: slowly })
  const item = aSetAside({ entry: anEntry({ merchantId: merchantId(FOREIGN), entryId: entryId('e1') }) })
  await query.quarantine.setAside(item)
  const log = { error: () => {}, warn: () => {} }
  const register = memoryMerchants(merchants)
  const command = ingest({
    stream: memoryEntryStream(),
    merchants: { ...register, ...slowly({ register }).register },
    zones: ianaZones,
    quarantine: memoryQuarantine(),
    access,
    log,
  })
  const at = { host: '127.0.0.1', port: 0 }
  const [queries, commands] = [await serve(query.app, { ...at, onStop: query.stop }), await serve(command, at)]

  const itemOf = (merchant: string) => quarantineId({ ...quarantineKey(item), scope: merchant })
  const entryOf = (merchant: string) =>
    JSON.stringify({
      entryId: 'e1',
      merchantId: merchant,
      direction: 'credit',
      amount: 1,
      currency: 'BRL',
      occurredAt: new Date().toISOString(),
    })
  const day = (merchant: string) => `/v1/merchants/${merchant}/days/${DAY}`
  const questions: Question[] = [
    { name: 'GET a day', port: queries.port, pathOf: day },
    { name: 'GET the balance', port: queries.port, pathOf: (merchant) => `/v1/merchants/${merchant}/balance` },
    {
      name: 'GET an item in quarantine',
      port: queries.port,
      pathOf: (merchant) => `/v1/quarantine/${itemOf(merchant)}`,
    },
    {
      name: 'GET the quarantine of one',
      port: queries.port,
      pathOf: (merchant) => `/v1/quarantine?merchant=${merchant}`,
    },
    { name: 'POST an entry', port: commands.port, method: 'POST', pathOf: () => '/v1/entries', bodyOf: entryOf },
    { name: 'control: GET a day, own and foreign', port: queries.port, pathOf: day, control: true },
  ]
  return { questions, stop: async () => void (await Promise.all([queries.stop(), commands.stop()])) }
}

/** The same ports, whose calls take a millisecond or more. */
const slowly = <Ports extends Readonly<Record<string, object>>>(ports: Ports): Ports =>
  Object.fromEntries(
    Object.entries(ports).map(([port, operations]) => [
      port,
      Object.fromEntries(
        Object.entries(operations).map(([name, operation]) => [
          name,
          async (...given: unknown[]): Promise<unknown> => {
            await sleep(1)
            return await (operation as (...given: unknown[]) => unknown)(...given)
          },
        ]),
      ),
    ]),
  ) as Ports

const WARM_UP = 200

/** The durations of `count` requests for each of the two merchants, in random order. */
const measure = async (agent: Agent, question: Question, count: number): Promise<[number[], number[]]> => {
  const subjects = question.control === true ? [OWN, FOREIGN] : [FOREIGN, UNKNOWN]
  const durations: [number[], number[]] = [[], []]
  const order = shuffled(Array.from({ length: 2 * count }, (_, index) => index % 2))
  const warmUp = Array.from({ length: WARM_UP }, (_, index) => index % 2)
  for (const [at, which] of [...warmUp, ...order].entries()) {
    const ms = await durationOf(agent, question, String(subjects[which]))
    if (at >= WARM_UP) durations[which === 0 ? 0 : 1].push(ms)
  }
  return durations
}

const durationOf = async (
  agent: Agent,
  { port, method = 'GET', pathOf, bodyOf }: Question,
  merchant: string,
): Promise<number> =>
  await new Promise((resolve, reject) => {
    const headers = { ...sentBy(CALLER), 'content-type': 'application/json' }
    const began = performance.now()
    const sent = request({ agent, host: '127.0.0.1', port, method, path: pathOf(merchant), headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(performance.now() - began))
    })
    sent.once('error', reject)
    sent.end(bodyOf?.(merchant))
  })

const shuffled = <T>(values: T[]): T[] => {
  for (let at = values.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[values[at], values[other]] = [values[other] as T, values[at] as T]
  }
  return values
}

await runCommand(checkTiming, USAGE)
