import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '#infra/settings'
import { urlOnLoopback, useServices } from './local-aws.ts'
import { freePorts } from './ports.ts'
import { jsonOutput } from './output.ts'
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
  const endpoints = {
    kinesisEndpoint: urlOnLoopback(kinesis),
    dynamodbEndpoint: urlOnLoopback(dynamodb),
    s3Endpoint: urlOnLoopback(s3),
    firehoseEndpoint: urlOnLoopback(firehose),
  }
  useServices({
    kinesis: endpoints.kinesisEndpoint,
    dynamodb: endpoints.dynamodbEndpoint,
    s3: endpoints.s3Endpoint,
    firehose: endpoints.firehoseEndpoint,
    // Tests of workflows serve their own.
    sfn: NOWHERE,
  })
  // Firehose keeps acknowledged records in a folder only.
  const passing = folder === undefined ? mkdtempSync(join(tmpdir(), 'daybook-firehose-')) : undefined

  const output: string[] = []
  const supervisor = startSupervisor({ output: jsonOutput((line) => output.push(line)) })
  supervisor.start(kinesisService({ port: kinesis, folder: folder && join(folder, 'kinesis') }))
  supervisor.start(dynamodbService({ port: dynamodb, folder: folder && join(folder, 'dynamodb') }))
  supervisor.start(s3Service({ port: s3, folder: folder && join(folder, 's3') }))
  supervisor.start(firehoseService({ port: firehose, folder: join(passing ?? folder ?? '', 'firehose') }))
  const stop = async () => {
    await supervisor.stop()
    if (passing !== undefined) rmSync(passing, { recursive: true, force: true })
  }
  try {
    await Promise.all(Object.values(endpoints).map(untilAnswering))
    // Firehose would wait for S3.
    const { archiveBucket, sealBucket } = readSettings()
    for (const bucket of [archiveBucket, sealBucket]) await provisionBucket(s3Client(), bucket)
  } catch (error) {
    await stop()
    throw new Error(`The local services did not start:\n${output.join('\n')}`, { cause: error })
  }
  return { ...endpoints, pidOf: (name) => supervisor.pidOf(name), stop }
}

const NOWHERE = urlOnLoopback(1)

const untilAnswering = async (endpoint: string) => {
  await eventually(async () => (await fetch(endpoint)).status, { timeoutMs: 15_000 })
}
