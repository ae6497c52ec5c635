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

/** Draws these ports first, and then any. */
const drawing = (ports: readonly number[]) => {
  const draws = ports.map((port) => (port - 20_000) / 10_000).values()
  return () => draws.next().value ?? Math.random()
}

test('the ports of the APIs and of the issuer, which listen later, are given to no other service', async () => {
  const settings = { ingestPort: 21_000, queryPort: 23_000, issuerPort: 26_000 }
  const drawn = [21_000, 23_000, 26_000]
  const ports = Object.values(await portsOfServices(settings, drawing(drawn)))
  expect(ports.filter((port) => drawn.includes(port))).toEqual([])
  expect(new Set(ports).size).toBe(6)
})

test.each([
  { setting: 'CONSUMERS_PORT', service: 'consumers' },
  { setting: 'S3_PORT', service: 's3' },
] as const)('$setting is the port of $service, and no other service gets it', async ({ setting, service }) => {
  const ports = await portsOfServices(readSettings({ [setting]: '22000' }), drawing([22_000]))
  expect(ports[service]).toBe(22_000)
  expect(Object.values(ports).filter((port) => port === 22_000)).toHaveLength(1)
})

test('two searches never end at the same port, though nothing listens there yet', async () => {
  // Of 10,000 ports, a few may be taken by others.
  const draws = [21_100, 21_200, 21_300, 21_400, 21_500, 21_600]
  const [first, second] = [
    await freePorts(2, { random: drawing(draws) }),
    await freePorts(2, { random: drawing(draws) }),
  ]
  expect(new Set([...first, ...second]).size).toBe(4)
})
