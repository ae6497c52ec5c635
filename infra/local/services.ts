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

const pathTo = (file: string) => fileURLToPath(new URL(file, import.meta.url))
