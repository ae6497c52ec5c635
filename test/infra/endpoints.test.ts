/** How an operator's command finds the system that runs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { useRunningSystem } from '#infra/local/running-system'

let folder: string
const environment = { ...process.env }
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-endpoints-'))
})
afterEach(() => {
  process.env = { ...environment }
  rmSync(folder, { recursive: true })
})

/** A process that has the folder and has said where it is, as `npm start` does. */
const startSystem = async () => {
  const source = `
    const { lockFolder } = await import('#infra/local/folder-lock')
    const { announceEndpoints } = await import('#infra/local/running-system')
    lockFolder(process.argv[1])
    const at = (port) => 'http://127.0.0.1:' + port
    const services = { kinesis: at(1), dynamodb: at(2), s3: at(3), firehose: at(4) }
    announceEndpoints(process.argv[1], { ingest: 'http://ingest', query: 'http://query', services })
    process.on('SIGTERM', () => process.exit())
    setInterval(() => {}, 1000)
    console.log('ready')`
  const system = spawn(process.execPath, ['--input-type=module', '-e', source, folder])
  onTestFinished(() => void system.kill('SIGKILL'))
  await once(system.stdout, 'data')
  return async (signal: NodeJS.Signals) => {
    const ended = once(system, 'exit')
    system.kill(signal)
    await ended
  }
}

test('a command says what to do when no system runs, none ever ran, or it was killed', async () => {
  const advice = `No Daybook is running on the data in ${folder}; start it with npm start.`
  expect(() => useRunningSystem(folder)).toThrow(advice)
  const end = await startSystem()
  expect(() => useRunningSystem(folder)).not.toThrow()
  await end('SIGKILL')
  expect(() => useRunningSystem(folder)).toThrow(advice)
})

test('a command refuses endpoints that a system of another version has written', async () => {
  const end = await startSystem()
  writeFileSync(join(folder, 'endpoints.json'), JSON.stringify({ format: 2, ingest: 'http://ingest' }))
  const reason = `${join(folder, 'endpoints.json')} has format 2, and only 1 is known here`
  expect(() => useRunningSystem(folder)).toThrow(reason)
  await end('SIGTERM')
})

test('a command points the SDK at the running system, except for endpoints that the environment names', async () => {
  const end = await startSystem()
  for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_S3', 'AWS_ACCESS_KEY_ID']) delete process.env[name]
  process.env['AWS_ENDPOINT_URL_KINESIS'] = 'http://elsewhere'
  expect(useRunningSystem(folder)).toMatchObject({ ingest: 'http://ingest', s3: 'http://127.0.0.1:3' })
  expect(process.env).toMatchObject({
    AWS_ENDPOINT_URL_KINESIS: 'http://elsewhere',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:3',
    AWS_ACCESS_KEY_ID: 'local',
  })
  await end('SIGTERM')
  expect(existsSync(join(folder, 'endpoints.json'))).toBe(false)
})
