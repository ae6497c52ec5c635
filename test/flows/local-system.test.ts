/** The whole local system, as `npm start` runs it, with everything that may happen to it. One story, in order. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { startEventSourceMapping } from '#infra/local/event-source-mapping'
import { eventually } from '#infra/local/retry'
import type { AnyAuditEvent } from '#ledger/audit-event'
import { compareSequenceNumbers } from '#ledger/identifiers'
import { decodeRecord } from '#wire/stream/record'
import type { KinesisStreamRecord } from 'aws-lambda'
import { pino } from 'pino'
import { answered, aSale, YESTERDAY, day, post, postBatch, register, request, type Answer } from './client.ts'
import { CHILDREN, RunningSystem, type Child } from './running-system.ts'

let system: RunningSystem
beforeAll(async () => {
  system = await RunningSystem.start()
  await register(system, 'm1')
  await register(system, 'm2')
}, 60_000)
afterAll(() => system.remove())

/** The audit events in a record as a Lambda function is handed it. */
const auditEventsOf = ({ kinesis }: KinesisStreamRecord): AnyAuditEvent[] => {
  const record = decodeRecord(Buffer.from(kinesis.data, 'base64'))
  if (!record.ok || record.value.kind !== 'decisions') return []
  return record.value.auditEvents.flatMap(({ auditEvent }) => (auditEvent.ok ? [auditEvent.value] : []))
}

const positionOf = ({ body }: Answer): string => body['position'] as string

/** The last position of a batch's answer. */
const lastPositionOf = ({ body }: Answer): string | undefined => {
  const results = body['results'] as { position?: string }[]
  return results.at(-1)?.position
}

