import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { issuerFolderIn } from './issuer/folders.ts'
import type { ChildSpec } from './supervisor.ts'

type Place = {
  readonly port: number
  /** The folder in which data is kept; without it, data is kept in memory. */
  readonly folder?: string | undefined
}

export const kinesisService = ({ port, folder }: Place): ChildSpec => ({
  name: 'kinesis',
  stage: 0,
  script: pathTo('kinesis.server.ts'),
  args: ['--port', String(port), ...(folder ? ['--path', folder] : [])],
  data: folder,
})

export const dynamodbService = ({ port, folder }: Place): ChildSpec => ({
  name: 'dynamodb',
  stage: 0,
  script: pathTo('dynamodb.server.ts'),
  args: ['--port', String(port), ...(folder ? ['--folder', folder] : [])],
  data: folder && join(folder, 'store.sqlite'),
})

export const s3Service = ({ port, folder }: Place): ChildSpec => ({
  name: 's3',
  stage: 0,
  script: pathTo('s3.server.ts'),
  args: ['--port', String(port), ...(folder ? ['--path', folder] : [])],
  data: folder,
})

/** Firehose always keeps its data in a folder. It ends before the services, because it delivers its last rows into S3. */
export const firehoseService = ({ port, folder }: Place & { readonly folder: string }): ChildSpec => ({
  name: 'firehose',
  stage: 1,
  script: pathTo('firehose/firehose.server.ts'),
  args: ['--port', String(port), '--path', folder],
  data: folder,
  // Firehose holds the rows of one segment (10 MiB). Without this limit, garbage grows to 500 MB.
  env: {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-old-space-size=256 --max-semi-space-size=16`.trim(),
  },
})

/** Tokens for the APIs. It ends with them. Its settings are those of the environment. */
export const issuerService = (dataFolder: string): ChildSpec => ({
  name: 'issuer',
  stage: 3,
  script: pathTo('issuer/issuer.server.ts'),
  data: issuerFolderIn(dataFolder),
})

function pathTo(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
