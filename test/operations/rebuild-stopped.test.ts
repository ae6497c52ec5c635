/** A rebuild that is stopped before its end, on the real store and on an S3 that tells when it is asked. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { documentClient } from '#adapters/aws/dynamodb'
import { freshTable } from '../contracts/adapters.ts'

const EMPTY = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a rebuild that is stopped by %s deletes the tables that it made, and says that it came to no end',
  async (signal) => {
    const s3 = createServer((_request, response) => {
      // Under npm, Ctrl-C arrives twice.
      for (const _time of [1, 2]) rebuild.kill(signal)
      response.setHeader('content-type', 'application/xml').end(EMPTY)
    })
    s3.listen(0, '127.0.0.1')
    await once(s3, 'listening')
    onTestFinished(() => void s3.close())
    const endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`
    const before = await rebuildTables()
    const rebuild = spawn(process.execPath, ['operations/rebuild.ts'], {
      env: { ...process.env, AWS_ENDPOINT_URL_S3: endpoint, MERCHANTS_TABLE: await freshTable('merchants') },
    })
    const [said, [code]] = await Promise.all([text(rebuild.stderr), once(rebuild, 'exit')])
    expect(await rebuildTables()).toEqual(before)
    expect(said).toContain(`Stopped by ${signal} before the end.`)
    expect(code).toBe(3)
  },
)

const rebuildTables = async (): Promise<string[]> => {
  const { TableNames = [] } = await documentClient().send(new ListTablesCommand({}))
  return TableNames.filter((name) => name.startsWith('rebuild-'))
}
