import { kinesisEntryStream } from '#adapters/entry-stream/kinesis-entry-stream'
import { kinesisClient } from '#adapters/aws/kinesis'
import { readSettings } from '#infra/settings'
import { sendHeartbeats } from './send-heartbeats.ts'

const stream = kinesisEntryStream(kinesisClient(), readSettings().streamName)

/** Called by the schedule. */
export const handler = async (): Promise<void> => await sendHeartbeats(stream)
