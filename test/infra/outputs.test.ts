/** What becomes of a system when its terminal, or the reader of its output, goes away: on the real processes. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { freePorts } from '#infra/local/ports'
import { isRunning } from '#infra/local/process-table'
import { untilReady } from '#infra/local/readiness'
import { eventually } from '#infra/local/retry'
import { descendantsOf, environmentWithoutServices } from '#test/flows/running-system'

const root = fileURLToPath(new URL('../../', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-outputs-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

/** A command in a group of processes of its own, as a shell starts it, on free ports and with data of its own. */
const start = async (command: string, args: readonly string[], environment = environmentWithoutServices()) => {
  const [ingest, query, issuer] = await freePorts(3)
  const ports = { INGEST_PORT: String(ingest), QUERY_PORT: String(query), ISSUER_PORT: String(issuer) }
  const child = spawn(command, args, {
    cwd: root,
    env: { ...environment, ...ports, DAYBOOK_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  onTestFinished(() => killGroup(child))
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  return { child, ended, ingest: `http://127.0.0.1:${ingest}`, query: `http://127.0.0.1:${query}` }
}

/** As soon as the system in the folder is ready. It is asked for where the system itself says that its store is. */
const tokenToRegister = async (merchantId: string): Promise<string> => {
  const args = ['operations/token.ts', '--scope', 'merchants:admin', '--merchant', merchantId]
  const { AWS_ENDPOINT_URL_DYNAMODB: _ofTheTests, ...rest } = process.env
  const run = async () =>
    await promisify(execFile)(process.execPath, args, { cwd: root, env: { ...rest, DAYBOOK_DATA: folder } })
  return (await eventually(run, { timeoutMs: 20_000 })).stdout.trim()
}

const killGroup = ({ pid }: ChildProcess) => {
  try {
    process.kill(-Number(pid), 'SIGKILL')
  } catch {
    // It has ended.
  }
}

const send = (child: ChildProcess, signal: NodeJS.Signals) => process.kill(-Number(child.pid), signal)

test(
  'npm start goes on when the reader of its output goes away after the first lines',
  { timeout: 60_000 },
  async () => {
    const { child, ended, ingest, query } = await start('npm', ['start'])
    await once(child.stdout ?? child, 'data')
    child.stdout?.destroy()
    child.stderr?.destroy()
    await untilReady(ingest)
    await untilReady(query)
    const answer = await fetch(`${ingest}/v1/merchants/m1`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${await tokenToRegister('m1')}` },
      body: JSON.stringify({ name: 'Corner Shop', currency: 'BRL', timeZone: 'America/Sao_Paulo' }),
    })
    expect(answer.status).toBe(201)
    send(child, 'SIGTERM')
    await ended
    expect(readdirSync(folder)).not.toContain('lock')
  },
)

test.each(['SIGHUP', 'SIGTERM', 'SIGINT'] as const)(
  '%s, sent twice to npm start and what it runs, stops the system cleanly',
  { timeout: 60_000 },
  async (signal) => {
    const { child, ended, ingest, query } = await start(process.execPath, ['infra/local/daybook.server.ts'])
    await Promise.all([untilReady(ingest), untilReady(query)])
    const parts = descendantsOf(Number(child.pid))
    expect(parts.length).toBeGreaterThan(5)
    send(child, signal)
    send(child, signal)
    expect(await ended).toEqual([0, null])
    expect(parts.filter(isRunning)).toEqual([])
    // A clean stop gives the folder back.
    expect(readdirSync(folder)).not.toContain('lock')
  },
)

const SERVERS = ['ingest/ingest.server.ts', 'query-api/query-api.server.ts', 'infra/local/consumers.server.ts'] as const

test.each(SERVERS)('%s, run alone, stops cleanly on a SIGHUP', { timeout: 60_000 }, async (server) => {
  // It uses the services of all tests.
  const { child, ended } = await start(process.execPath, [server], process.env)
  child.stderr?.pipe(process.stderr)
  // Each says something when it is at work; the consumers, that there is no stream yet.
  await once(child.stdout ?? child, 'data')
  send(child, 'SIGHUP')
  send(child, 'SIGHUP')
  expect(await ended).toEqual([0, null])
})
