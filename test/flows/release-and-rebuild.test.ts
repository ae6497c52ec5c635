/** A late entry that an operator releases, and everything built again from S3, on the real local system. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '#infra/local/retry'
import { answered, aSale, post, YESTERDAY } from './client.ts'
import { RunningSystem } from './running-system.ts'

let system: RunningSystem
beforeAll(async () => {
  system = await RunningSystem.start()
}, 60_000)
afterAll(() => system.remove())

const TODAY = new Date(Date.parse(`${YESTERDAY}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/** Runs a command of operators to its end; answers its exit code and what it printed. */
const run = async (script: string, ...args: readonly string[]) => {
  const env = system.commandEnvironment
  const ended = promisify(execFile)(process.execPath, [`operations/${script}.ts`, ...args], { env })
  return await ended.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (failed: { code: number; stdout: string }) => ({ code: failed.code, stdout: failed.stdout }),
  )
}

test('a released entry counts today, and the closed day and its versions can be built again from S3 alone', async () => {
  const read = async (path: string) => (await answered(system, `${system.query}/v1${path}`, 'GET')).body
  for (const [merchantId, lateEntries] of [
    ['strict', 'quarantine'],
    ['restating', 'restate'],
  ] as const) {
    const profile = { name: merchantId, currency: 'BRL', timeZone: 'UTC', lateEntries }
    await answered(system, `${system.ingest}/v1/merchants/${merchantId}`, 'PUT', profile)
    await post(system, aSale({ merchantId, amount: 500 }))
  }
  expect(await run('close', '--day', YESTERDAY)).toMatchObject({ code: 0 })

  const late = { entryId: 'late', amount: 70 }
  await post(system, aSale({ merchantId: 'restating', ...late }))
  const { body: accepted } = await post(system, aSale({ merchantId: 'strict', ...late }))
  const { data } = await read(`/quarantine?merchant=strict&after=${String(accepted['position'])}`)
  expect(data).toMatchObject([{ status: 'waiting', reason: 'day-closed', entryId: 'late' }])
  const [{ quarantineId = '' } = {}] = data as { quarantineId?: string }[]
  const replay = () => answered(system, `${system.ingest}/v1/quarantine/${quarantineId}/replay`, 'POST')
  const replayed = await replay()
  expect(replayed.status).toBe(202)

  const after = `after=${String(replayed.body['position'])}`
  expect(await read(`/merchants/strict/days/${YESTERDAY}/entries/late?${after}`)).toMatchObject({
    status: 'redirected',
    movedTo: TODAY,
  })
  expect(await replay()).toEqual(replayed)
  expect(await read(`/quarantine/${quarantineId}`)).toMatchObject({ status: 'replayed', movedTo: TODAY })
  expect(await read(`/merchants/strict/days/${YESTERDAY}`)).toMatchObject({ version: 1, closing: 500 })
  expect(await read(`/merchants/strict/days/${TODAY}`)).toMatchObject({ opening: 500, closing: 570, lateEntries: 1 })
  expect(await read('/merchants/strict/balance')).toMatchObject({ balance: 570, exact: true })
  expect(await read(`/merchants/restating/days/${YESTERDAY}`)).toMatchObject({ version: 2, closing: 570 })

  // Reconciling waits until the archive has what was sent.
  for (const on of [YESTERDAY, TODAY]) expect(await run('reconcile', '--day', on)).toMatchObject({ code: 0 })
  expect(await run('verify-journal', '--all')).toMatchObject({ code: 0 })
  // Decisions are delivered by themselves, a few seconds later.
  const rebuilt = async () => {
    const { code, stdout } = await run('rebuild')
    return code === 0 ? stdout : undefined
  }
  expect(await eventually(rebuilt, { timeoutMs: 60_000 })).toMatch(
    /^✓ 3 books, and each is equal .*\n✓ The heads, the closed days and each of their versions are equal to the live ones\.$/m,
  )
}, 180_000)
