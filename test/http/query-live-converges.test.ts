/**
 * Whatever happens to a client of the live stream, it ends up knowing what a client knows that has just come: entries on
 * any day, midnight, a new calendar, connections that end before what was sent arrives, slow readers, a process that is
 * replaced by another one.
 */
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryMerchants } from '#adapters/merchants/memory-merchants'
import type { Store } from '#query-api/store'
import { aMerchant, aRule, day } from '#test/builders'
import { aQueryApi, moved } from './query-fixtures.ts'

const LOOK_MS = 250
const HOUR_MS = 3_600_000
const LIVE = '/v1/merchants/m1/live'
const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21']

type Api = Pick<ReturnType<typeof aQueryApi>, 'app'>

/** A client that keeps the newest view of each day by the events that it has read, and comes back where it was. */
const aClient = () => {
  const views = new Map<string, Record<string, unknown>>()
  let lastEventId = ''
  let text = ''
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let reading: ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> | undefined

  const take = (block: string) => {
    const [, id] = /^id: (.*)$/m.exec(block) ?? []
    const [, data] = /^data: (.*)$/m.exec(block) ?? []
    if (id === undefined || data === undefined) return
    // How fresh a view is said to be is not what it says.
    const { asOf: _asOf, appliedThrough: _appliedThrough, ...view } = JSON.parse(data) as Record<string, unknown>
    views.set(String(view['businessDay']), view)
    lastEventId = id
  }

  return {
    views,
    connect: async ({ app }: Api) => {
      if (reader !== undefined) return
      const response = await app.request(LIVE, { headers: lastEventId === '' ? {} : { 'last-event-id': lastEventId } })
      reader = (response.body as ReadableStream<Uint8Array>).getReader()
    },
    /** Reads up to so many pieces of what has come. */
    read: async (atMost: number) => {
      for (let pieces = 0; reader !== undefined && pieces < atMost; pieces += 1) {
        reading ??= reader.read()
        const piece = await Promise.race([reading, settled()])
        if (piece === undefined) return
        reading = undefined
        const blocks = (text + new TextDecoder().decode(piece.value)).split('\n\n')
        text = blocks.pop() ?? ''
        blocks.forEach(take)
      }
    },
    /** Whatever was on its way is lost. */
    disconnect: async () => {
      await reader?.cancel()
      reader = undefined
      reading = undefined
      text = ''
    },
  }
}

const settled = async (): Promise<undefined> => {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate()
}

type Step =
  | { readonly happens: 'an entry'; readonly date: string }
  | { readonly happens: 'a look' }
  | { readonly happens: 'some hours'; readonly hours: number }
  | { readonly happens: 'a new calendar' }
  | { readonly happens: 'another process' }
  | { readonly happens: 'reading'; readonly client: number; readonly atMost: number }
  | { readonly happens: 'a connection' | 'the end of a connection'; readonly client: number }

const CLIENTS = 2
const client = fc.nat({ max: CLIENTS - 1 })
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ happens: fc.constant('an entry'), date: fc.constantFrom(...DAYS) }) },
  { weight: 6, arbitrary: fc.record({ happens: fc.constant('a look') }) },
  {
    weight: 6,
    arbitrary: fc.record({ happens: fc.constant('reading'), client, atMost: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 4, arbitrary: fc.record({ happens: fc.constant('a connection'), client }) },
  { weight: 3, arbitrary: fc.record({ happens: fc.constant('the end of a connection'), client }) },
  { weight: 1, arbitrary: fc.record({ happens: fc.constant('some hours'), hours: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ happens: fc.constant('a new calendar') }) },
  { weight: 1, arbitrary: fc.record({ happens: fc.constant('another process') }) },
)

test('a client that lost its connection at any moment ends with the days that a new client is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 60 }), async (steps) => {
      const merchants = memoryMerchants([aMerchant()])
      let shared: Store | undefined
      const process = () => aQueryApi({ storeWith: (own) => (shared ??= { ...own, merchants }) })
      const first = process()
      let api = first
      let [hours, entries, revision] = [0, 0, 1]
      const clients = Array.from({ length: CLIENTS }, aClient)
      const reconnectAll = () =>
        Promise.all(clients.map(async ({ disconnect, connect }) => (await disconnect(), await connect(api))))

      const take = async (step: Step) => {
        switch (step.happens) {
          case 'an entry':
            return await first.append(moved(`e${(entries += 1)}`, `${step.date}T12:00:00Z`, BigInt(entries)))
          case 'a look':
            return await api.tick(LOOK_MS)
          case 'some hours':
            hours += step.hours
            return api.elapse(step.hours * HOUR_MS)
          case 'a new calendar': {
            revision += 1
            const dayStartsAt = `0${revision % 6}:00`
            const calendar = [aRule(), aRule({ from: day('2026-11-21'), dayStartsAt })] as const
            return await merchants.save(aMerchant({ calendar, revision }))
          }
          case 'another process':
            api.stop()
            api = process()
            api.elapse(hours * HOUR_MS)
            return await reconnectAll()
          case 'reading':
            return await clients[step.client]?.read(step.atMost)
          case 'a connection':
            return await clients[step.client]?.connect(api)
          case 'the end of a connection':
            return await clients[step.client]?.disconnect()
        }
      }
      for (const step of steps) await take(step)

      await Promise.all(clients.map(({ connect }) => connect(api)))
      // A merchant that has changed is seen after a minute.
      api.elapse(60_000)
      await api.tick(LOOK_MS)
      const fresh = aClient()
      // Of a process that has seen nothing before, lest both be told the same wrong view.
      const another = process()
      another.elapse(hours * HOUR_MS + 60_000)
      await fresh.connect(another)
      for (const each of [fresh, ...clients]) await each.read(1_000)
      for (const each of clients) {
        // Yesterday without entries is told while it is today, and a new client does not hear of it.
        const known = [...fresh.views.keys()].map((date) => [date, each.views.get(date)])
        expect(Object.fromEntries(known)).toEqual(Object.fromEntries(fresh.views))
      }
      api.stop()
      another.stop()
    }),
    { numRuns: 300, seed: 13 },
  )
})
