/** The worker of cold-book.ts: one batch with one entry, through the deployed handler. */
import { readFileSync } from 'node:fs'
import type { KinesisStreamEvent } from 'aws-lambda'

const record = {
  eventID: 'shardId-000000000000:1',
  kinesis: { data: process.argv[2], sequenceNumber: '1', approximateArrivalTimestamp: 0, partitionKey: '' },
}
const { handler } = await import('#processors/journal/journal.lambda')
const startedAt = performance.now()
const response = await handler({ Records: [record] } as unknown as KinesisStreamEvent)
const seconds = (performance.now() - startedAt) / 1000
if (response.batchItemFailures.length > 0) throw new Error('the entry was not appended')
const [, peakKiB = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
process.send?.({ seconds, peakMB: (Number(peakKiB) * 1024) / 1e6 })
