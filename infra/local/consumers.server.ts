/** The consumers of the stream in one process. It does the part of Lambda: it loads the deployed handlers and feeds them. */
import { parseArgs } from 'node:util'
import { StartExecutionCommand } from '@aws-sdk/client-sfn'
import { documentClient } from '#adapters/aws/dynamodb'
import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { firehoseClient } from '#adapters/aws/firehose'
import { sfnClient } from '#adapters/aws/sfn'
import { probes } from '#http/probes'
import { serve } from '#http/serve'
import { onStopSignal, outliveReaders } from '#http/process-life'
import type { Consumer } from '#ledger/ports'
import { sendHeartbeats } from '#processors/heartbeat/send-heartbeats'
import { handler as archiveHandler } from '#processors/archive/archive.lambda'
import { handler as closeHandler } from '#processors/close/close.lambda'
import { handler as journalHandler } from '#processors/journal/journal.lambda'
import { logUncaught, processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { consumersNeeds } from './consumers-needs.ts'
import { pulses } from './pulse.ts'
import type { StreamHandler } from './deliver.ts'
import { startEventSourceMapping } from './event-source-mapping.ts'
import { serveStates } from './states-service.ts'
import { sweepExpired } from './sweep-expired.ts'

const { tables, streamName, deliveryStreams, logLevel, closeEveryMs, closeStateMachine } = readSettings()
const { port: portOfProbes, 'sfn-port': portOfStates } = parseArgs({
  options: { port: { type: 'string' }, 'sfn-port': { type: 'string' } },
}).values
const log = processLog({ level: logLevel })
logUncaught(log)
const kinesis = kinesisClient()
const progress = dynamoProgress(documentClient(), tables.progress)
const loops = pulses()

/** Feeds a handler with its own reading of the stream, so that no consumer waits for another. */
const consume = (consumer: Consumer, handler: StreamHandler) =>
  startEventSourceMapping({
    kinesis,
    streamName,
    handler,
    log: log.child({ consumer }),
    pulse: loops.of(consumer),
    // Progress is written after everything that it covers, so it serves as the checkpoint. A lost one costs a replay.
    checkpoint: { read: async (shardId) => (await progress.of(consumer, shardId))?.sequenceNumber },
  })

const mappings = [consume('journal', journalHandler), consume('archive', archiveHandler)]

// On AWS a scheduled Lambda does this.
const HEARTBEAT_EVERY_MS = 2_000
const stream = kinesisEntryStream(kinesis, streamName)
const heart = setInterval(() => {
  sendHeartbeats(stream).catch((err: unknown) =>
    log.warn({ err }, 'the heartbeat is not on the stream; the next one follows in 2 s'),
  )
}, HEARTBEAT_EVERY_MS)

// Kinesis does this by itself. Every open shard has a heartbeat before the first sweep, and a sweep ends there.
const FIRST_SWEEP_AFTER_MS = 60_000
const SWEEP_EVERY_MS = 3_600_000
const sweep = () => {
  sweepExpired(kinesis, streamName).catch((err: unknown) =>
    log.warn({ err }, 'expired records were not removed from the stream; the next try follows within an hour'),
  )
}
setTimeout(sweep, FIRST_SWEEP_AFTER_MS)
setInterval(sweep, SWEEP_EVERY_MS)

// Step Functions for this machine, unless the environment names another one.
const states =
  portOfStates === undefined
    ? undefined
    : await serveStates(Number(portOfStates), {
        stateMachineArn: closeStateMachine,
        step: closeHandler,
        onFailure: (run, err) =>
          log.error({ err, run }, 'days were not closed because a step failed again and again; the next run goes on'),
      })

// On AWS, EventBridge Scheduler does this.
const sfn = sfnClient()
const closeDue = () => {
  sfn.send(new StartExecutionCommand({ stateMachineArn: closeStateMachine, input: '{}' })).catch((err: unknown) => {
    log.warn({ err }, 'the workflow that closes days could not be started; the next try follows')
  })
}
setInterval(closeDue, closeEveryMs)

// On AWS, alarms tell the same: Lambda has no process to ask (docs/metrics.md).
if (portOfProbes !== undefined) {
  // Clients with one attempt, so that an answer is about now and not about the first of several tries.
  const needs = consumersNeeds({
    kinesis: kinesisClient({ maxAttempts: 1 }),
    progress: dynamoProgress(documentClient({ maxAttempts: 1 }), tables.progress),
    firehose: firehoseClient({ maxAttempts: 1 }),
    streamName,
    deliveryStreams,
  })
  serve(probes({ needs, stalled: loops.stalled, log }), { host: '127.0.0.1', port: Number(portOfProbes) }).then(
    ({ port }) => log.info({ port }, 'probes of the consumers are answered'),
    // Books matter more than probes.
    (err: unknown) => log.error({ err }, 'probes of the consumers are not answered'),
  )
}

outliveReaders()
onStopSignal(() => {
  clearInterval(heart)
  states?.stop()
  Promise.all(mappings.map((mapping) => mapping.stop())).then(
    () => process.exit(0),
    (err: unknown) => {
      log.error({ err }, 'the consumers did not stop cleanly; the next start goes on where their progress stands')
      process.exit(1)
    },
  )
})
