import { fileURLToPath } from 'node:url'
import type { ChildSpec } from './supervisor.ts'

type Place = {
  readonly port: number
  /** Where data is kept; in memory if nowhere. */
  readonly folder?: string | undefined
}

export const kinesisService = ({ port, folder }: Place): ChildSpec => ({
  name: 'kinesis',
  stage: 0,
  script: pathTo('kinesis.server.ts'),
  args: ['--port', String(port), ...(folder ? ['--path', folder] : [])],
})

export const dynamodbService = ({ port, folder }: Place): ChildSpec => ({
  name: 'dynamodb',
  stage: 0,
  script: pathTo('dynamodb.server.ts'),
  args: ['--port', String(port), ...(folder ? ['--folder', folder] : [])],
})

export const s3Service = ({ port, folder }: Place): ChildSpec => ({
  name: 's3',
  stage: 0,
  script: pathTo('s3.server.ts'),
  args: ['--port', String(port), ...(folder ? ['--path', folder] : [])],
})

/** Always keeps its data in a folder. Ended before the services, for it delivers into S3 what it still has. */
export const firehoseService = ({ port, folder }: Place & { readonly folder: string }): ChildSpec => ({
  name: 'firehose',
  stage: 1,
  script: pathTo('firehose/firehose.server.ts'),
  args: ['--port', String(port), '--path', folder],
  // The rows of one segment (10 MiB) are what it holds; without this, garbage piles up to 500 MB.
  env: {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-old-space-size=256 --max-semi-space-size=16`.trim(),
  },
})

const pathTo = (file: string) => fileURLToPath(new URL(file, import.meta.url))
