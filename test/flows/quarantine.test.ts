/** What becomes of things set aside, on the real local system: from the till to the operator and back into the book. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kinesisClient } from '#adapters/aws/kinesis'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { eventually } from '#infra/local/retry'
import { answered, aSale, day, post, register, YESTERDAY, type Answer } from './client.ts'
import { RunningSystem } from './running-system.ts'

let system: RunningSystem
beforeAll(async () => {
  system = await RunningSystem.start()
  await register(system, 'm1')
}, 60_000)
afterAll(() => system.remove())

type Item = { readonly quarantineId: string; readonly status: string; readonly entryId?: string }

const items = async (after = ''): Promise<Item[]> => {
  const { body } = await answered(system, `${system.query}/v1/quarantine?${after && `after=${after}`}`, 'GET')
  return body['data'] as Item[]
}

/** The client that a token names. */
const subjectIn = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: unknown }).sub

const positionOf = ({ body }: Answer): string => body['position'] as string

/** Runs a command of operators to its end; answers its exit code and what it printed. */
const run = async (script: string, ...args: readonly string[]) => {
  const env = system.commandEnvironment
  const ended = promisify(execFile)(process.execPath, [`operations/${script}.ts`, ...args], { env })
  return await ended.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (failed: { code: number; stdout: string }) => ({ code: failed.code, stdout: failed.stdout }),
  )
}

test('a conflicting entry waits again when replayed as it was, and counts when replayed with corrections', async () => {
  await post(system, aSale())
  const second = await post(system, aSale({ amount: 99 }))
  const [item] = await items(positionOf(second))
  expect(item).toMatchObject({ status: 'waiting', entryId: 'sale-1' })
  const id = item?.quarantineId ?? ''

  const again = await answered(system, `${system.ingest}/v1/quarantine/${id}/replay`, 'POST')
  expect(again.status).toBe(202)
  expect(await items(positionOf(again))).toMatchObject([{ quarantineId: id, status: 'waiting' }])

  const corrected = await run('quarantine', 'replay', id, '--set', 'entryId=sale-1-b', '--json')
  expect(corrected.code).toBe(0)
  const { position, by } = JSON.parse(corrected.stdout) as { position: string; by: string }
  const us = subjectIn(system.token)
  expect(by).not.toBe(us)
  expect(await day(system, 'm1', position)).toMatchObject({ entryCount: 2, credits: 1_349 })
  expect(await items(position)).toMatchObject([
    {
      quarantineId: id,
      status: 'replayed',
      entryId: 'sale-1',
      replayedAs: { entry: { entryId: 'sale-1-b' } },
      actions: [
        { action: 'replay-begun', by: us },
        { action: 'replayed', by: us },
        { action: 'replay-begun', by, entry: { entryId: 'sale-1-b' } },
        { action: 'replayed', by, position },
      ],
    },
  ])
})

test('the Location of an accepted entry, and of a replay, leads to the entry and its conflicts', async () => {
  const sent = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' }
    const response = await fetch(`${system.ingest}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(response.status).toBe(202)
    const { position } = (await response.json()) as { position: string }
    return { location: response.headers.get('location') ?? '', position }
  }
  const followed = async ({ location, position }: { location: string; position: string }) =>
    await answered(system, `${location}?after=${position}`, 'GET')

  const sale = aSale({ merchantId: 'm:2', entryId: 'till:7.sale' })
  await register(system, 'm:2')
  const first = await sent('/v1/entries', sale)
  expect(await followed(first)).toMatchObject({ status: 200, body: { status: 'applied', entry: { amount: 1250 } } })
  const other = await sent('/v1/entries', { ...sale, amount: 7 })
  expect(other.location).toBe(first.location)
  const { body } = await followed(other)
  expect(body).toMatchObject({ status: 'applied', entry: { amount: 1250 }, conflicts: [{ status: 'waiting' }] })

  const [conflict] = body['conflicts'] as { quarantineId: string }[]
  const correction = { entry: { entryId: 'till:7.sale-b' } }
  const replayed = await sent(`/v1/quarantine/${conflict?.quarantineId}/replay`, correction)
  expect(await followed(replayed)).toMatchObject({
    status: 200,
    body: { status: 'applied', entry: { entryId: 'till:7.sale-b', amount: 7 } },
  })
  expect((await followed(first)).body).toMatchObject({ conflicts: [{ status: 'replayed' }] })
})

test('an unreadable record is kept byte for byte and can be discarded for good', async () => {
  Object.assign(process.env, system.awsEnvironment)
  const stream = kinesisEntryStream(kinesisClient(), 'daybook-entries')
  const bytes = Buffer.from('no record of ours')
  await stream.put([{ hashKey: 0n, data: bytes }])
  const listed = async () => {
    const answer = await answered(system, `${system.query}/v1/quarantine?reason=undecodable-record`, 'GET')
    return (answer.body['data'] as object[]).length > 0 ? answer : undefined
  }
  const { body } = await eventually(listed, { timeoutMs: 20_000 })
  const found = body['data'] as { quarantineId: string; raw: string }[]
  expect(found.map(({ raw }) => Buffer.from(raw, 'base64'))).toEqual([bytes])
  const id = found[0]?.quarantineId ?? ''
  expect((await run('quarantine', 'replay', id)).code).toBe(1)
  expect((await run('quarantine', 'discard', id, '--reason', 'noise')).code).toBe(0)
  expect((await run('quarantine', 'list')).stdout).toBe('No items.\n')
})

test('the books are whole after replays and discards', async () => {
  const { code, stdout } = await run('verify-journal', '--all')
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^m1 ${YESTERDAY} {2}whole: .* 2 entries, hash`, 'm')) as string,
  })
})
