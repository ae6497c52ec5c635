import { Aws } from 'aws-cdk-lib'
import type { Stream } from 'aws-cdk-lib/aws-kinesis'
import type { TableNames } from '#adapters/dynamodb/tables'
import { ARCHIVE_DELIVERY_SECONDS, type Archive } from './archive.ts'
import type { SealStore } from './seals.ts'
import { named, type Stage } from './stage.ts'
import type { Tables } from './tables.ts'

/** The settings (infra/settings.ts) whose values this stack makes. */
export type Names = Readonly<
  Record<
    | 'STREAM_NAME'
    | 'ENTRIES_DELIVERY_STREAM'
    | 'DECISIONS_DELIVERY_STREAM'
    | 'ARCHIVE_BUCKET'
    | 'ARCHIVE_DELIVERY_SECONDS'
    | 'SEAL_BUCKET'
    | 'ATHENA_WORKGROUP'
    | 'ATHENA_DATABASE'
    | 'CLOSE_STATE_MACHINE'
    | `${Uppercase<keyof TableNames>}_TABLE`,
    string
  >
>

export const namesOf = (parts: {
  readonly stream: Stream
  readonly tables: Tables
  readonly archive: Archive
  readonly seals: SealStore
  readonly stage: Stage
}): Names => {
  const { stream, archive, seals } = parts
  const { merchants, journal, days, progress, quarantine, grants } = parts.tables.all
  return {
    STREAM_NAME: stream.streamName,
    ENTRIES_DELIVERY_STREAM: archive.entries.ref,
    DECISIONS_DELIVERY_STREAM: archive.decisions.ref,
    ARCHIVE_BUCKET: archive.bucket.bucketName,
    ARCHIVE_DELIVERY_SECONDS: String(ARCHIVE_DELIVERY_SECONDS),
    SEAL_BUCKET: seals.bucket.bucketName,
    ATHENA_WORKGROUP: archive.workGroup.name,
    ATHENA_DATABASE: archive.database,
    // Written out, because the workflow is made after what is told its name.
    CLOSE_STATE_MACHINE: `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${named(parts.stage, 'close')}`,
    MERCHANTS_TABLE: merchants.tableName,
    JOURNAL_TABLE: journal.tableName,
    DAYS_TABLE: days.tableName,
    PROGRESS_TABLE: progress.tableName,
    QUARANTINE_TABLE: quarantine.tableName,
    GRANTS_TABLE: grants.tableName,
  }
}

/** What books are made of. */
export const BOOK_TABLES = [
  'MERCHANTS_TABLE',
  'JOURNAL_TABLE',
  'DAYS_TABLE',
  'PROGRESS_TABLE',
  'QUARANTINE_TABLE',
] as const satisfies readonly (keyof Names)[]

/** A function is told what its code reads, and nothing else. */
export const only = (names: Names, ...wanted: readonly (keyof Names)[]): Record<string, string> =>
  Object.fromEntries(wanted.map((name) => [name, names[name]]))
