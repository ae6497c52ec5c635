/** What `npm start` refuses about its ports, and what it prints to paste. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { environmentWithoutServices } from '#test/flows/running-system'
import { freePorts, portsOfServices } from '#infra/local/ports'
import { tryIt } from '#infra/local/try-it'
import { readSettings } from '#infra/settings'

const start = async (env: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-ports-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const settings = { ...environmentWithoutServices(), DAYBOOK_DATA: join(folder, 'data'), ...env }
  const ended = promisify(execFile)(process.execPath, ['infra/local/daybook.server.ts'], { env: settings })
  const { code, stderr } = await ended.then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  )
  return { code, stderr }
}

test.each([
  { same: ['INGEST_PORT', 'QUERY_PORT'] },
  { same: ['INGEST_PORT', 'ISSUER_PORT'] },
  { same: ['QUERY_PORT', 'ISSUER_PORT'] },
  { same: ['INGEST_PORT', 'CONSUMERS_PORT'] },
  { same: ['QUERY_PORT', 'S3_PORT'] },
])('npm start refuses one port for $same', async ({ same }) => {
  const [one, ...others] = await freePorts(6)
  const names = ['INGEST_PORT', 'QUERY_PORT', 'ISSUER_PORT', 'CONSUMERS_PORT', 'S3_PORT']
  const ports = Object.fromEntries(
    names.map((name, index) => [name, String(same.includes(name) ? one : others[index])]),
  )
  expect(await start(ports)).toEqual({ code: 1, stderr: `${same.join(' and ')} cannot be the same, and are ${one}.\n` })
})

test.each(['ISSUER_PORT', 'S3_PORT'])('npm start refuses an %s that is taken', async (name) => {
  const [ingest, query, issuer, s3, taken] = await freePorts(5)
  const holder = createServer().listen(taken, '127.0.0.1')
  await once(holder, 'listening')
  onTestFinished(() => void holder.close())
  const free = { INGEST_PORT: ingest, QUERY_PORT: query, ISSUER_PORT: issuer, S3_PORT: s3 }
  const ports = Object.fromEntries(
    Object.entries({ ...free, [name]: taken }).map(([name, port]) => [name, String(port)]),
  )
  expect(await start(ports)).toEqual({
    code: 1,
    stderr: `Port ${taken} is taken. Set ${name} to another port.\n`,
  })
})

const URLS = { ingestUrl: 'http://127.0.0.1:8787', queryUrl: 'http://127.0.0.1:8788' }

test.each([
  { dataFolder: '.daybook', first: 'TOKEN=$(npm run -s token -- --scope' },
  { dataFolder: '/srv/book', first: 'TOKEN=$(DAYBOOK_DATA=/srv/book npm run -s token -- --scope' },
  { dataFolder: "/srv/Ana's books", first: String.raw`TOKEN=$(DAYBOOK_DATA='/srv/Ana'\''s books' npm run -s token` },
])('the first line to paste gets a token of the data in $dataFolder', ({ dataFolder, first }) => {
  const [token = '', ...curls] = tryIt({ ...URLS, dataFolder, hasIssuer: true }).split('\n')
  expect(token.startsWith(first)).toBe(true)
  expect(curls).toHaveLength(3)
  for (const curl of curls) expect(curl).toContain('-H "authorization: Bearer $TOKEN"')
})

test('a sale that is pasted at any second has the same content as every sale of that second', () => {
  const [, , sale = ''] = tryIt({ ...URLS, dataFolder: '.daybook', hasIssuer: true }).split('\n')
  // One reading of the clock, of which both the id and the time are made.
  expect(sale.match(/\$\(/g)).toHaveLength(1)
  expect(sale).toMatch(/^AT=\$\(TZ=BRT3 date .*"entryId":"sale-'\$AT'".*"occurredAt":"'\$AT'"/)
})

test('the ports of the APIs and of the issuer, which listen later, are given to no other service', async () => {
  const settings = { ingestPort: 21_000, queryPort: 23_000, issuerPort: 26_000 }
  const services = { kinesis: 22_000, dynamodb: 24_000, s3: 25_000, firehose: 27_000 }
  const draw = () => {
    const draws = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].values()
    return () => draws.next().value ?? expect.fail('drawn too often')
  }
  expect(await portsOfServices(settings, draw())).toEqual({ ...services, consumers: 28_000 })
  expect(await portsOfServices({ ...settings, consumersPort: 28_000 }, draw())).toEqual({
    ...services,
    consumers: 28_000,
  })
  expect(await portsOfServices({ ...settings, consumersPort: 22_000 }, draw())).toEqual({
    kinesis: 24_000,
    dynamodb: 25_000,
    s3: 27_000,
    firehose: 28_000,
    consumers: 22_000,
  })
})

test('two searches never end at the same port, though nothing listens there yet', async () => {
  const sameDraws = () => {
    const draws = [0.11, 0.12, 0.13, 0.14].values()
    return { random: () => draws.next().value ?? expect.fail('drawn too often') }
  }
  expect(await freePorts(2, sameDraws())).toEqual([21_100, 21_200])
  expect(await freePorts(2, sameDraws())).toEqual([21_300, 21_400])
})

test('the local S3 has the port that S3_PORT names, and no other service gets it', async () => {
  const draws = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6].values()
  const random = () => draws.next().value ?? expect.fail('drawn too often')
  const settings = readSettings({ S3_PORT: '22000' })
  const { kinesis, dynamodb, s3 } = await portsOfServices(settings, random)
  expect({ kinesis, dynamodb, s3 }).toEqual({ kinesis: 21_000, dynamodb: 23_000, s3: 22_000 })
})
