/** How `npm start` ends when it cannot run, and with which services a data folder may be used. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { makeFolder } from '#adapters/files/durable-files'
import { checkServicesOfData, claimServices } from '#infra/local/data-services'
import { markDataVersion } from '#infra/local/data-version'
import { dynoxideBinary } from '#infra/local/dynoxide'
import { freePorts } from '#infra/local/ports'
import { freshTable } from '#test/contracts/adapters'
import { environmentWithoutServices } from '#test/flows/running-system'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-failures-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const start = async (env: NodeJS.ProcessEnv) => {
  const [ingest, query, issuer] = await freePorts(3)
  const ports = { INGEST_PORT: String(ingest), QUERY_PORT: String(query), ISSUER_PORT: String(issuer) }
  const system = spawn(process.execPath, ['infra/local/daybook.server.ts'], {
    env: { ...environmentWithoutServices(), ...ports, DAYBOOK_DATA: folder, ...env },
  })
  onTestFinished(() => void system.kill('SIGKILL'))
  const [said, complaint, [code]] = await Promise.all([text(system.stdout), text(system.stderr), once(system, 'exit')])
  return { said, complaint: complaint.trim(), code: Number(code) }
}

test.each([
  { env: { DAYBOOK_DATA: '/proc/x' }, complaint: /^There can be no data in \/proc\/x: ENOENT.* Set DAYBOOK_DATA/ },
  {
    env: { DAYBOOK_DATA: '/proc/version' },
    complaint: /ENOTDIR.* A file stands where a folder has to be: move it away/,
  },
  { env: { HOST: 'no-such.invalid' }, complaint: /^HOST=no-such\.invalid is no address of this machine/ },
  { env: { AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000' }, complaint: /^AWS_ENDPOINT_URL_DYNAMODB must be an http/ },
  { env: { BOOKS_AT_ONCE: 'many' }, complaint: /^ {2}BOOKS_AT_ONCE: must be a whole number from 1 to 256$/m },
])('npm start with $env ends with a sentence', async ({ env, complaint }) => {
  const outcome = await start(env)
  expect(outcome.complaint).toMatch(complaint)
  expect(outcome.code).toBe(1)
})

test('npm start ends when a service cannot open its data, and names the service, the data and the reason last', async () => {
  markDataVersion(folder)
  mkdirSync(join(folder, 'kinesis'))
  writeFileSync(join(folder, 'kinesis', 'CURRENT'), 'damaged\n')
  const { complaint, code } = await start({})
  expect(code).toBe(1)
  expect(complaint.split('\n')).toEqual([
    'Daybook could not start, because kinesis cannot run: it ended 4 times in a row, with exit code 1.',
    `  reason   IO error: ${join(folder, 'kinesis', 'damaged')}: No such file or directory`,
    `  data     ${join(folder, 'kinesis')}`,
    '  to do    The data is damaged. Keep a copy of it; docs/operations.md says how to go on.',
  ])
})

test('a folder whose parent refuses it is not waited for', () => {
  expect(() => makeFolder('/proc/daybook/deep')).toThrow('ENOENT')
})

test.each([
  { platform: 'linux-x64-none', says: 'AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000' },
  { platform: 'darwin-arm64', says: "Start Amazon's DynamoDB Local" },
])('a machine of $platform, for which there is no local DynamoDB, is told what to do', ({ platform, says }) => {
  expect(() => dynoxideBinary(platform)).toThrow(says)
})

describe('a data folder', () => {
  const url = 'http://127.0.0.1:8000'
  const client = documentClient()

  const begin = async (table: string, named: { readonly dynamodb?: string }) => {
    checkServicesOfData(folder, named)
    await claimServices(folder, named, { client, table })
  }

  test('may be used with the store that the environment named when it was begun', async () => {
    const table = await freshTable('progress')
    await begin(table, { dynamodb: url })
    await begin(table, { dynamodb: `${url}/` })
  })

  test('begun with a named store is refused without it', async () => {
    await begin(await freshTable('progress'), { dynamodb: url })
    expect(() => checkServicesOfData(folder, {})).toThrow('now AWS_ENDPOINT_URL_DYNAMODB is not set. Set it')
  })

  test("begun with Daybook's own store is refused with a named one", () => {
    makeFolder(join(folder, 'dynamodb'))
    expect(() => checkServicesOfData(folder, { dynamodb: url })).toThrow("begun with Daybook's own DynamoDB")
  })

  test('whose store has lost its books is refused', async () => {
    await begin(await freshTable('progress'), { dynamodb: url })
    await expect(begin(await freshTable('progress'), { dynamodb: url })).rejects.toThrow(
      'Was it started with -inMemory',
    )
  })

  test("whose own store was deleted is refused, and the pages of the operators' documents are named", async () => {
    await begin(await freshTable('progress'), {})
    await expect(begin(await freshTable('progress'), {})).rejects.toThrow(
      `The store in ${join(folder, 'dynamodb')} does not have the books of ${folder} any more. Its file was deleted or ` +
        'emptied. Put a copy of it back. docs/operations/damaged-files.md says how to go on without one.',
    )
  })

  test('that goes on without its own store is used after services.json is deleted, too', async () => {
    await begin(await freshTable('progress'), {})
    rmSync(join(folder, 'services.json'))
    await begin(await freshTable('progress'), {})
  })

  test('is refused with the store of another folder', async () => {
    const table = await freshTable('progress')
    await begin(table, { dynamodb: url })
    rmSync(join(folder, 'services.json'))
    await expect(begin(table, { dynamodb: url })).rejects.toThrow('holds the books of another data folder')
  })

  test('of a start that never reached its services remembers none', () => {
    checkServicesOfData(folder, { dynamodb: url })
    expect(() => checkServicesOfData(folder, {})).not.toThrow()
  })
})
