import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { documentClient } from '#adapters/aws/dynamodb'
import { firehoseClient } from '#adapters/aws/firehose'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { kinesisBatch } from '../kinesis-batch.ts'
import { archiveEntries } from './archive-entries.ts'

const { tables, deliveryStreams, logLevel } = readSettings()

const world = {
  // One attempt, because the archive itself sends again what Firehose did not take.
  archive: firehoseArchive(firehoseClient({ maxAttempts: 1 }), deliveryStreams),
  progress: dynamoProgress(documentClient(), tables.progress),
  log: processLog({ level: logLevel }),
}

/** The archive consumer of the entry stream. */
export const handler = kinesisBatch(archiveEntries(world))
