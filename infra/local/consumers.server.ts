/** The consumers of the stream in one process: here we are Lambda, which loads the deployed handler and feeds it. */
import { pino } from 'pino'
import { documentClient } from '#adapters/dynamodb/client'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/kinesis/client'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { sendHeartbeats } from '#processors/heartbeat/send-heartbeats'
import { handler } from '#processors/journal/journal.lambda'
import { readSettings } from '#wire/settings'
import { startEventSourceMapping } from './event-source-mapping.ts'
import { sweepExpired } from './sweep-expired.ts'

const { tables, streamName, logLevel } = readSettings()
const log = pino({ level: logLevel })
const kinesis = kinesisClient()
const progress = dynamoProgress(documentClient(), tables.progress)

const mapping = startEventSourceMapping({
  kinesis,
  streamName,
  handler,
  log,
  // What progress says is done is done: it is written last. So it is checkpoint enough, and a lost one costs a replay.
  checkpoint: {
    async read(shardId) {
      const shards = await progress.read('journal')
      return shards.find((shard) => shard.shardId === shardId)?.sequenceNumber
    },
  },
})

// As a scheduled Lambda does on AWS.
const HEARTBEAT_EVERY_MS = 2_000
const stream = kinesisEntryStream(kinesis, streamName)
const heart = setInterval(() => {
  sendHeartbeats(stream).catch((err: unknown) => log.warn({ err }, 'no heartbeat'))
}, HEARTBEAT_EVERY_MS)

// What Kinesis does by itself. The first time every open shard has a heartbeat already, which is where a sweep ends.
const FIRST_SWEEP_AFTER_MS = 60_000
const SWEEP_EVERY_MS = 3_600_000
const sweep = () => {
  sweepExpired(kinesis, streamName).catch((err: unknown) => log.warn({ err }, 'the stream was not swept'))
}
setTimeout(sweep, FIRST_SWEEP_AFTER_MS)
setInterval(sweep, SWEEP_EVERY_MS)

const stop = (): void => {
  clearInterval(heart)
  mapping.stop().then(
    () => process.exit(0),
    (err: unknown) => {
      log.error({ err }, 'did not stop cleanly')
      process.exit(1)
    },
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
