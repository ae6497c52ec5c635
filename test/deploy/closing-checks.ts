/** Days that the deployed state machine closes, on request and by its schedule, and their seals. Each check throws. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3'
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import type { Caller } from '#infra/local/demo/caller'
import type { Callers } from '#infra/local/demo/client'
import { dayOfTrade, type Shop } from '#infra/local/demo/day-of-trade'
import { eventually } from '#infra/local/retry'
import { shiftDay } from '#ledger/calendar'
import type { Place } from './calls-and-grants.ts'

/** Sends a request to the deployed API. */
export type Ask = <T>(caller: Caller, path: string, method?: 'GET' | 'POST' | 'PATCH', body?: object) => Promise<T>

type Deployed = {
  readonly ask: Ask
  readonly callers: Callers
  readonly states: SFNClient
  readonly stateMachine: string
  readonly s3: S3Client
  readonly sealBucket: string
  readonly emulatorUrl: string
  readonly place: Place
  readonly schedule: string
  readonly nowMs: number
}

export const closingChecks = ({
  ask,
  callers,
  states,
  stateMachine,
  s3,
  sealBucket,
  emulatorUrl,
  place: { account, region },
  schedule,
  nowMs,
}: Deployed) => {
  const { backOffice } = callers
  // The emulator tells services apart by this. It checks no signature.
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/scheduler/aws4_request, SignedHeaders=host, Signature=0`,
  }
  const readDay = (merchantId: string, day: string) => ask<Day>(backOffice, `/v1/merchants/${merchantId}/days/${day}`)

  const executions = async () => {
    const { executions: listed = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn: stateMachine }))
    return await Promise.all(
      listed.map(({ executionArn }) => states.send(new DescribeExecutionCommand({ executionArn }))),
    )
  }

  /** The states that an execution went through. */
  const pathOf = async (executionArn: string): Promise<string[]> => {
    const { events = [] } = await states.send(new GetExecutionHistoryCommand({ executionArn }))
    return events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? [])
  }

  return {
    async onRequest(shop: Shop): Promise<void> {
      const { merchantId } = shop
      const { day } = dayOfTrade(shop, nowMs)
      const path = `/v1/merchants/${merchantId}/days/${day}/close`
      const close = async () => {
        const answer = await ask<Closed>(backOffice, path, 'POST')
        return answer.status === 'closing' ? undefined : answer
      }
      const before = await readDay(merchantId, day)
      const { status, closedThrough, days } = await eventually(close, { timeoutMs: 60_000, everyMs: 1_000 })
      assert.deepEqual(
        { status, closedThrough, days },
        {
          status: 'closed',
          closedThrough: day,
          days: [{ businessDay: day, status: 'closed', version: 1, closing: before.closing }],
        },
      )
      const [execution] = await executions()
      assert.equal(execution?.status, 'SUCCEEDED')
      assert.deepEqual(JSON.parse(execution.input ?? ''), { merchantIds: [merchantId], through: day })
      const states = await pathOf(execution.executionArn ?? '')
      assert.deepEqual([states[0], states.at(-1)], ['Close the next merchants', 'Done'])
      console.log(`  ${execution.name}: ${states.join(' → ')}`)
      const closed = { ...before, status: 'closed', version: 1 }
      assert.deepEqual(figuresOf(await readDay(merchantId, day)), figuresOf(closed))
    },

    async sealOf(shop: Shop): Promise<void> {
      const { merchantId } = shop
      const { day } = dayOfTrade(shop, nowMs)
      const object = { Bucket: sealBucket, Key: `seals/business_day=${day}/${merchantId}.1.json` }
      const { Body, VersionId } = await eventually(() => s3.send(new GetObjectCommand(object)), { timeoutMs: 30_000 })
      console.log(`  ${object.Key}: SHA-256 ${hash('sha256', (await Body?.transformToString()) ?? '')}`)

      const { ObjectLockMode, ObjectLockRetainUntilDate: until } = await s3.send(new HeadObjectCommand(object))
      assert.equal(ObjectLockMode, 'GOVERNANCE')
      assert.ok(Math.abs(Number(until) - Date.now() - DAY_MS) < 60_000 * 10, `it is locked until ${String(until)}`)
      await assert.rejects(
        s3.send(new DeleteObjectCommand({ ...object, VersionId })),
        (error) => error instanceof S3ServiceException && error.name === 'AccessDenied',
      )
      const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: sealBucket, Prefix: object.Key }))
      assert.deepEqual([listed.Versions?.length, listed.DeleteMarkers?.length ?? 0], [1, 0])
    },

    /** One late entry restates the closed day. Another one is set aside under another policy, and released by an operator. */
    async lateEntries(shop: Shop, operator: Caller): Promise<void> {
      const { merchantId } = shop
      const { day, online } = dayOfTrade(shop, nowMs)
      const [sale] = online
      assert.ok(sale)
      const before = await readDay(merchantId, day)
      const send = async (lateEntries: string): Promise<string> => {
        await ask(callers.platform, `/v1/merchants/${merchantId}`, 'PATCH', { lateEntries })
        const late = { ...sale, entryId: `late-${lateEntries}`, amount: 100 }
        return (await ask<Sent>(callers.tillsOf(merchantId), '/v1/entries', 'POST', late)).position
      }
      const signed = sale.direction === 'credit' ? 100 : -100
      const counted = ({ entryCount, net }: Day) => ({ entryCount: entryCount + 1, net: net + signed })

      const restated = await readDay(merchantId, `${day}?after=${await send('restate')}`)
      assert.deepEqual(figuresOf(restated), { status: 'restated', version: 2, ...counted(before) })
      assert.deepEqual(figuresOf(await readDay(merchantId, `${day}?version=1`)), figuresOf(before))

      const setAside = await readDay(merchantId, `${day}?after=${await send('quarantine')}`)
      assert.deepEqual(figuresOf(setAside), figuresOf(restated))
      const { data } = await ask<Items>(backOffice, `/v1/quarantine?merchant=${merchantId}`)
      const item = data.find(({ reason }) => reason === 'day-closed')
      assert.ok(item, 'the late entry is not in quarantine')
      const next = shiftDay(day, 1)
      const { entryCount, net } = await readDay(merchantId, next).catch(() => ({ entryCount: 0, net: 0 }) as Day)
      const { position } = await ask<Sent>(operator, `/v1/quarantine/${item.quarantineId}/replay`, 'POST', {})
      const released = await readDay(merchantId, `${next}?after=${position}`)
      assert.deepEqual([released.entryCount, released.net], [entryCount + 1, net + signed])
    },

    /** The schedule is brought forward, since its 15 minutes are longer than this test. What it starts is left as it is. */
    async bySchedule(shop: Shop): Promise<void> {
      const { merchantId } = shop
      const { day: latest, online } = dayOfTrade(shop, nowMs)
      const [sale] = online
      assert.ok(sale)
      const day = shiftDay(latest, -5)
      const occurredAt = new Date(Date.parse(sale.occurredAt) - 5 * DAY_MS).toISOString()
      const { position } = await ask<{ readonly position: string }>(
        callers.tillsOf(merchantId),
        '/v1/entries',
        'POST',
        {
          ...sale,
          entryId: 'forgotten',
          occurredAt,
        },
      )
      await ask(backOffice, `/v1/merchants/${merchantId}/days/${day}?after=${position}`)

      const url = `${emulatorUrl}/schedules/${schedule}`
      const standing = (await (await fetch(url, { headers })).json()) as { readonly ScheduleExpression: string }
      assert.equal(standing.ScheduleExpression, 'rate(15 minutes)')
      const sooner = { ...standing, ScheduleExpression: 'rate(1 minute)' }
      const { status } = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(sooner) })
      assert.equal(status, 200)
      const ofSchedule = async () =>
        (await executions()).find((one) => one.input === '{}' && one.status !== 'RUNNING') ?? undefined
      const { output = '', ...execution } = await eventually(ofSchedule, { timeoutMs: 150_000, everyMs: 1_000 })
      assert.equal(execution.status, 'SUCCEEDED')
      console.log(`  ${(await pathOf(execution.executionArn ?? '')).join(' → ')}: ${output}`)
      assert.deepEqual(figuresOf(await readDay(merchantId, day)), {
        status: 'closed',
        version: 1,
        entryCount: 1,
        net: sale.amount,
      })
    },
  }
}

type Closed = {
  readonly status: string
  readonly closedThrough: string
  readonly days: readonly { readonly businessDay: string; readonly status: string }[]
}

type Day = {
  readonly status: string
  readonly version: number
  readonly entryCount: number
  readonly net: number
  readonly closing: number
}

const figuresOf = ({ status, version, entryCount, net }: Day) => ({ status, version, entryCount, net })

type Sent = { readonly position: string }
type Items = { readonly data: readonly { readonly quarantineId: string; readonly reason: string }[] }

const DAY_MS = 24 * 3_600_000
