import { firehoseArchive } from '#adapters/archive/firehose-archive'
import { documentClient } from '#adapters/aws/dynamodb'
import { firehoseClient } from '#adapters/aws/firehose'
import { s3Client } from '#adapters/aws/s3'
import { dynamoProgress } from '#adapters/progress/dynamo-progress'
import { s3Seals } from '#adapters/seals/s3-seals'
import { processLog } from '#infra/log'
import { readSettings } from '#infra/settings'
import { kinesisBatch } from '../kinesis-batch.ts'
import { archiveEntries } from './archive-entries.ts'
import { keepingSeals } from './keep-seals.ts'

const { tables, deliveryStreams, sealBucket, logLevel } = readSettings()
const log = processLog({ level: logLevel })

const world = {
  // One attempt, because the archive itself sends again what Firehose did not take.
  archive: keepingSeals(
    firehoseArchive(firehoseClient({ maxAttempts: 1 }), deliveryStreams),
    s3Seals(s3Client(), sealBucket),
    log,
  ),
  progress: dynamoProgress(documentClient(), tables.progress),
  log,
}

/** The archive consumer of the entry stream. */
export const handler = kinesisBatch(archiveEntries(world))
