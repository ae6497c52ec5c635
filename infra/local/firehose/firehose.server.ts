/**
 * Firehose for one machine: two delivery streams that write Parquet into the local S3. Acknowledged records stay in
 * `--path` until they are in S3, so this process may be killed at any moment.
 */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { onStopSignal, outliveReaders } from '#http/process-life'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { s3Client } from '#adapters/aws/s3'
import { refusePages } from '../own-requests.ts'
import { openDeliveryStream, type Objects } from './delivery-stream.ts'
import { firehoseApi } from './firehose-api.ts'
import { auditEventsTable, entriesTable, type Table } from '#infra/archive-tables'

const { port, path = '' } = parseArgs({ options: { port: { type: 'string' }, path: { type: 'string' } } }).values
const { archiveBucket, deliveryStreams, logLevel } = readSettings()
const log = processLog({ level: logLevel })
logUncaught(log)

const s3 = s3Client()
const objects: Objects = {
  async put(Key, Body) {
    await s3.send(new PutObjectCommand({ Bucket: archiveBucket, Key, Body }))
  },
}

const UNREADABLE =
  'Firehose could not read bytes of a file that it kept rows in; compare the archive with the books, npm run reconcile'

const stream = (name: string, table: Table) =>
  openDeliveryStream({
    name,
    table,
    objects,
    folder: join(path, name),
    onFailure: (err) =>
      log.warn({ err, deliveryStream: name }, 'rows are not in S3 yet; the next try follows within 2 s'),
    onUnreadable: (kept) => log.warn({ ...kept, deliveryStream: name }, UNREADABLE),
  })
const streams = new Map([
  [deliveryStreams.entries, stream(deliveryStreams.entries, entriesTable)],
  [deliveryStreams.decisions, stream(deliveryStreams.decisions, auditEventsTable)],
])

const server = createServer(firehoseApi(streams))
refusePages(server)
// A server that closes idle connections sometimes closes one that a client has just begun to use.
server.keepAliveTimeout = 0
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on 127.0.0.1:${port}`))

// Less than the 6 s after which the supervisor kills. The next start delivers the rest.
const DELIVER_WITHIN_MS = 3_000

outliveReaders()
onStopSignal(() => {
  server.close()
  server.closeIdleConnections()
  Promise.all(streams.values().map((deliveryStream) => deliveryStream.close(DELIVER_WITHIN_MS))).then(
    () => process.exit(0),
    (err: unknown) => {
      log.error({ err }, 'Firehose did not stop cleanly; the next start delivers the rows that it holds')
      process.exit(1)
    },
  )
})
