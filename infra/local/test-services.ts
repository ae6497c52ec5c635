import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '#infra/settings'
import { useLocalServices } from './local-aws.ts'
import { freePorts } from './ports.ts'
import { provisionBucket } from './provision.ts'
import { eventually } from './retry.ts'
import { s3Client } from '#adapters/aws/s3'
import { dynamodbService, firehoseService, kinesisService, s3Service } from './services.ts'
import { startSupervisor } from './supervisor.ts'

export type TestServices = {
  readonly kinesisEndpoint: string
  readonly dynamodbEndpoint: string
  readonly s3Endpoint: string
  readonly firehoseEndpoint: string
  pidOf(name: 'kinesis' | 'dynamodb' | 's3' | 'firehose'): number | undefined
  stop(): Promise<void>
}

/**
 * A stream, a store, S3 and Firehose for tests, in memory unless a folder is given. The AWS clients of this process and
 * of its children are pointed at them. They end when `stop` returns or when this process ends.
 */
export const startTestServices = async ({ folder }: { folder?: string } = {}): Promise<TestServices> => {
  const [kinesis = 0, dynamodb = 0, s3 = 0, firehose = 0] = await freePorts(4)
  const ports = { kinesis, dynamodb, s3, firehose }
  useLocalServices(ports)
  const endpoints = {
    kinesisEndpoint: `http://127.0.0.1:${ports.kinesis}`,
    dynamodbEndpoint: `http://127.0.0.1:${ports.dynamodb}`,
    s3Endpoint: `http://127.0.0.1:${ports.s3}`,
    firehoseEndpoint: `http://127.0.0.1:${ports.firehose}`,
  }
  // Firehose keeps acknowledged records in a folder only.
  const passing = folder === undefined ? mkdtempSync(join(tmpdir(), 'daybook-firehose-')) : undefined

  const output: string[] = []
  const supervisor = startSupervisor({ print: (line) => output.push(line) })
  supervisor.start(kinesisService({ port: ports.kinesis, folder: folder && join(folder, 'kinesis') }))
  supervisor.start(dynamodbService({ port: ports.dynamodb, folder: folder && join(folder, 'dynamodb') }))
  supervisor.start(s3Service({ port: ports.s3, folder: folder && join(folder, 's3') }))
  supervisor.start(firehoseService({ port: ports.firehose, folder: join(passing ?? folder ?? '', 'firehose') }))
  const stop = async () => {
    await supervisor.stop()
    if (passing !== undefined) rmSync(passing, { recursive: true, force: true })
  }
  try {
    await Promise.all(Object.values(endpoints).map(untilAnswering))
    // Firehose would wait for S3.
    await provisionBucket(s3Client(), readSettings().archiveBucket)
  } catch (error) {
    await stop()
    throw new Error(`The local services did not start:\n${output.join('\n')}`, { cause: error })
  }
  return { ...endpoints, pidOf: (name) => supervisor.pidOf(name), stop }
}

const untilAnswering = async (endpoint: string) => {
  await eventually(async () => (await fetch(endpoint)).status, { timeoutMs: 15_000 })
}
