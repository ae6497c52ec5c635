import { join } from 'node:path'
import { athenaArchiveQueries } from '#adapters/archive-queries/athena-archive-queries'
import { duckdbArchiveQueries } from '#adapters/archive-queries/duckdb-archive-queries'
import { athenaClient } from '#adapters/aws/athena'
import { s3ObjectStore } from '#adapters/archive-objects/s3-object-store'
import { s3Client } from '#adapters/aws/s3'
import type { ArchiveQueries } from '#ledger/archive'
import { viewStatements } from '#sql/files'
import type { Settings } from '#infra/settings'

/** SQL over the archive of the system that the settings and the environment name. */
export const archiveQueries = ({ athena, archiveBucket, dataFolder }: Settings): ArchiveQueries =>
  athena === undefined
    ? duckdbArchiveQueries({
        client: s3Client(),
        bucket: archiveBucket,
        folder: join(dataFolder, 'archive-cache'),
        views: viewStatements(),
      })
    : athenaArchiveQueries({
        client: athenaClient(),
        objects: s3ObjectStore(s3Client(), archiveBucket),
        ...athena,
      })