test('what lies in the data folder is for its owner alone', () => {
  const open = readdirSync(system.folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => ((statSync(join(system.folder, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
  )
  expect(open).toEqual([])
})

describe('the same entry', () => {
  const once = { entryCount: 1, credits: 1250, debits: 0, net: 1250 }

  test('sent fifty times at once counts once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(system, aSale())))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202))
    for (const answer of answers) expect(await day(system, 'm1', positionOf(answer))).toMatchObject(once)
  })

  test('sent twice in one batch, and in several batches, counts once', async () => {
    const answers = await Promise.all([
      postBatch(system, [aSale(), aSale()]),
      postBatch(system, [aSale({ occurredAt: `${YESTERDAY}T09:00:00-03:00` })]),
      postBatch(system, [aSale()]),
    ])
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
    for (const answer of answers) expect(await day(system, 'm1', lastPositionOf(answer))).toMatchObject(once)
  })

  test('sent for another merchant counts there', async () => {
    const answer = await post(system, aSale({ merchantId: 'm2' }))
    expect(await day(system, 'm2', positionOf(answer))).toMatchObject(once)
    expect(await day(system, 'm1')).toMatchObject(once)
  })

  test('with other content is in quarantine and changes no total', async () => {
    const answer = await post(system, aSale({ amount: 9_999 }))
    expect(answer.status).toBe(202)
    expect(await day(system, 'm1', positionOf(answer))).toMatchObject(once)
    const { body } = await answered(system, `${system.query}/v1/quarantine?merchant=m1`, 'GET')
    expect(body['data']).toMatchObject([{ reason: 'content-conflict', entryId: 'sale-1', entry: { amount: 9_999 } }])
  })

  test('set aside is on the stream as an audit event, like its merchants', async () => {
    const ids = new Set<string>()
    const decided = ['merchant.saved/m1/1', 'merchant.saved/m2/1']
    Object.assign(process.env, system.awsEnvironment)
    const mapping = startEventSourceMapping({
      kinesis: kinesisClient(),
      streamName: 'daybook-entries',
      startFrom: 'oldest',
      checkpoint: { read: async () => undefined },
      log: pino({ level: 'silent' }),
      handler: async ({ Records }) => {
        for (const { eventId } of Records.flatMap(auditEventsOf)) ids.add(eventId)
      },
    })
    const all = async () =>
      (decided.every((id) => ids.has(id)) && [...ids].some((id) => id.startsWith('quarantine.set-aside/'))) || undefined
    await eventually(all, { timeoutMs: 30_000 })
    await mapping.stop()
  })

  test('sent before and after a SIGKILL of everything counts once', { timeout: 60_000 }, async () => {
    const before = await post(system, aSale({ entryId: 'sale-2' }))
    await system.killAll()
    await system.start()
    const after = await post(system, aSale({ entryId: 'sale-2' }))
    const twice = { entryCount: 2, credits: 2500 }
    expect(await day(system, 'm1', positionOf(before))).toMatchObject(twice)
    expect(await day(system, 'm1', positionOf(after))).toMatchObject(twice)
  })

  test('counts once when the stream is replayed from its beginning', { timeout: 60_000 }, async () => {
    const before = [await day(system, 'm1'), await day(system, 'm2')]
    Object.assign(process.env, system.awsEnvironment, { LOG_LEVEL: 'silent' })
    // A second worker beside the one that runs, which knows nothing, and is given everything.
    const { handler } = await import('#processors/journal/journal.lambda')
    const replayed = new Map<string, string>()
    const failures: unknown[] = []
    const mapping = startEventSourceMapping({
      kinesis: kinesisClient(),
      streamName: 'daybook-entries',
      startFrom: 'oldest',
      checkpoint: { read: async () => undefined },
      log: pino({ level: 'silent' }),
      handler: async (event) => {
        const response = await handler(event)
        failures.push(...response.batchItemFailures)
        for (const { eventID, kinesis } of event.Records)
          replayed.set(eventID.split(':')[0] ?? '', kinesis.sequenceNumber)
        return response
      },
    })
    const progress = await dynamoProgress(documentClient(), 'progress').read('journal')
    const isThrough = async () =>
      progress.every(
        (shard) => compareSequenceNumbers(replayed.get(shard.shardId) ?? '0', shard.sequenceNumber) >= 0,
      ) || undefined
    await eventually(isThrough, { timeoutMs: 30_000 })
    await mapping.stop()
    expect(failures).toEqual([])
    const after = [await day(system, 'm1'), await day(system, 'm2')]
    expect(after.map(({ hash, entryCount }) => [hash, entryCount])).toEqual(
      before.map(({ hash, entryCount }) => [hash, entryCount]),
    )
  })
})

test(
  'a stream that hangs makes ingest and the consumers not ready, and no service silent',
  { timeout: 60_000 },
  async () => {
    const urls = { ingest: system.ingest, query: system.query, consumers: system.consumers }
    const probe = async (url: string) => {
      const answer = await fetch(`${url}/readyz`)
      const { dependencies } = (await answer.json()) as { dependencies: { name: string; status: string }[] }
      return {
        status: answer.status,
        failed: dependencies.filter(({ status }) => status !== 'ok').map(({ name }) => name),
      }
    }
    const becomes = async (expected: Record<keyof typeof urls, object>) =>
      await eventually(
        async () => {
          const [ingest, query, consumers] = await Promise.all(Object.values(urls).map(probe))
          expect({ ingest, query, consumers }).toEqual(expected)
          return true
        },
        { timeoutMs: 30_000 },
      )
    const ready = { status: 200, failed: [] }
    const noStream = { status: 503, failed: ['stream'] }
    await becomes({ ingest: ready, query: ready, consumers: ready })
    const stream = await system.pidOf('kinesis')
    process.kill(stream, 'SIGSTOP')
    try {
      await becomes({ ingest: noStream, query: ready, consumers: noStream })
      expect((await fetch(`${urls.consumers}/healthz`)).status).toBe(200)
    } finally {
      process.kill(stream, 'SIGCONT')
    }
    await becomes({ ingest: ready, query: ready, consumers: ready })
  },
)

describe('while the issuer is down', () => {
  let known: string
  let unused: string
  let issuer: number
  beforeAll(async () => {
    const till = { scopes: ['entries:write'], merchants: ['m2'] } as const
    ;[known, unused] = [await system.tokenOf(till), await system.tokenOf(till)]
    expect(await sendWith(known, 'before')).toMatchObject({ status: 202 })
    // Stopped, because a killed issuer is started again at once.
    issuer = await system.pidOf('issuer')
    process.kill(issuer, 'SIGSTOP')
  })
  afterAll(() => void process.kill(issuer, 'SIGCONT'))

  const sendWith = (token: string, entryId: string) =>
    request({ token }, `${system.ingest}/v1/entries`, 'POST', aSale({ merchantId: 'm2', entryId }))

  test('entries with a known token are accepted', async () => {
    expect(await sendWith(known, 'known')).toMatchObject({ status: 202 })
  })

  test('entries with a token that was never used are accepted, because the keys are known', async () => {
    expect(await sendWith(unused, 'unused')).toMatchObject({ status: 202 })
  })
})

test(
  'a token from before a SIGKILL of everything is taken after the restart, and tokens are made again',
  { timeout: 60_000 },
  async () => {
    const token = await system.tokenOf({ scopes: ['ledger:read'], merchants: ['m1'] })
    await system.killAll()
    await system.start()
    const path = `${system.query}/v1/merchants/m1/days/${YESTERDAY}`
    expect(await answered({ token }, path, 'GET')).toMatchObject({ status: 200 })
    const another = await system.tokenOf({ scopes: ['ledger:read'], merchants: ['m2'] })
    expect(await answered({ token: another }, path, 'GET')).toMatchObject({ status: 404 })
  },
)

test('the demo reads the expected totals, and reads them again on a second run', { timeout: 60_000 }, async () => {
  expect(await system.run('infra/local/demo/demo.ts')).toMatchObject({ code: 0 })
  const again = await system.run('infra/local/demo/demo.ts')
  expect(again.output).toContain('Expected and read are equal')
  expect(again.code).toBe(0)
})

test(
  'ingest goes on while the processor is stopped, and afterwards everything is counted',
  { timeout: 60_000 },
  async () => {
    await register(system, 'm3')
    const consumers = await system.pidOf('consumers')
    process.kill(consumers, 'SIGSTOP')
    const sales = Array.from({ length: 400 }, (_, index) =>
      aSale({ merchantId: 'm3', entryId: `s${index}`, amount: 7 }),
    )
    const answers = await Promise.all(
      [0, 1, 2, 3].map((part) => postBatch(system, sales.slice(part * 100, part * 100 + 100))),
    )
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    expect(await day(system, 'm3')).toMatchObject({ entryCount: 0, segment: 0 })
    process.kill(consumers, 'SIGCONT')
    for (const answer of answers) await day(system, 'm3', lastPositionOf(answer))
    expect(await day(system, 'm3')).toMatchObject({ entryCount: 400, credits: 2_800 })
  },
)

test(
  'a SIGKILL of each child in turn, under load, loses nothing and doubles nothing',
  { timeout: 150_000 },
  async () => {
    await register(system, 'm4')
    const acknowledged = new Map<string, string>()
    let refused = 0
    let unanswered = 0
    let isLoading = true
    const till = async (name: string): Promise<void> => {
      for (let sent = 0; isLoading; sent += 1) {
        const sales = Array.from({ length: 20 }, (_, index) =>
          aSale({ merchantId: 'm4', entryId: `${name}-${sent}-${index}`, amount: 3 }),
        )
        const wrong = aSale({ merchantId: 'm4', entryId: `${name}-${sent}-wrong`, amount: -1 })
        // As a till does: the same again until there is an answer.
        for (let left: readonly unknown[] = [...sales, wrong]; left.length > 0;) {
          const answer = await postBatch(system, left).catch(() => undefined)
          const results = (answer?.body['results'] ?? []) as {
            entryId: string
            status: string
            position?: string
            problem?: { status: number }
          }[]
          if (results.length === 0) {
            unanswered += 1
            await sleep(50)
            continue
          }
          for (const { entryId, position } of results) if (position !== undefined) acknowledged.set(entryId, position)
          refused += results.filter(({ problem }) => (problem?.status ?? 500) < 500).length
          left = left.filter((_entry, index) => (results[index]?.problem?.status ?? 0) >= 500)
        }
      }
    }
    const tills = ['a', 'b', 'c', 'd'].map(till)

    for (const child of [...CHILDREN, 'dynoxide'] satisfies Child[]) {
      const pid = await system.pidOf(child)
      const before = acknowledged.size
      process.kill(pid, 'SIGKILL')
      // It is back when there is another process, and entries are acknowledged again.
      await eventually(async () => ((await system.pidOf(child)) !== pid ? true : undefined), { timeoutMs: 20_000 })
      await eventually(async () => (acknowledged.size > before + 200 ? true : undefined), { timeoutMs: 20_000 })
    }
    isLoading = false
    await Promise.all(tills)

    for (const till of ['a', 'b', 'c', 'd']) {
      const last = [...acknowledged].findLast(([entryId]) => entryId.startsWith(till))
      await day(system, 'm4', last?.[1])
    }
    const counted = await allEntryIds('m4')
    expect(new Set(counted).size, 'nothing is counted twice').toBe(counted.length)
    const missing = [...acknowledged.keys()].filter((entryId) => !counted.includes(entryId))
    expect(missing, 'nothing acknowledged is missing').toEqual([])
    expect(
      counted.filter((entryId) => !acknowledged.has(entryId)),
      'nothing else is counted',
    ).toEqual([])
    expect(counted.filter((entryId) => entryId.endsWith('wrong'))).toEqual([])
    const view = await day(system, 'm4')
    expect(view).toMatchObject({ entryCount: acknowledged.size, credits: acknowledged.size * 3 })
    expect(refused).toBeGreaterThan(0)
    expect(unanswered, 'the kills were noticed').toBeGreaterThan(0)
  },
)

test('SIGTERM ends every process of the system', { timeout: 30_000 }, async () => {
  expect(await system.stop()).toEqual([])
})

const allEntryIds = async (merchantId: string): Promise<string[]> => {
  const ids: string[] = []
  for (let cursor = ''; ;) {
    const path = `${system.query}/v1/merchants/${merchantId}/days/${YESTERDAY}/entries?limit=500${cursor}`
    const { body } = await answered(system, path, 'GET')
    ids.push(...(body['data'] as { entryId: string }[]).map(({ entryId }) => entryId))
    const next = body['nextCursor'] as string | null
    if (next === null) return ids
    cursor = `&cursor=${next}`
  }
}
