import { join } from 'node:path'
import { useLocalServices } from './local-aws.ts'
import { freePorts } from './ports.ts'
import { eventually } from './retry.ts'
import { dynamodbService, kinesisService } from './services.ts'
import { startSupervisor } from './supervisor.ts'

export type TestServices = {
  readonly kinesisEndpoint: string
  readonly dynamodbEndpoint: string
  pidOf(name: 'kinesis' | 'dynamodb'): number | undefined
  stop(): Promise<void>
}

/**
 * A stream and a store for tests, in memory unless a folder is given, at which the AWS clients of this process and of
 * its children are pointed. They are gone when `stop` returns, or when this process is.
 */
export const startTestServices = async ({ folder }: { folder?: string } = {}): Promise<TestServices> => {
  const [kinesisPort = 0, dynamodbPort = 0] = await freePorts(2)
  useLocalServices({ kinesisPort, dynamodbPort })
  const endpoints = {
    kinesisEndpoint: `http://127.0.0.1:${kinesisPort}`,
    dynamodbEndpoint: `http://127.0.0.1:${dynamodbPort}`,
  }

  const output: string[] = []
  const supervisor = startSupervisor({ print: (line) => output.push(line) })
  supervisor.start(kinesisService({ port: kinesisPort, folder: folder && join(folder, 'kinesis') }))
  supervisor.start(dynamodbService({ port: dynamodbPort, folder: folder && join(folder, 'dynamodb') }))
  try {
    await Promise.all([untilAnswering(endpoints.kinesisEndpoint), untilAnswering(endpoints.dynamodbEndpoint)])
  } catch (error) {
    await supervisor.stop()
    throw new Error(`The local services did not start:\n${output.join('\n')}`, { cause: error })
  }
  return { ...endpoints, pidOf: (name) => supervisor.pidOf(name), stop: () => supervisor.stop() }
}

const untilAnswering = async (endpoint: string) => {
  await eventually(async () => (await fetch(endpoint)).status, { timeoutMs: 15_000 })
}
